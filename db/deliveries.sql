-- part: attempt
d.id, d.position, d.claim, d.version, d.kind, d.attempt, d.attempted_at, d.outcome, d.status, d.error, d.latency_ms

-- name: take_webhook
-- Leases the webhook that is due and was not looked at for longest to a worker ($1) for some seconds ($2), as of an
-- instant ($3), which is now unless a test says otherwise. Those that others are taking are passed over.
with due as (
    select w.id
    from webhook w, log_head h
    where w.status = 'active'
        and (w.leased_until is null or w.leased_until <= clock_timestamp())
        and (w.paused_until is null or w.paused_until <= coalesce($3, clock_timestamp()))
        and (
            w.position < h.position
            or exists (
                select from webhook_held q
                where q.webhook = w.id and q.next_attempt_at <= coalesce($3, clock_timestamp())
            )
        )
        and exists (select from api_key k where lower(k.name) = lower(w.owner) and k.revoked_at is null)
    order by w.taken_at nulls first, w.id
    limit 1
    for update of w skip locked
)
update webhook w
set leased_by = $1, leased_until = clock_timestamp() + make_interval(secs => $2), taken_at = clock_timestamp()
from due, log_head h
where w.id = due.id
returning w.id, w.owner, w.url, w.kinds, w.severities, w.topics, w.claims, w.position, w.failures, w.last_success_at,
    h.position as head,
    array(
        select s.secret from webhook_secret s
        where s.webhook = w.id and (s.expires_at is null or s.expires_at > clock_timestamp())
        order by s.expires_at nulls first
    ) as secrets

-- name: renew_leases
-- Renews every lease of a worker ($1) for some seconds ($2) from now, unless no key in force bears its owner's name any
-- more; answers the webhooks it still has.
update webhook w set leased_until = clock_timestamp() + make_interval(secs => $2)
where w.leased_by = $1
    and exists (select from api_key k where lower(k.name) = lower(w.owner) and k.revoked_at is null)
returning w.id

-- name: return_webhook
-- Ends the lease a worker ($1) has of a webhook ($2).
update webhook set leased_by = null, leased_until = null where id = $2 and leased_by = $1

-- name: held_due
-- What is held of a webhook ($1) and due at an instant ($3), which is now unless a test says otherwise: at most $2, what
-- waits longest first.
select q.claim, q.position, q.attempts, q.first_attempt_at, q.next_attempt_at
from webhook_held q
where q.webhook = $1 and q.next_attempt_at <= coalesce($3, clock_timestamp())
order by q.next_attempt_at, q.position
limit $2

-- name: held_claims
-- The claims that are held of a webhook ($1).
select claim from webhook_held where webhook = $1

-- name: hold_lease
-- Whether a webhook ($1) is leased to a worker ($2), and to nobody else until the transaction ends.
select id from webhook where id = $1 and leased_by = $2 for update

-- name: record_progress
-- How far a webhook ($1) has come: $2 position, $3 failures in a row, $4 paused until, $5 last success or null for the one
-- there was, $6 why it is disabled or null if it is not, $7 whether its worker keeps it.
update webhook
set position = $2, failures = $3, paused_until = $4, last_success_at = coalesce($5, last_success_at),
    status = case when $6::text is null then 'active' else 'disabled' end, disabled_reason = $6::text,
    disabled_at = case when $6::text is not null then clock_timestamp() end,
    leased_by = case when $7 then leased_by end, leased_until = case when $7 then leased_until end
where id = $1

-- name: hold_claims
-- Holds claims of a webhook ($1): each ($2) at a position ($3), after attempts ($4), the first of them then ($5), to be
-- tried next then ($6).
insert into webhook_held (webhook, claim, position, attempts, first_attempt_at, next_attempt_at)
select $1, each.claim, each.position, each.attempts, each.first_attempt_at, each.next_attempt_at
from unnest($2::text[], $3::bigint[], $4::int[], $5::timestamptz[], $6::timestamptz[])
    as each (claim, position, attempts, first_attempt_at, next_attempt_at)
on conflict (webhook, claim) do update
set position = excluded.position, attempts = excluded.attempts, first_attempt_at = excluded.first_attempt_at,
    next_attempt_at = excluded.next_attempt_at

-- name: wake_held
-- What is held of a webhook ($1) is due at an instant ($2), unless it is due before.
update webhook_held set next_attempt_at = $2 where webhook = $1 and next_attempt_at > $2

-- name: release_claims
-- Holds these claims ($2) of a webhook ($1) no longer.
delete from webhook_held where webhook = $1 and claim = any ($2)

-- name: keep_attempt
-- Keeps an attempt to send a webhook ($1) something, unless the webhook is deleted: $2 position, $3 claim, $4 version,
-- $5 kind, $6 attempt, $7 when, $8 outcome, $9 status, $10 error, $11 milliseconds. An attempt of null is the next one.
insert into webhook_delivery as d (
    webhook, position, claim, version, kind, attempt, attempted_at, outcome, status, error, latency_ms
)
select w.id, $2, $3, $4, $5,
    coalesce($6, (select count(*) + 1 from webhook_delivery e where e.webhook = w.id and e.position = $2)),
    $7, $8, $9, $10, $11
from webhook w where w.id = $1 for key share
returning {attempt}

-- name: deliveries_page
-- The attempts to send a webhook ($1) something, before one ($2) if that is not null, newest first, at most $3.
select {attempt}
from webhook_delivery d
where d.webhook = $1 and ($2::bigint is null or d.id < $2)
order by d.id desc
limit $3

-- name: delivery
-- One attempt ($2) to send a webhook ($1) something.
select {attempt} from webhook_delivery d where d.webhook = $1 and d.id = $2

-- name: last_failures
-- Why the last attempt that failed did so, of each webhook at which something fails.
select w.id as webhook, f.error
from webhook w
cross join lateral (
    select d.error from webhook_delivery d where d.webhook = w.id and d.error is not null order by d.id desc limit 1
) f
where w.failures > 0 or exists (select from webhook_held q where q.webhook = w.id and q.attempts > 0)

-- name: next_due
-- When the next of the active webhooks is due that is not: because it is paused, or what is held of it is not due yet.
select min(case when w.position < h.position then w.paused_until else greatest(w.paused_until, q.next_at) end) as at
from webhook w
cross join log_head h
left join lateral (select min(next_attempt_at) as next_at from webhook_held where webhook = w.id) q on true
where w.status = 'active'
    and exists (select from api_key k where lower(k.name) = lower(w.owner) and k.revoked_at is null)

-- name: delete_old_deliveries
-- Forgets attempts before an instant ($1), at most $2 of them; answers one row for each.
delete from webhook_delivery
where id in (select id from webhook_delivery where attempted_at < $1 order by attempted_at limit $2)
returning id
