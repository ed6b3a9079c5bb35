-- part: matches
(w.kinds is null or v.change ->> 'kind' = any (w.kinds))
    and (w.severities is null or v.change ->> 'severity' = any (w.severities))
    and (w.topics is null or v.topics && w.topics)
    and (w.claims is null or v.id = any (w.claims))

-- name: subscribed_change
-- The change at a position ($2), if a webhook ($1) is told of such.
select v.position, v.id as claim, v.version, v.recorded_at, v.statement, v.change, v.lifecycle, v.currency,
    v.verification ->> 'status' as status, v.topics, v.digest
from claim_version v
join webhook w on {matches}
where w.id = $1 and v.position = $2

-- name: acknowledge
-- Keeps that a change ($2 position) was dealt with, as is said ($3 by whom) for a webhook ($1); answers nothing if that
-- was said before.
insert into webhook_acknowledgement (webhook, position, acknowledged_by) values ($1, $2, $3)
on conflict (webhook, position) do nothing
returning position

-- name: acknowledgement
-- What was said of a change ($2 position) for a webhook ($1).
select a.webhook, a.position, v.id as claim, v.version, a.acknowledged_at, a.acknowledged_by
from webhook_acknowledgement a
join claim_version v on v.position = a.position
where a.webhook = $1 and a.position = $2

-- name: who_acknowledged
-- Every webhook that is to be told of the change at a position ($1), or that said something of it. It was delivered if
-- the log was read past it, unless its claim is held at or before it, or it was given up and not delivered since.
select w.id as webhook, w.owner, substring(w.url from '^https?://([^/?#]+)') as host, w.status, a.acknowledged_at,
    v.position <= w.position
    and not exists (
        select from webhook_held q where q.webhook = w.id and q.claim = v.id and q.position <= v.position
    )
    and coalesce((
        select d.outcome <> 'given_up' from webhook_delivery d
        where d.webhook = w.id and d.position = v.position and d.outcome in ('delivered', 'given_up')
        order by d.outcome limit 1
    ), true) as delivered
from claim_version v
join webhook w on ({matches}) and w.starts_after < v.position
    or exists (select from webhook_acknowledgement said where said.webhook = w.id and said.position = v.position)
left join webhook_acknowledgement a on a.webhook = w.id and a.position = v.position
where v.position = $1
order by a.acknowledged_at is not null, lower(w.owner), w.created_at, w.id
