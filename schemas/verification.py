"""A claim's standing, kept as three separate questions: is it right, is it recent, do we still publish it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import Answer, Line, PartialDate, Text


class Status(StrEnum):
    """What verification found. New values may be added; read an unknown one as `unverified`."""

    UNVERIFIED = "unverified"
    """Nobody has checked it yet."""
    VERIFIED = "verified"
    """The sources say so."""
    VERIFIED_WITH_CAVEATS = "verified_with_caveats"
    """The number is right; read the caveats before you quote it."""
    DISPUTED = "disputed"
    """Sources contradict each other."""
    UNSUPPORTED = "unsupported"
    """No source was found that says so."""
    REFUTED = "refuted"
    """It is wrong."""

    @property
    def is_verified(self) -> bool:
        """Whether the number was reproduced, so that a supporting source must be named."""
        return self in (Status.VERIFIED, Status.VERIFIED_WITH_CAVEATS)


class Currency(StrEnum):
    """Whether a newer figure has replaced this one. New values may be added."""

    CURRENT = "current"
    """No newer figure has replaced it."""
    SUPERSEDED = "superseded"
    """A newer figure has replaced it."""
    HISTORICAL = "historical"
    """It is about the past, and stays right."""


class Lifecycle(StrEnum):
    """Whether we publish the claim. A retracted one stays readable, with the reason. New values may be added."""

    PUBLISHED = "published"
    """It is part of what we publish."""
    RETRACTED = "retracted"
    """It is withdrawn, and left out of lists unless asked for."""


class Verification(Answer, frozen=True, kw_only=True):
    """What verification found, why, and what a reader must know to quote the number."""

    status: Status
    rationale: Text
    """Why, in words for readers."""
    caveats: Annotated[list[Text], Meta(max_length=20)]
    """What a reader must know to quote the number."""
    decided_on: PartialDate | None
    """When it was decided. Null while nothing was."""
    decided_by: Line | None
    """Who decided. Null while nothing was."""
