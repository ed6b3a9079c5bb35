-- name: word_counts
-- In how many versions of those from a position ($1) to another ($2) each word stands, of its statement and what it is about.
select word as word, ndoc as versions
from ts_stat(format('select document from claim_index where position between %s and %s', $1::bigint, $2::bigint), 'ab')

-- part: subject
-- What a claim says and what it is about, but not who says it.
ts_filter(i.document, '{a,b}')

-- name: claims_recalled
-- Published claims in force at a position ($1) that match one of some searches ($2), by the search's place: of each the
-- newest $3 matches, and of those the $4 that match best. What is in force now and what no longer is have an index each;
-- only the former is asked if the position is said to be the head of the log ($5), and is.
with now as materialized (
    select $5::boolean and exists (select from log_head h where h.position = $1) as is_head
)
select asked.nth::int as nth, found.position
from unnest($2::text[]) with ordinality as asked (search, nth)
cross join lateral (
    select newest.position
    from (
        (
            select i.position, i.document from claim_index i
            where {subject} @@ asked.search::tsquery and i.position <= $1
                and i.until = 9223372036854775807 and i.lifecycle = 'published'
            order by i.position + 0 desc limit $3
        ) union all (
            select i.position, i.document from claim_index i
            where not (select now.is_head from now)
                and {subject} @@ asked.search::tsquery and i.position <= $1 and i.until > $1
                and i.until < 9223372036854775807 and i.lifecycle = 'published'
            order by i.position + 0 desc limit $3
        )
        order by position desc limit $3
    ) as newest
    order by ts_rank(newest.document, asked.search::tsquery) desc, newest.position desc limit $4
) as found
order by asked.nth, found.position

-- name: claims_held
-- What passages are compared with of the claims whose versions stand at some positions ($1).
select v.position, v.id, v.version, v.statement, v.measure, v.geography, v.scope, v.topics, v.period, v.stated_on,
    v.quantity, v.verification ->> 'status' as status, v.currency
from unnest($1::bigint[]) as found (position)
join claim_version v on v.position = found.position
order by v.position
