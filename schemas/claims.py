"""A claim: what was said, the number in it, who said it, and every version it has had."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import (
    Answer,
    Cursor,
    DecimalText,
    Digest,
    Geography,
    Instant,
    Line,
    PartialDate,
    Position,
    Slug,
    Text,
    VersionNumber,
)
from schemas.sources import Source
from schemas.verification import Currency, Lifecycle, Verification

MOST_RELATIONS = 100


class Comparator(StrEnum):
    """How the wording bounds the number: "more than" is `gt`, "about" is `approx`. New values may be added."""

    EQ = "eq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    APPROX = "approx"
    BETWEEN = "between"


class RelationType(StrEnum):
    """How one claim stands to another. New values may be added."""

    SUPERSEDES = "supersedes"
    SUPERSEDED_BY = "superseded_by"
    COMPETES_WITH = "competes_with"
    CONTRADICTS = "contradicts"
    CONTRADICTED_BY = "contradicted_by"
    CONTEXT_FOR = "context_for"
    DERIVED_FROM = "derived_from"


class ChangeKind(StrEnum):
    """What a version did. New values may be added."""

    CREATED = "created"
    CORRECTION = "correction"
    UPDATE = "update"
    VERIFICATION = "verification"
    SUPERSEDED = "superseded"
    RETRACTION = "retraction"


class Severity(StrEnum):
    """How much a change matters to someone who quoted the version before. New values may be added."""

    MAJOR = "major"
    MINOR = "minor"
    TYPO = "typo"


class Quantity(Answer, frozen=True, kw_only=True):
    """The number inside a claim. Decimals are text, so exact digits survive; `value` is null for a finding without one.

    `lower` and `upper` bound a `between`, or an estimate's stated range, in the same unit.
    """

    value: DecimalText | None
    comparator: Comparator
    lower: DecimalText | None
    upper: DecimalText | None
    unit: Line


class Period(Answer, frozen=True, kw_only=True):
    """The time the number describes, both ends included; null where it is open or not said."""

    start: PartialDate | None
    end: PartialDate | None


class Relation(Answer, frozen=True, kw_only=True):
    """How this claim stands to another."""

    type: RelationType
    claim: Slug


class Change(Answer, frozen=True, kw_only=True):
    """What this version changed, how much it matters, why, and who made it."""

    kind: ChangeKind
    severity: Severity
    note: Text | None
    by: Line


class Draft(Answer, frozen=True, kw_only=True):
    """A version before the log gives it its place: everything its author decides."""

    id: Slug
    statement: Line
    quantity: Quantity
    measure: Slug
    geography: Geography
    scope: Text | None
    period: Period
    stated_on: PartialDate | None
    attributed_to: Line
    topics: Annotated[list[Slug], Meta(max_length=20)]
    lifecycle: Lifecycle
    currency: Currency
    verification: Verification
    sources: Annotated[list[Source], Meta(max_length=50)]
    relations: Annotated[list[Relation], Meta(max_length=MOST_RELATIONS)]
    change: Change


class ClaimVersion(Answer, frozen=True, kw_only=True):
    """One version of a claim, the unit of the log: flat and immutable. A claim is its newest version."""

    id: Slug
    version: VersionNumber
    position: Position
    recorded_at: Instant
    statement: Line
    quantity: Quantity
    measure: Slug
    geography: Geography
    scope: Text | None
    period: Period
    stated_on: PartialDate | None
    attributed_to: Line
    topics: Annotated[list[Slug], Meta(max_length=20)]
    lifecycle: Lifecycle
    currency: Currency
    verification: Verification
    sources: Annotated[list[Source], Meta(max_length=50)]
    relations: Annotated[list[Relation], Meta(max_length=MOST_RELATIONS)]
    change: Change
    digest: Digest


class ClaimPage(Answer, frozen=True, kw_only=True):
    """Claims as they stood at `position`. `missing` lists the `ids` asked for that named no claim then."""

    items: list[ClaimVersion]
    position: Position
    next: Cursor | None
    missing: list[Slug]


class VersionPage(Answer, frozen=True, kw_only=True):
    """A claim's versions, newest first."""

    items: list[ClaimVersion]
    position: Position
    next: Cursor | None


class Memento(Answer, frozen=True, kw_only=True):
    """A version as RFC 7089 names it: an address that always answers the same, and since when it was in force."""

    version: VersionNumber
    datetime: Instant
    url: str


class TimeMap(Answer, frozen=True, kw_only=True):
    """Every version of a claim with the instant it was recorded (RFC 7089, section 5), oldest first."""

    original: str
    timegate: str
    mementos: list[Memento]
