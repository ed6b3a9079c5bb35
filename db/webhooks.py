"""What Postgres knows about webhooks: whose they are, where they lead, and what they are told of."""

from datetime import datetime
from types import NoneType

import msgspec

from db.pool import Reading, Writing
from db.questions import Questions
from schemas.webhooks import CreatedWebhook, NewWebhook, Webhook, WebhookSecret, new_webhook_id, new_webhook_secret


class Lag(msgspec.Struct, frozen=True):
    """The head of the log, and how far the enabled webhook is behind it that is farthest behind.

    `seconds` are those since the first change it has not come to was recorded; `overdue` are those for which the
    webhook that waits longest could have been sent to, if a worker had taken it. `disabled` webhooks are counted only.
    """

    head: int
    positions: int
    seconds: float
    overdue: float
    disabled: int


_ask = Questions("webhooks.sql")
_webhooks = _ask("webhooks", Webhook)
_webhook = _ask("webhook", Webhook)
_hold = _ask("hold_webhook", Webhook)
_insert = _ask("insert_webhook", Webhook)
_put_secret = _ask("put_secret", NoneType)
_drop_older_secret = _ask("drop_older_secret", NoneType)
_retire_secret = _ask("retire_secret", datetime)
_valid_secrets = _ask("valid_secrets", str)
_hold_owner = _ask("hold_owner", NoneType)
_has_address = _ask("has_address", bool)
_update = _ask("update_webhook", NoneType)
_restart = _ask("restart_webhook", NoneType)
_retry_held = _ask("retry_held", NoneType)
_pass_over_held = _ask("pass_over_held", NoneType)
_delete = _ask("delete_webhook", str)
_lag = _ask("webhook_lag", Lag)
_has_key_in_force = _ask("has_key_in_force", bool)


async def webhooks(connection: Reading, owner: str | None) -> list[Webhook]:
    """The webhooks of an owner, whatever the case of their name; everyone's for None. By owner, the oldest first."""
    return await _webhooks.many(connection, owner)


async def webhook_by_id(connection: Reading, id: str, owner: str | None = None) -> Webhook | None:
    """One webhook; None if there is none, or if it is not the owner's who is asked for.

    Whose it is Postgres decides: it also decides which names of keys are the same.
    """
    return await _webhook.one(connection, id, owner)


async def hold_webhook(connection: Writing, id: str, owner: str | None = None) -> Webhook | None:
    """As `webhook_by_id`, and nobody else changes it until the transaction ends."""
    return await _hold.one(connection, id, owner)


async def insert_webhook(connection: Writing, new: NewWebhook, owner: str) -> CreatedWebhook | None:
    """A new webhook with its secret; None if its owner has one with that address.

    RuleBroken, `webhooks_are_few`, if they have as many as one may have.
    """
    about = (new.url, new.description, new.kinds, new.severities, new.topics, new.claims, new.after)
    webhook = await _insert.one(connection, new_webhook_id(), owner, *about)
    if webhook is None:
        return None
    secret = new_webhook_secret()
    await _put_secret.run(connection, webhook.id, secret)
    return CreatedWebhook(**msgspec.structs.asdict(webhook), secret=secret)


async def hold_owner(connection: Writing, owner: str) -> None:
    """Lets nobody else add a webhook for an owner, or change the address of one, until the transaction ends."""
    await _hold_owner.run(connection, owner)


async def has_address(connection: Reading, id: str, url: str) -> bool:
    """Whether the owner of a webhook has another one with an address."""
    return await _has_address.value(connection, id, url)


async def update_webhook(connection: Writing, wanted: Webhook, *, restarts: bool, moves: bool) -> None:
    """Makes a webhook what is `wanted`: its address, description, filters, status and position.

    If it `restarts`, its failures are forgotten, what is held is tried at once, and the results of the worker that
    has it no longer count. If it `moves`, nothing is held any more: it goes on from its position.
    """
    filters = (wanted.kinds, wanted.severities, wanted.topics, wanted.claims)
    said = (wanted.id, wanted.url, wanted.description, *filters, wanted.status, wanted.position)
    await _update.run(connection, *said)
    if restarts:
        await _restart.run(connection, wanted.id)
        await _pass_over_held.run(connection, wanted.id, moves)
        await _retry_held.run(connection, wanted.id)


async def rotate_secret(connection: Writing, id: str) -> WebhookSecret:
    """A new secret for a webhook that is held. The one before it is valid for another day, one before that no more."""
    await _drop_older_secret.run(connection, id)
    previous_expires_at = await _retire_secret.value(connection, id)
    secret = new_webhook_secret()
    await _put_secret.run(connection, id, secret)
    return WebhookSecret(secret=secret, previous_expires_at=previous_expires_at)


async def secrets_of(connection: Reading, id: str) -> list[str]:
    """The secrets of a webhook that are valid now, the newest first."""
    return await _valid_secrets.values(connection, id)


async def remove_webhook(connection: Writing, id: str) -> bool:
    """Deletes a webhook, with all that was kept for it; False if there is none."""
    return bool(await _delete.values(connection, id))


async def has_key_in_force(connection: Reading, owner: str) -> bool:
    """Whether a key in force bears an owner's name, whatever its case: if not, their webhooks are sent nothing."""
    return await _has_key_in_force.value(connection, owner)


async def webhook_lag(connection: Reading) -> Lag:
    """How far webhooks are behind the log, those left out whose owner has no key in force: they are sent nothing."""
    return await _lag.only(connection)
