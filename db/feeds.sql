-- part: entry
select v.position, v.id as claim, v.version, v.recorded_at, v.statement, v.change, v.lifecycle, v.currency,
    v.verification ->> 'status' as status, v.topics, v.digest, v.quantity, v.attributed_to,
    v.verification ->> 'rationale' as rationale,
    jsonb_path_query_first(v.sources, '$[*].url ? (@ != null)') #>> '{}' as source,
    case when b.id is null then null else jsonb_build_object(
        'statement', b.statement, 'quantity', b.quantity, 'status', b.verification ->> 'status') end as before
from page p
join claim_version v on v.position = p.position
left join claim_version b on b.id = v.id and b.version = v.version - 1
order by v.position desc

-- name: entries
-- Versions up to a position ($1) and below another ($2), of claims ($3) and with topics ($4), the newest first, at most
-- $5, each with what the one before it said.
with page as (
    select i.position
    from claim_index i
    where i.position <= $1 and ($1 >= 0 or is_planned_blindly(i.position))
        and ($2::bigint is null or i.position < $2)
        and ($3::text[] is null or i.id = any ($3))
        and ($4::text[] is null or i.topics && $4)
    order by i.position desc
    limit $5
)
{entry}

-- name: major_entries
-- Of those, the major changes of what was published before.
with page as (
    select v.position
    from claim_version v
    where v.change ->> 'severity' = 'major' and v.change ->> 'kind' <> 'created'
        and v.position <= $1 and ($1 >= 0 or is_planned_blindly(v.position))
        and ($2::bigint is null or v.position < $2)
        and ($3::text[] is null or v.id = any ($3))
        and ($4::text[] is null or v.topics && $4)
    order by v.position desc
    limit $5
)
{entry}
