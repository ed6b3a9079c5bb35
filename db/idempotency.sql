-- name: begin_once
-- Whether nobody else is doing this now ($1 caller, $2 method, $3 path, $4 key). If so, it is ours until the
-- transaction ends, however it ends.
select pg_try_advisory_xact_lock(hashtextextended(jsonb_build_array($1::text, $2::text, $3::text, $4::text)::text, 0))

-- name: kept_answer
-- What it was answered, if that was within a day, and the fingerprint of what was asked.
select fingerprint, status, headers, body from idempotency
where caller = $1 and method = $2 and path = $3 and key = $4
    and answered_at > clock_timestamp() - interval '24 hours'

-- name: keep_answer
-- Keeps what it is answered ($5 fingerprint, $6 status, $7 headers, $8 body) in place of what is older than a day.
insert into idempotency (caller, method, path, key, fingerprint, status, headers, body)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (caller, method, path, key) do update
set fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, body = excluded.body,
    answered_at = clock_timestamp()

-- name: forget_old_answers
-- Removes some of what is older than a day: more than one write adds, so that none piles up.
delete from idempotency where (caller, method, path, key) in (
    select caller, method, path, key from idempotency
    where answered_at <= clock_timestamp() - interval '24 hours' limit 10 for update skip locked
)
