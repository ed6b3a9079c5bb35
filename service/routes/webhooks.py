"""Webhooks: who is told of changes, and where, for their owners and for admins."""

from litestar.response.base import ASGIResponse
from msgspec import UNSET

from db.keys import KeyInForce
from db.log import log_head
from db.pool import reading, writing
from db.webhooks import (
    has_address,
    hold_owner,
    hold_webhook,
    insert_webhook,
    remove_webhook,
    rotate_secret,
    update_webhook,
    webhook_by_id,
    webhooks,
)
from schemas.failures import AlreadyExists, Fault, InvalidRequest, NotFound, RuleBroken
from schemas.keys import Role
from schemas.webhooks import (
    CreatedWebhook,
    NewWebhook,
    Webhook,
    WebhookChange,
    WebhookId,
    WebhookList,
    WebhookSecret,
)
from service.runtime import Runtime
from service.subscribing import changed, is_restart, owned, owner_for, require_in_the_log
from service.web.endpoints import delete, get, patch, post
from service.web.headers import LOCATION
from service.web.private import private
from service.web.reads import Read
from service.web.writes import Write
from service.work.guard import check_url

_SHOWN_ONCE = "Here `Idempotency-Key` could only repeat an answer that holds a secret, and a secret is shown once."
_EXAMPLE = {
    "url": "https://news.example/hooks/citable",
    "description": "Corrections of what we quoted.",
    "severities": ["major"],
    "topics": ["patents"],
}


@get("/v1/webhooks", "Webhooks", WebhookList, role=Role.PARTNER)
async def list_webhooks(read: Read, by: KeyInForce) -> ASGIResponse:
    """Your webhooks, and how far each has come. Admins see everyone's."""
    async with reading(read.runtime.pool) as connection:
        return private(WebhookList(items=await webhooks(connection, owner_for(by))))


@get("/v1/webhooks/{id}", "Webhooks", Webhook, role=Role.PARTNER, failures=(NotFound,))
async def get_webhook(read: Read, by: KeyInForce, id: WebhookId) -> ASGIResponse:
    """One webhook, and how far it has come."""
    async with reading(read.runtime.pool) as connection:
        return private(owned(await webhook_by_id(connection, id, owner_for(by)), id))


@post("/v1/webhooks", "Webhooks", CreatedWebhook, role=Role.PARTNER, failures=(AlreadyExists, RuleBroken),
      sends=(LOCATION,), example=_EXAMPLE)  # fmt: skip
async def create_webhook(write: Write, body: NewWebhook) -> ASGIResponse:
    """Sends changes to an address from now on, signed as Standard Webhooks 1.0.0 has it.

    The secret to verify signatures with is shown this once. An owner may have 20 webhooks, one for each address.
    """
    write.refuse_repetition(_SHOWN_ONCE)
    await _require_reachable(write.runtime, body.url)
    async with writing(write.runtime.pool) as connection:
        require_in_the_log(body.after, (await log_head(connection)).position)
        created = await insert_webhook(connection, body, write.by.name)
    if created is None:
        raise _taken(body.url)
    return private(created, 201, [("location", f"/v1/webhooks/{created.id}")])


@patch("/v1/webhooks/{id}", "Webhooks", Webhook, role=Role.PARTNER, failures=(NotFound, AlreadyExists),
       example={"severities": ["major", "minor"], "topics": None})  # fmt: skip
async def change_webhook(write: Write, id: WebhookId, body: WebhookChange) -> ASGIResponse:
    """Changes a webhook, in the words of a merge patch (RFC 7396): what is absent stays, null removes.

    `status: active` enables one that is disabled, or tries one at once that waits: it goes on where it stopped, and
    nothing is lost. `after` sends again what follows a position. It takes no `If-Match`: a webhook is its owner's own
    setting, and the last word counts.
    """
    async with reading(write.runtime.pool) as connection:
        owned(await webhook_by_id(connection, id, owner_for(write.by)), id)
    if body.url is not UNSET:
        await _require_reachable(write.runtime, body.url)
    async with writing(write.runtime.pool) as connection:
        before = owned(await hold_webhook(connection, id, owner_for(write.by)), id)
        wanted = changed(before, body)
        if wanted.url != before.url:
            await hold_owner(connection, before.owner)
            if await has_address(connection, id, wanted.url):
                raise _taken(wanted.url)
        restarts, moves = is_restart(body), body.after is not UNSET
        await update_webhook(connection, wanted, restarts=restarts, moves=moves)
        return private(owned(await webhook_by_id(connection, id, owner_for(write.by)), id))


@delete("/v1/webhooks/{id}", "Webhooks", Webhook, role=Role.PARTNER, failures=(NotFound,))
async def delete_webhook(write: Write, id: WebhookId) -> ASGIResponse:
    """Deletes a webhook, with its secrets, its deliveries and its acknowledgements. This is the last of it."""
    async with writing(write.runtime.pool) as connection:
        last = owned(await hold_webhook(connection, id, owner_for(write.by)), id)
        await remove_webhook(connection, id)
    return private(last)


@post("/v1/webhooks/{id}/secret", "Webhooks", WebhookSecret, role=Role.PARTNER, failures=(NotFound,))
async def rotate_webhook_secret(write: Write, id: WebhookId) -> ASGIResponse:
    """Signs with a new secret, which is shown this once. For 24 hours messages are signed with the one before, too.

    Two secrets at most are valid: to rotate again ends the older one at once.
    """
    write.refuse_repetition(_SHOWN_ONCE)
    async with writing(write.runtime.pool) as connection:
        owned(await hold_webhook(connection, id, owner_for(write.by)), id)
        return private(await rotate_secret(connection, id), 201)


async def _require_reachable(runtime: Runtime, url: str) -> None:
    """InvalidRequest unless messages may be sent to an address, as its host resolves now."""
    why_not = await check_url(url, loopback=runtime.sender.loopback, resolve=runtime.sender.resolve)
    if why_not is not None:
        raise InvalidRequest([Fault(why_not, pointer="/url")])


def _taken(url: str) -> AlreadyExists:
    return AlreadyExists([Fault(f"You have a webhook for {url} already: change that one.", pointer="/url")])


endpoints = (list_webhooks, get_webhook, create_webhook, change_webhook, delete_webhook, rotate_webhook_secret)
