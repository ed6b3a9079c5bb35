-- part: change
v.position, v.id as claim, v.version, v.recorded_at, v.statement, v.change, v.lifecycle, v.currency,
    v.verification ->> 'status' as status, v.topics, v.digest

-- name: changes_between
-- Changes after a position ($1) and up to another ($2), of claims ($3), with topics ($4), of kinds ($5) and severities
-- ($6), the oldest first, at most $7. What is not asked is null.
select {change}
from claim_version v
where v.position > $1 and v.position <= $2
    and ($3::text[] is null or v.id = any ($3))
    and ($4::text[] is null or v.topics && $4)
    and ($5::text[] is null or v.change ->> 'kind' = any ($5))
    and ($6::text[] is null or v.change ->> 'severity' = any ($6))
order by v.position
limit $7

-- name: corrections
-- Major changes of what was published before, up to a position ($1) and below another ($2), of claims ($3) and with
-- topics ($4), the newest first, at most $5.
select {change}
from claim_version v
where v.change ->> 'severity' = 'major' and v.change ->> 'kind' <> 'created'
    and v.position <= $1 and ($1 >= 0 or is_planned_blindly(v.position))
    and ($2::bigint is null or v.position < $2)
    and ($3::text[] is null or v.id = any ($3))
    and ($4::text[] is null or v.topics && $4)
order by v.position desc
limit $5

-- name: bodies_around
-- What the versions at some positions ($1), and those before them, are served as, in the order of the log.
select distinct v.position, b.body
from claim_version c
join claim_version v on v.id = c.id and (v.version = c.version or v.version = c.version - 1)
left join claim_body b on b.position = v.position
where c.position = any ($1)
order by v.position

-- name: bodies_at
-- What versions at some positions ($1) are served as, in the order of the log.
select v.position, b.body
from claim_version v
left join claim_body b on b.position = v.position
where v.position = any ($1)
order by v.position
