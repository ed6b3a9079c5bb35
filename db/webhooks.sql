-- part: webhook
w.id, w.owner, w.url, w.description, w.kinds, w.severities, w.topics, w.claims, w.status, w.disabled_reason,
    w.disabled_at, w.position, greatest(h.position - w.position, 0) as behind,
    (select count(*) from webhook_held q where q.webhook = w.id) as held,
    w.failures, w.paused_until, w.last_success_at, w.created_at, w.created_by

-- part: matches
(w.kinds is null or v.change ->> 'kind' = any (w.kinds))
    and (w.severities is null or v.change ->> 'severity' = any (w.severities))
    and (w.topics is null or v.topics && w.topics)
    and (w.claims is null or v.id = any (w.claims))

-- name: webhooks
-- The webhooks of an owner ($1), or of everyone if that is null, by owner, the oldest first.
select {webhook}
from webhook w, log_head h
where $1::text is null or lower(w.owner) = lower($1)
order by lower(w.owner), w.created_at, w.id

-- name: webhook
-- One webhook ($1), of an owner ($2) or of anyone if that is null.
select {webhook}
from webhook w, log_head h
where w.id = $1 and ($2::text is null or lower(w.owner) = lower($2))

-- name: hold_webhook
-- One webhook ($1), of an owner ($2) or of anyone if that is null, which nobody else changes until the transaction
-- ends.
select {webhook}
from webhook w, log_head h
where w.id = $1 and ($2::text is null or lower(w.owner) = lower($2))
for update of w

-- name: insert_webhook
-- A new webhook ($1 id, $2 owner, $3 url, $4 description, $5 kinds, $6 severities, $7 topics, $8 claims), which begins
-- after a position ($9), or at the head of the log; none if its owner has one with that address.
with w as (
    insert into webhook (
        id, owner, url, description, kinds, severities, topics, claims, starts_after, position, created_by
    )
    select $1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, h.position), coalesce($9, h.position), $2
    from log_head h
    on conflict (lower(owner), url) do nothing
    returning id, owner, url, description, kinds, severities, topics, claims, status, disabled_reason, disabled_at,
        position, failures, paused_until, last_success_at, created_at, created_by
)
select {webhook} from w, log_head h

-- name: put_secret
-- Signs what is sent for a webhook ($1) with a secret ($2) from now on.
insert into webhook_secret (webhook, secret) values ($1, $2)

-- name: drop_older_secret
-- Signs nothing with the secret of a webhook ($1) before its newest any more.
delete from webhook_secret where webhook = $1 and expires_at is not null

-- name: retire_secret
-- Lets the newest secret of a webhook ($1) be valid for another day; answers until when.
update webhook_secret set expires_at = clock_timestamp() + interval '24 hours'
where webhook = $1 and expires_at is null
returning expires_at

-- name: valid_secrets
-- The secrets of a webhook ($1) that are valid now, the newest first.
select secret from webhook_secret
where webhook = $1 and (expires_at is null or expires_at > clock_timestamp())
order by expires_at nulls first

-- name: hold_owner
-- Lets nobody else add a webhook for an owner ($1), or give one of theirs another address, until the transaction ends.
select pg_advisory_xact_lock(hashtextextended('webhooks of ' || lower($1), 0))

-- name: has_address
-- Whether the owner of a webhook ($1) has another one with an address ($2).
select exists (
    select from webhook other, webhook w
    where w.id = $1 and other.id <> w.id and lower(other.owner) = lower(w.owner) and other.url = $2
)

-- name: update_webhook
-- A webhook ($1) as it is to be ($2 url, $3 description, $4 kinds, $5 severities, $6 topics, $7 claims, $8 status, $9
-- position). What stays as it is disabled stays so since then.
update webhook
set url = $2, description = $3, kinds = $4, severities = $5, topics = $6, claims = $7, status = $8,
    disabled_reason = case when $8 = 'disabled' then coalesce(disabled_reason, 'owner') end,
    disabled_at = case when $8 = 'disabled' then coalesce(disabled_at, clock_timestamp()) end,
    position = $9, starts_after = case when $9 = position then starts_after else $9 end
where id = $1

-- name: restart_webhook
-- Forgets the failures of a webhook ($1), and takes it from the worker that has it: so its results no longer count.
update webhook set failures = 0, paused_until = null, leased_by = null, leased_until = null where id = $1

-- name: retry_held
-- What is held of a webhook ($1) is tried at once, and anew.
update webhook_held set attempts = 0, first_attempt_at = clock_timestamp(), next_attempt_at = clock_timestamp()
where webhook = $1

-- name: pass_over_held
-- Each claim that is held of a webhook ($1) waits for its first change there that the webhook is told of; a claim that
-- has none is held no longer, and none at all is if that is ($2) true.
with wanted as (
    select q.claim, (
        select min(v.position) from claim_version v
        where v.id = q.claim and v.position between q.position and w.position and {matches}
    ) as position
    from webhook_held q
    join webhook w on w.id = q.webhook
    where q.webhook = $1
), dropped as (
    delete from webhook_held q
    using wanted
    where q.webhook = $1 and q.claim = wanted.claim and ($2::boolean or wanted.position is null)
)
update webhook_held q set position = wanted.position
from wanted
where q.webhook = $1 and q.claim = wanted.claim and not $2::boolean and wanted.position > q.position

-- name: delete_webhook
-- Deletes a webhook ($1), with what is held, its secrets, its deliveries and acknowledgements; answers its id.
delete from webhook where id = $1 returning id

-- name: webhook_lag
-- The head of the log; how many positions before it the enabled webhook is that is farthest behind, of those whose owner
-- has a key in force; the seconds since the change after it was recorded; for how many seconds the one among them that
-- waits for a worker longest could have been taken (as `take_webhook` has it); and how many webhooks are disabled.
with told as (
    select w.position, least(
            (select v.recorded_at from claim_version v where v.position = w.position + 1),
            (select min(q.next_attempt_at) from webhook_held q where q.webhook = w.id)
        ) as due_at, w.paused_until, w.leased_until
    from webhook w
    where w.status = 'active'
        and exists (select from api_key k where lower(k.name) = lower(w.owner) and k.revoked_at is null)
), farthest as (
    select min(t.position) as position,
        max(extract(epoch from clock_timestamp() - greatest(t.due_at, t.paused_until, t.leased_until)))
            filter (where t.due_at is not null) as overdue
    from told t
)
select h.position as head, greatest(coalesce(h.position - f.position, 0), 0) as positions,
    coalesce((
        select greatest(extract(epoch from clock_timestamp() - v.recorded_at), 0)
        from claim_version v
        where v.position = f.position + 1
    ), 0)::float8 as seconds,
    greatest(coalesce(f.overdue, 0), 0)::float8 as overdue,
    (select count(*) from webhook w where w.status = 'disabled') as disabled
from farthest f, log_head h

-- name: has_key_in_force
-- Whether a key in force bears a name ($1).
select exists (select from api_key where lower(name) = lower($1) and revoked_at is null)
