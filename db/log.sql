-- name: log_head
-- Which log this is, its newest position, and the digest of the version there.
select h.log::text as log, h.position, coalesce(v.digest, '') as digest
from log_head h
left join claim_version v on v.position = h.position

-- name: news_since
-- The head of the log, the digest at a position ($1), and which claims changed since, at most $2 of them.
select h.log::text as log, h.position, coalesce(v.digest, '') as digest,
    coalesce((select earlier.digest from claim_version earlier where earlier.position = $1), '') as digest_then,
    array(select distinct since.id from claim_version since where since.position > $1 limit $2) as changed
from log_head h
left join claim_version v on v.position = h.position

-- name: settled_head
-- The newest position once every write that has already taken its positions is committed or gone: waits for it.
select position from log_head for share

-- name: is_settled
-- Whether every version recorded by an instant ($1) is certain to be committed: it is older than the newest commit, or
-- than any write may be (`write_within_deadline`); or it is in the future, where there is none.
select $1 < h.recorded_at or $1 < clock_timestamp() - interval '1 minute' or $1 > clock_timestamp() from log_head h

-- name: position_at
-- The newest position recorded at or before an instant ($1): 0 before the first, null in the future, and where a copy of
-- another log has not heard of everything up to then.
select case when $1 <= clock_timestamp() and $1 <= coalesce((select h.known_until from log_head h), 'infinity')
    then coalesce(max(v.position), 0) end as position
from claim_version v where v.recorded_at <= $1

-- name: hold_head
-- Lets nobody else take positions until the transaction ends.
select position from log_head for update

-- name: take_positions
-- Takes the next positions ($1 of them) until the transaction ends. The last lock a write takes: whoever comes next
-- waits here. Answers the newest position taken.
update log_head
set position = position + $1, taken_at = clock_timestamp(), recorded_at = greatest(recorded_at, clock_timestamp())
returning position, recorded_at

-- name: place_head
-- Puts the head of an empty log where a restored one had it ($1 position, $2 recorded_at). Whoever restores has looked
-- at the place of each version before, so the database need not say which is wrong before it stores it.
update log_head set position = $1, taken_at = null, recorded_at = $2
where position = 0 and set_config('citable.places_are_checked', 'on', true) = 'on'
returning position, recorded_at

-- name: finish_restore
-- Looks now, and not when all is committed, whether the log is whole, and fills what lists and searches look through.
set constraints relations_exist, at_commit immediate

-- name: append_versions
-- Appends versions ($1, a JSON array in the order of their positions). The triggers of the log check each of them.
insert into claim_version (position, id, version, recorded_at, statement, quantity, measure, geography, scope, period,
    stated_on, attributed_to, topics, lifecycle, currency, verification, sources, relations, change, digest)
select r.position, r.id, r.version, r.recorded_at, r.statement, r.quantity, r.measure, r.geography, r.scope, r.period,
    r.stated_on, r.attributed_to, r.topics, r.lifecycle, r.currency, r.verification, r.sources, r.relations, r.change,
    r.digest
from jsonb_populate_recordset(null::claim_version, $1) as r
order by r.position

-- name: keep_bodies
-- Keeps what versions at some positions ($1) are served as ($2).
insert into claim_body (position, body)
select kept.position, kept.body from unnest($1::bigint[], $2::bytea[]) as kept (position, body)

-- name: check_relations
-- Looks now, and not when all is committed, whether what relations point at is there: it may take a while, and the
-- deadline of the write is looked at before.
set constraints relations_exist immediate

-- name: whole_log
-- Every version after a position ($1), in the order of the log.
select position, id, version, recorded_at, statement, quantity, measure, geography, scope, period, stated_on,
    attributed_to, topics, lifecycle, currency, verification, sources, relations, change, digest
from claim_version where position > $1 order by position
