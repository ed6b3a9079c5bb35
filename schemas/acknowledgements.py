"""Acknowledgements: who says that they have dealt with a change, and who has not said so yet."""

from typing import Annotated

from msgspec import Meta

from schemas.fields import Answer, Instant, Line, Position, Slug, VersionNumber
from schemas.webhooks import WebhookId, WebhookStatus


class Acknowledgement(Answer, frozen=True, kw_only=True):
    """That a change was dealt with: by whoever uses a webhook, and when they first said so."""

    webhook: WebhookId
    """The webhook it was said with."""
    position: Position
    """The change, by its position in the log."""
    claim: Slug
    """The id of the claim that changed."""
    version: VersionNumber
    """The version the change made."""
    acknowledged_at: Instant
    """When it was said first."""
    acknowledged_by: Line
    """Who said so first: the name of their key."""


class AcknowledgementState(Answer, frozen=True, kw_only=True):
    """Whether those who use a webhook have a change, and whether they say that they dealt with it."""

    webhook: WebhookId
    """The webhook."""
    owner: Line
    """Whose it is: the name of a key."""
    host: Line
    """The host it is sent to."""
    status: WebhookStatus
    delivered: bool
    """Whether the change was delivered."""
    acknowledged_at: Instant | None
    """When they said that they dealt with it; null while they have not."""


class ChangeAcknowledgements(Answer, frozen=True, kw_only=True):
    """Who was to be told of a change, and who says that they dealt with it."""

    items: list[AcknowledgementState]
    """Every webhook that is to be told of the change: those who have not answered first, then by owner."""
    position: Position
    """The change, by its position in the log."""
    acknowledged: Annotated[int, Meta(ge=0)]
    """How many have said that they dealt with it."""
    waiting: Annotated[int, Meta(ge=0)]
    """How many have not."""
