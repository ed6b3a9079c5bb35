"""Acknowledgements: partners say that they have dealt with a change, and editors see who has not."""

from litestar.response.base import ASGIResponse

from db.acknowledgements import acknowledge, subscribed_change, who_acknowledged
from db.deliveries import change_at
from db.pool import reading, writing
from db.webhooks import hold_webhook
from schemas.acknowledgements import Acknowledgement, ChangeAcknowledgements
from schemas.failures import NotFound
from schemas.fields import Position
from schemas.keys import Role
from schemas.webhooks import WebhookId
from service.subscribing import owned, owner_for
from service.web.endpoints import get, put
from service.web.private import private
from service.web.reads import Read
from service.web.writes import Write


@put("/v1/webhooks/{id}/acknowledgements/{position}", "Webhooks", Acknowledgement, role=Role.PARTNER,
     failures=(NotFound,))  # fmt: skip
async def acknowledge_change(write: Write, id: WebhookId, position: Position) -> ASGIResponse:
    """Says that you have dealt with a change: corrected your article, say. Saying it again changes nothing."""
    async with writing(write.runtime.pool) as connection:
        owned(await hold_webhook(connection, id, owner_for(write.by)), id)
        if await subscribed_change(connection, id, position) is None:
            raise NotFound(f"There is no change at position {position} that this webhook is told of.")
        said, is_new = await acknowledge(connection, id, position, write.by.name)
    return private(said, 201 if is_new else 200)


@get("/v1/changes/{position}/acknowledgements", "Webhooks", ChangeAcknowledgements, role=Role.EDITOR,
     failures=(NotFound,))  # fmt: skip
async def list_acknowledgements(read: Read, position: Position) -> ASGIResponse:
    """Who was to be told of a change, who has it, and who says that they have dealt with it.

    These are the webhooks there are that are told of such changes, and began before it.
    """
    async with reading(read.runtime.pool) as connection:
        if await change_at(connection, position) is None:
            raise NotFound(f"There is no change at position {position}.")
        items = await who_acknowledged(connection, position)
    acknowledged = sum(state.acknowledged_at is not None for state in items)
    waiting = len(items) - acknowledged
    return private(ChangeAcknowledgements(items=items, position=position, acknowledged=acknowledged, waiting=waiting))


endpoints = (acknowledge_change, list_acknowledgements)
