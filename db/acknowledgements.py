"""What Postgres knows about acknowledgements: who has dealt with a change, and who was to be told of it."""

from db.pool import Reading, Writing
from db.questions import Questions
from schemas.acknowledgements import Acknowledgement, AcknowledgementState
from schemas.changes import LoggedChange

_ask = Questions("acknowledgements.sql")
_subscribed_change = _ask("subscribed_change", LoggedChange)
_acknowledge = _ask("acknowledge", int)
_acknowledgement = _ask("acknowledgement", Acknowledgement)
_who_acknowledged = _ask("who_acknowledged", AcknowledgementState)


async def subscribed_change(connection: Reading, webhook: str, position: int) -> LoggedChange | None:
    """The change at a position, if a webhook is told of such; else None."""
    return await _subscribed_change.one(connection, webhook, position)


async def acknowledge(connection: Writing, webhook: str, position: int, by: str) -> tuple[Acknowledgement, bool]:
    """That a change which is there was dealt with, as it was said first, and whether that is now."""
    is_new = bool(await _acknowledge.values(connection, webhook, position, by))
    return await _acknowledgement.only(connection, webhook, position), is_new


async def who_acknowledged(connection: Reading, position: int) -> list[AcknowledgementState]:
    """Every webhook that is to be told of the change at a position: those that said nothing of it yet first."""
    return await _who_acknowledged.many(connection, position)
