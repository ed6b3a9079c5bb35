"""Deliveries: every attempt to send a webhook something, and what came of it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import LARGEST_INTEGER, Answer, Cursor, Instant, Line, Position, Request, Slug, VersionNumber
from schemas.requests import Limit

DAYS_KEPT = 30
"""How long attempts are listed."""

DeliveryId = Annotated[int, Meta(ge=1, le=LARGEST_INTEGER, description="Names the attempt.", examples=[1])]
Attempts = Annotated[int, Meta(ge=1, le=999_999_999)]
HttpStatus = Annotated[int, Meta(ge=100, le=999)]
Milliseconds = Annotated[int, Meta(ge=0, le=999_999_999)]


class DeliveryKind(StrEnum):
    """Why something was sent. New values may be added."""

    CHANGE = "change"
    """A claim changed."""
    REDELIVERY = "redelivery"
    """Someone asked for a change to be sent again."""
    TEST = "test"
    """Someone asked for a test message."""


class DeliveryOutcome(StrEnum):
    """What came of an attempt. New values may be added."""

    DELIVERED = "delivered"
    """The endpoint took it: it answered with a status of 200 to 299."""
    FAILED = "failed"
    """The endpoint did not take it. A change is tried again; a redelivery and a test are not."""
    REFUSED = "refused"
    """Nothing was sent: the address may not be sent to, or no key in force bears the owner's name."""
    GIVEN_UP = "given_up"
    """The endpoint did not take it for 24 hours, while it took others: it is not tried again."""


class Delivery(Answer, frozen=True, kw_only=True):
    """An attempt to send a webhook something, and what came of it."""

    id: DeliveryId
    position: Position | None
    """The change that was sent, by its position in the log; null for a test."""
    claim: Slug | None
    """The id of the claim that changed; null for a test."""
    version: VersionNumber | None
    """The version the change made; null for a test."""
    kind: DeliveryKind
    attempt: Attempts
    """Which attempt to send this change it was: 1 for the first."""
    attempted_at: Instant
    """When it began."""
    outcome: DeliveryOutcome
    status: HttpStatus | None
    """The status of the endpoint's answer; null if there was none."""
    error: Line | None
    """Why it was not delivered, in a sentence; null if it was."""
    latency_ms: Milliseconds
    """How long it took, in milliseconds."""


class DeliveryPage(Answer, frozen=True, kw_only=True):
    """The attempts of the last 30 days to send a webhook something, newest first."""

    items: list[Delivery]
    """The attempts of this page, the newest first."""
    next: Cursor | None
    """The cursor of the next page; null on the last one."""


class DeliveryQuery(Request, frozen=True, kw_only=True):
    """Which page of the attempts."""

    limit: Limit = 20
    cursor: Cursor | None = None
