-- name: mirrored
-- The address of the Citable whose log this is a copy of; null if this is a log of its own.
select mirrors from log_head

-- name: mirror
-- Makes this log a copy of another one ($1, its address), or a log of its own (null).
update log_head set mirrors = $1::text, known_until = case when $1::text is not null then coalesce(known_until, recorded_at) end

-- name: is_known_until
-- A copy is complete up to an instant ($1), or to a later one if that was known before.
update log_head set known_until = greatest(known_until, $1) where mirrors is not null

-- name: advance_mirror
-- Moves the head of a mirror from a position ($1) to another ($2), which was recorded at an instant ($3); nothing if the
-- head is elsewhere by now. Like taking positions: whoever comes next waits.
update log_head set position = $2, recorded_at = $3, taken_at = clock_timestamp()
where position = $1 and mirrors is not null and set_config('citable.mirroring', 'on', true) = 'on'
returning position, recorded_at
