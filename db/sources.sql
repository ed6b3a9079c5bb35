-- part: described
-- A source is described as its newest citation describes it.
d ->> 'id' as id, d ->> 'title' as title, d ->> 'publisher' as publisher, d ->> 'url' as url,
    d ->> 'archive_url' as archive_url, d ->> 'published_on' as published_on, d ->> 'kind' as kind, cited.claims

-- part: as_described
join claim_version v on v.position = cited.newest
cross join lateral (
    select s.value as d from jsonb_array_elements(v.sources) s where s.value ->> 'id' = cited.source limit 1
) as newest

-- name: sources_page
-- Sources of the claims published at a position ($1), after an id ($2), at most $3.
with cited as (
    select c.source, count(distinct c.position) as claims, max(c.position) as newest
    from citation c
    join claim_index i on i.position = c.position
    where i.position <= $1 and i.until > $1 and i.lifecycle = 'published' and ($1 >= 0 or is_planned_blindly(i.position))
        and ($2::text is null or c.source > $2)
    group by c.source
    order by c.source
    limit $3
)
select {described}
from cited {as_described}
order by cited.source

-- name: source_at
-- One source ($2) as claims published at a position ($1) cite it.
with cited as (
    select c.source, count(distinct c.position) as claims, max(c.position) as newest
    from citation c
    join claim_index i on i.position = c.position
    where i.position <= $1 and i.until > $1 and i.lifecycle = 'published' and c.source = $2
    group by c.source
)
select {described}
from cited {as_described}

-- name: citations_of
-- Which claims published at a position ($1) cite a source ($2), the first $3 by claim.
select v.id as claim, v.version, v.statement, s.value ->> 'stance' as stance, s.value ->> 'quote' as quote,
    s.value ->> 'locator' as locator, s.value ->> 'retrieved_on' as retrieved_on, s.value ->> 'read_as' as read_as
from citation c
join claim_index i on i.position = c.position
join claim_version v on v.position = c.position
cross join lateral (select v.sources -> (c.ordinal - 1) as value) as s
where i.position <= $1 and i.until > $1 and i.lifecycle = 'published' and c.source = $2
order by v.id, c.ordinal
limit $3
