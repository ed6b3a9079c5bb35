"""Deliveries: what was sent to a webhook, what came of it, and sending something now."""

from secrets import token_hex

import msgspec
from litestar.response.base import ASGIResponse

from db.deliveries import change_at, deliveries_page, delivery_by_id, keep_attempt
from db.keys import KeyInForce
from db.pool import reading, writing
from db.webhooks import has_key_in_force, secrets_of, webhook_by_id
from schemas.changes import LoggedChange
from schemas.deliveries import Delivery, DeliveryId, DeliveryKind, DeliveryPage, DeliveryQuery
from schemas.failures import NotFound
from schemas.keys import Role
from schemas.webhooks import Webhook, WebhookId
from service.subscribing import owned, owner_for
from service.web.endpoints import get, post
from service.web.headers import LINK
from service.web.links import page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.private import private
from service.web.reads import Read
from service.web.writes import Write
from service.work.messages import kept, message_of, send_now, trial_of
from service.work.sending import Attempt

_ANEW = "Here each request sends something: an `Idempotency-Key` would keep it from being sent."


@get("/v1/webhooks/{id}/deliveries", "Webhooks", DeliveryPage, role=Role.PARTNER, failures=(NotFound,),
     sends=(LINK,))  # fmt: skip
async def list_deliveries(read: Read, by: KeyInForce, id: WebhookId, query: DeliveryQuery) -> ASGIResponse:
    """Every attempt of the last 30 days to send a webhook something, newest first: its status, latency and error."""
    question = question_of(read.path, query)
    before = read_cursor(query.cursor, question).row if query.cursor else None
    async with reading(read.runtime.pool) as connection:
        owned(await webhook_by_id(connection, id, owner_for(by)), id)
        found = await deliveries_page(connection, id, before, query.limit + 1)
    items = found[: query.limit]
    following = write_cursor(Cursor(question, 0, "", items[-1].id)) if len(found) > query.limit else None
    links = page_links(read.path, msgspec.to_builtins(query), following)
    return private(DeliveryPage(items=items, next=following), headers=[("link", links)])


@post("/v1/webhooks/{id}/test", "Webhooks", Delivery, role=Role.PARTNER, failures=(NotFound,))
async def test_webhook(write: Write, id: WebhookId) -> ASGIResponse:
    """Sends a message of type `webhook.test` now, and answers with what came of it, within 15 seconds.

    A webhook that is disabled can be tested, too. What comes of a test changes nothing about the webhook.
    """
    write.refuse_repetition(_ANEW)
    async with reading(write.runtime.pool) as connection:
        webhook = owned(await webhook_by_id(connection, id, owner_for(write.by)), id)
    return await _sent(write, webhook, None)


@post("/v1/webhooks/{id}/deliveries/{delivery}/redelivery", "Webhooks", Delivery, role=Role.PARTNER,
      failures=(NotFound,))  # fmt: skip
async def redeliver(write: Write, id: WebhookId, delivery: DeliveryId) -> ASGIResponse:
    """Sends now what an attempt sent, whatever came of it, under the same message id; of a test, another test.

    It answers with what came of it, within 15 seconds, and changes nothing about what else is to be delivered.
    """
    write.refuse_repetition(_ANEW)
    async with reading(write.runtime.pool) as connection:
        webhook = owned(await webhook_by_id(connection, id, owner_for(write.by)), id)
        before = await delivery_by_id(connection, id, delivery)
        if before is None:
            raise NotFound(f"There is no delivery {delivery} of this webhook, or it is older than 30 days.")
        change = None if before.position is None else await change_at(connection, before.position)
    return await _sent(write, webhook, change)


async def _sent(write: Write, webhook: Webhook, change: LoggedChange | None) -> ASGIResponse:
    """Sends a change, or a test, with no transaction open; keeps what came of it, and answers that."""
    runtime, began = write.runtime, write.runtime.now()
    async with reading(runtime.pool) as connection:
        has_key = await has_key_in_force(connection, webhook.owner)
        keys = await secrets_of(connection, webhook.id)
    if has_key:
        token, origin = token_hex(6), runtime.settings.origin
        message = message_of(webhook.id, change, origin) if change else trial_of(webhook.id, began, token)
        attempt = await send_now(runtime.sender, webhook.url, message, keys, began)
    else:
        attempt = Attempt(error=f"No key in force is called {webhook.owner}.", is_refused=True, latency_ms=0)
    kind = DeliveryKind.REDELIVERY if change else DeliveryKind.TEST
    async with writing(runtime.pool) as connection:
        delivery = await keep_attempt(connection, webhook.id, kept(attempt, change, kind, began))
    if delivery is None:
        raise NotFound(f"The webhook {webhook.id} was deleted meanwhile.")
    return private(delivery, 201)


endpoints = (list_deliveries, test_webhook, redeliver)
