"""A claim's standing, kept as three separate questions: is it right, is it recent, do we still publish it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import Answer, Line, PartialDate, Text


class Status(StrEnum):
    """What verification found. New values may be added; read an unknown one as `unverified`."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    VERIFIED_WITH_CAVEATS = "verified_with_caveats"
    DISPUTED = "disputed"
    UNSUPPORTED = "unsupported"
    REFUTED = "refuted"

    @property
    def is_verified(self) -> bool:
        """Whether the number was reproduced, so that a supporting source must be named."""
        return self in (Status.VERIFIED, Status.VERIFIED_WITH_CAVEATS)


class Currency(StrEnum):
    """Whether a newer figure has replaced this one. New values may be added."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    HISTORICAL = "historical"


class Lifecycle(StrEnum):
    """Whether we publish the claim. A retracted one stays readable, with the reason. New values may be added."""

    PUBLISHED = "published"
    RETRACTED = "retracted"


class Verification(Answer, frozen=True, kw_only=True):
    """What verification found, why, and what a reader must know to quote the number."""

    status: Status
    rationale: Text
    caveats: Annotated[list[Text], Meta(max_length=20)]
    decided_on: PartialDate | None
    decided_by: Line | None
