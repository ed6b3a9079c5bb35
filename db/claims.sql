-- part: version
v.id, v.version, v.position, v.recorded_at, v.statement, v.quantity, v.measure, v.geography, v.scope, v.period,
    v.stated_on, v.attributed_to, v.topics, v.lifecycle, v.currency, v.verification, v.sources, v.relations, v.change,
    v.digest

-- part: body
-- What the version at a position is served as; null where a release that did not write it appended it.
(select b.body from claim_body b where b.position = v.position) as body

-- part: as_of
-- What stood at a position ($2). (`+ 0`, as a subquery for what is asked: to know it makes no plan look better then, so
-- one plan is made for all.)
v.position + 0 <= $2

-- name: claim_as_of
-- The version of a claim ($1) in force at a position ($2).
select {version}
from claim_version v
where v.id = $1 and {as_of}
order by v.version desc
limit 1

-- name: claim_version
-- One version ($3) of a claim ($1), if it stood at a position ($2).
select {version}
from claim_version v
where v.id = $1 and v.version = $3 and {as_of}

-- name: claims_in_history
-- The versions of some claims ($1) in force at a position ($2), and when the first ones and those before were recorded.
select v.id, v.version, v.position, v.recorded_at, {body},
    (select s.recorded_at from claim_version s where s.id = v.id and s.version = 1) as first_recorded_at,
    (select s.recorded_at from claim_version s where s.id = v.id and s.version = v.version - 1) as previous_recorded_at
from unnest((select $1::text[])) as asked (id)
cross join lateral (
    select v.id, v.version, v.position, v.recorded_at
    from claim_version v where v.id = asked.id and {as_of} order by v.version desc limit 1
) v

-- name: versions_in_history
-- Some versions ($3) of as many claims ($1), if they stood at a position ($2), and when their first, previous, same, next
-- and last siblings then were recorded.
select v.id, v.version, v.position, v.recorded_at, {body}, (
    select jsonb_agg(jsonb_build_object('version', s.version, 'recorded_at', s.recorded_at) order by s.version)
    from claim_version s
    where s.id = v.id and s.position <= $2 and s.version = any(array[1, v.version - 1, v.version, v.version + 1, (
        select max(last.version) from claim_version last where last.id = v.id and last.position <= $2)])
) as siblings
from unnest((select $1::text[]), (select $3::bigint[])) as asked (id, version)
cross join lateral (
    select v.id, v.version, v.position, v.recorded_at
    from claim_version v where v.id = asked.id and v.version = asked.version and {as_of} limit 1
) v

-- name: versions_of
-- A claim's versions ($1) up to a position ($2), below a version ($3), newest first, at most $4.
select v.version, v.position, {body}
from claim_version v
where v.id = $1 and {as_of} and ($3::bigint is null or v.version < $3)
order by v.version desc
limit $4

-- name: mementos_of
-- When each version of a claim ($1) up to a position ($2) was recorded, oldest first.
select v.version, v.recorded_at
from claim_version v
where v.id = $1 and {as_of}
order by v.version

-- name: versions_after
-- What each version of a claim ($1) after one ($3) did, of those up to a position ($2), oldest first.
select v.version, v.position, v.recorded_at, v.verification ->> 'status' as status, v.change
from claim_version v
where v.id = $1 and v.version > $3 and {as_of}
order by v.version

-- name: versions_at
-- The versions at some positions ($1), in that order.
select {version}
from unnest($1::bigint[]) with ordinality as page (position, nth)
join claim_version v on v.position = page.position
order by page.nth

-- name: newest_versions
-- The newest versions of some claims ($1), by id: one row each, however long their history.
select {version}
from claim_index i
join claim_version v on v.position = i.position
where i.id = any($1::text[]) and i.until = 9223372036854775807
order by i.id

-- name: newest_superseding
-- The newest published versions that say they supersede one of some claims ($1).
-- Each is looked up by itself: together, the planner would rather read the whole log.
with newer as materialized (
    select distinct w.position
    from unnest($1::text[]) older (id)
    cross join lateral (
        select v.position from claim_version v
        where v.relations @> jsonb_build_array(jsonb_build_object('type', 'supersedes', 'claim', older.id))
        offset 0
    ) w
)
select {version}
from newer
join claim_index i on i.position = newer.position and i.until = 9223372036854775807 and i.lifecycle = 'published'
join claim_version v on v.position = newer.position
order by v.position

-- name: supersessions_below
-- Which claims the newest versions of some claims ($1) supersede, and so on: every claim on the way that does.
with recursive below (id) as (
    select unnest($1::text[])
    union
    select r ->> 'claim'
    from below b
    join claim_index i on i.id = b.id and i.until = 9223372036854775807
    join claim_version v on v.position = i.position
    cross join jsonb_array_elements(v.relations) r
    where r ->> 'type' = 'supersedes'
)
select v.id, array(
    select r ->> 'claim' from jsonb_array_elements(v.relations) r where r ->> 'type' = 'supersedes'
) as older
from below b
join claim_index i on i.id = b.id and i.until = 9223372036854775807
join claim_version v on v.position = i.position
where v.relations @> '[{"type": "supersedes"}]'

-- name: author_of
-- Who wrote the newest content of a claim ($1): whose verdict on it would be no second pair of eyes.
select coalesce((
    select change ->> 'by' from claim_version
    where id = $1 and change ->> 'kind' in ('created', 'correction', 'update')
    order by version desc limit 1), '')

-- name: missing_claims
-- Which ids ($2) named no claim at a position ($1), in the order they were asked for.
select asked.id
from unnest($2::text[]) with ordinality as asked (id, nth)
where not exists (select from claim_version v where v.id = asked.id and v.position <= $1)
order by asked.nth

-- name: search_terms
-- What a search ($1) means as of a position ($2), as a tsquery in text.
select search_query($1, $2)::text

-- part: matching
-- Each page starts after the last row of the one before it ($14 its key, $15 its position) and has at most $13 rows.
-- Claims in force at a position ($1) that match every filter given ($2 to $12; null where not asked). One measure, or
-- place, is asked for as such: only then its index is known to be in the order of positions. Within one measure, topics
-- are looked at row by row (`case`, which no index answers, and every second row is taken for a match): it is walked from
-- its newest claim until there are enough.
from claim_index i
where i.position <= $1 and i.until > $1 and ($1 >= 0 or is_planned_blindly(i.position))
    and ($2::text is null or i.document @@ $2::text::tsquery)
    and ($3::text[] is null or i.id = any($3))
    and ($4::text[] is null or coalesce(cardinality($5::text[]), 0) = 1 or i.topics && $4)
    and ($4::text[] is null or coalesce(cardinality($5::text[]), 0) <> 1 or case when i.topics && $4 then true else false end)
    and ($5::text[] is null or cardinality($5) = 1 or i.measure = any($5))
    and ($5::text[] is null or cardinality($5) <> 1 or i.measure = ($5)[1])
    and ($6::text[] is null or cardinality($6) = 1 or i.geography = any($6))
    and ($6::text[] is null or cardinality($6) <> 1 or i.geography = ($6)[1])
    and ($7::text[] is null or i.status = any($7))
    and ($8::text[] is null or i.currency = any($8))
    and ($9::text[] is null or i.lifecycle = any($9))
    and ($10::text[] is null or i.publishers && (select array_agg(lower(p)) from unnest($10) p))
    and ($11::text is null or i.stated_last >= first_day($11))
    and ($12::text is null or i.stated_first <= last_day($12))

-- name: claims_counted
-- How many of the newest claims that match ($13 at most) have each status, topic and place; how many there are in all; and
-- `head` if the position is the head of the log. If it is taken to be that ($14), only what is in force now is looked at.
with found as materialized (
    select i.status, i.topics, i.geography {matching}
        and (not $14::boolean or i.until = 9223372036854775807)
    order by i.position desc limit $13
)
select kind, value, count(*) as claims
from (
    select 'all' as kind, '' as value from found
    union all select 'head', '' from log_head h where h.position = $1
    union all select 'status', f.status from found f
    union all select 'topic', t.topic from found f cross join lateral unnest(f.topics) t (topic)
    union all select 'geography', f.geography from found f
) as told
group by kind, value
order by claims desc, value

-- part: since
with since as materialized (
    select count(*) < 1000 as few
    from (select from claim_index i where i.until > $1 and i.until < 9223372036854775807 limit 1000) superseded
)

-- part: served
-- What the version in a row of the index is served as. (Asked for after the page is cut: it costs more than sorting.)
(select b.body from claim_body b where b.position = i.position) as body

-- name: claims_newest_now
-- The newest claims, if a position ($1) is the head of the log: then only what is in force now need be looked at. Else
-- nothing.
select i.position, i.position::text as key, {served} {matching}
    and i.until = 9223372036854775807 and ($14::text is null or i.position < $15::bigint)
    and exists (select from log_head h where h.position = $1)
order by i.position desc limit $13

-- name: claims_newest
-- What is in force now is walked apart from what was superseded since the page's position. That is gathered and sorted
-- while it is little (`+ 0` keeps the planner from walking the log for it), and walked as well when it is much.
{since}
select i.position, i.position::text as key, {served} from (
    (
        select i.position {matching}
            and i.until = 9223372036854775807 and ($14::text is null or i.position < $15::bigint)
        order by i.position desc limit $13
    ) union all (
        select i.position {matching}
            and i.until < 9223372036854775807 and (select s.few from since s)
            and ($14::text is null or i.position < $15::bigint)
        order by i.position + 0 desc limit $13
    ) union all (
        select i.position {matching}
            and i.until < 9223372036854775807 and not (select s.few from since s)
            and ($14::text is null or i.position < $15::bigint)
        order by i.position desc limit $13
    )
) as i
order by i.position desc limit $13

-- name: claims_oldest
{since}
select i.position, i.position::text as key, {served} from (
    (
        select i.position {matching}
            and i.until = 9223372036854775807 and ($14::text is null or i.position > $15::bigint)
        order by i.position limit $13
    ) union all (
        select i.position {matching}
            and i.until < 9223372036854775807 and (select s.few from since s)
            and ($14::text is null or i.position > $15::bigint)
        order by i.position + 0 limit $13
    ) union all (
        select i.position {matching}
            and i.until < 9223372036854775807 and not (select s.few from since s)
            and ($14::text is null or i.position > $15::bigint)
        order by i.position limit $13
    )
) as i
order by i.position limit $13

-- name: claims_by_id
select i.position, i.id as key, {served} {matching}
    and ($14::text is null or (i.id, i.position) > ($14, $15::bigint))
order by i.id, i.position limit $13

-- name: claims_latest_stated
select i.position, coalesce(i.stated_last, '-infinity')::text as key, {served} {matching}
    and ($14::text is null or (coalesce(i.stated_last, '-infinity'), i.position) < ($14::text::date, $15::bigint))
order by coalesce(i.stated_last, '-infinity') desc, i.position desc limit $13

-- name: claims_earliest_stated
select i.position, coalesce(i.stated_first, 'infinity')::text as key, {served} {matching}
    and ($14::text is null or (coalesce(i.stated_first, 'infinity'), i.position) > ($14::text::date, $15::bigint))
order by coalesce(i.stated_first, 'infinity'), i.position limit $13

-- name: claims_highest
select i.position, coalesce(i.amount, '-infinity')::text as key, {served} {matching}
    and ($14::text is null or (coalesce(i.amount, '-infinity'), i.position) < ($14::text::numeric, $15::bigint))
order by coalesce(i.amount, '-infinity') desc, i.position desc limit $13

-- name: claims_lowest
select i.position, coalesce(i.amount, 'infinity')::text as key, {served} {matching}
    and ($14::text is null or (coalesce(i.amount, 'infinity'), i.position) > ($14::text::numeric, $15::bigint))
order by coalesce(i.amount, 'infinity'), i.position limit $13

-- name: claims_most_relevant
-- The newest matches ($17 at most), in the eras since a position ($16; null: in the whole log), by how well they match: how
-- many there are, the oldest of them, and a page of them. One row without a position says that the page is empty.
with found as materialized (
    select i.position, i.document {matching}
        and ($16::bigint is null or era_of(i.position) && eras_between($16, $1))
    order by i.position + 0 desc limit $17
), ranked as materialized (
    select f.position, ts_rank_cd(f.document, $2::text::tsquery) as rank from found f
)
select whole.matches, whole.oldest, i.position, i.rank::text as key, {served}
from (select count(*) as matches, min(r.position) as oldest from ranked r) as whole
left join (
    select r.position, r.rank from ranked r
    where $14::text is null or (r.rank, r.position) < ($14::text::real, $15::bigint)
    order by r.rank desc, r.position desc limit $13
) as i on true
order by i.rank desc, i.position desc

-- name: claims_less_relevant
-- What matches before a position ($15), the newest first, with the key -1.
select i.position, '-1' as key, {served} {matching} and $14::text is not null and i.position < $15::bigint
order by i.position desc limit $13
