-- name: word_counts
-- In how many versions of those from a position ($1) to another ($2) each word stands, of its statement and what it is about.
select word as word, ndoc as versions
from ts_stat(format('select document from claim_index where position between %s and %s', $1::bigint, $2::bigint), 'ab')

-- part: subject
-- What a claim says and what it is about, but not who says it.
ts_filter(i.document, '{a,b}')

-- name: claims_recalled
-- Published claims in force at a position ($1) that match searches ($3), each of which is made for a passage ($2): of each
-- search the newest $5 matches, and of each passage the $6 claims whose matches say most ($4). What is in force now and what no
-- longer is have an index each; only the former is asked if the position is said to be the head of the log ($7), and is.
with now as materialized (
    select $7::boolean and exists (select from log_head h where h.position = $1) as is_head
), matching as (
    select asked.nth, found.position, sum(asked.weight) as weight
    from unnest($2::int[], $3::text[], $4::float8[]) as asked (nth, search, weight)
    cross join lateral (
        (
            select i.position from claim_index i
            where {subject} @@ asked.search::tsquery and i.position <= $1
                and ($1 >= 0 or is_planned_blindly(i.position)) and i.until = 9223372036854775807 and i.lifecycle = 'published'
            order by i.position + 0 desc limit $5
        ) union all (
            select i.position from claim_index i
            where not (select now.is_head from now)
                and {subject} @@ asked.search::tsquery and i.position <= $1 and i.until > $1
                and i.until < 9223372036854775807 and i.lifecycle = 'published'
            order by i.position + 0 desc limit $5
        )
    ) as found
    group by asked.nth, found.position
), ranked as (
    select m.nth, m.position, row_number() over (partition by m.nth order by m.weight desc, m.position desc) as place
    from matching m
)
select nth, position from ranked where place <= $6 order by nth, place

-- name: claims_held
-- What passages are compared with of the claims whose versions stand at some positions ($1).
select v.position, v.id, v.version, v.statement, v.measure, v.geography, v.scope, v.topics, v.period, v.stated_on,
    v.quantity, v.verification ->> 'status' as status, v.currency
from unnest($1::bigint[]) as found (position)
join claim_version v on v.position = found.position
order by v.position
