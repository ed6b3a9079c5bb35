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

ClaimId = Annotated[Slug, Meta(description="The claim's id.", examples=["cn-ai-firms-6200"])]


class Comparator(StrEnum):
    """How the wording bounds the number: "more than" is `gt`, "about" is `approx`. New values may be added."""

    EQ = "eq"
    """Exactly."""
    GT = "gt"
    """More than."""
    GTE = "gte"
    """At least."""
    LT = "lt"
    """Less than."""
    LTE = "lte"
    """At most."""
    APPROX = "approx"
    """About."""
    BETWEEN = "between"
    """From `lower` to `upper`."""


class RelationType(StrEnum):
    """How one claim stands to another. New values may be added."""

    SUPERSEDES = "supersedes"
    """It replaces the other."""
    SUPERSEDED_BY = "superseded_by"
    """The other replaces it."""
    COMPETES_WITH = "competes_with"
    """Both put a number on the same thing."""
    CONTRADICTS = "contradicts"
    """It says that the other is wrong."""
    CONTRADICTED_BY = "contradicted_by"
    """The other says that it is wrong."""
    CONTEXT_FOR = "context_for"
    """It helps to understand the other."""
    DERIVED_FROM = "derived_from"
    """It was computed from the other."""


class ChangeKind(StrEnum):
    """What a version did. New values may be added."""

    CREATED = "created"
    """It is the first."""
    CORRECTION = "correction"
    """The version before was wrong."""
    UPDATE = "update"
    """The world changed: the version before was right then."""
    VERIFICATION = "verification"
    """A verdict was given."""
    SUPERSEDED = "superseded"
    """A newer claim replaces this one."""
    RETRACTION = "retraction"
    """The claim was withdrawn."""


class Severity(StrEnum):
    """How much a change matters to someone who quoted the version before. New values may be added."""

    MAJOR = "major"
    """Whoever quoted the version before must hear of it."""
    MINOR = "minor"
    """What was quoted still holds."""
    TYPO = "typo"
    """Only the spelling changed."""


class Quantity(Answer, frozen=True, kw_only=True):
    """The number inside a claim. Decimals are text, so exact digits survive; `value` is null for a finding without one.

    `lower` and `upper` bound a `between`, or an estimate's stated range, in the same unit.
    """

    value: DecimalText | None
    """The number, in `unit`; null for a finding without one."""
    comparator: Comparator
    lower: DecimalText | None
    """The lower bound, in `unit`."""
    upper: DecimalText | None
    """The upper bound, in `unit`."""
    unit: Line
    """What is counted: `downloads`, `USD`, `percent`."""


class DisplayedQuantity(Quantity, frozen=True, kw_only=True):
    """The number inside a claim, and how people read it in the language of the answer (`Content-Language`)."""

    display: str | None
    """The number in words, with its comparator and unit: `more than 10 billion downloads`. Plain text, for people; it
    may be worded better at any time. Null for a finding without a number."""


class Period(Answer, frozen=True, kw_only=True):
    """The time the number describes, both ends included; null where it is open or not said."""

    start: PartialDate | None
    """When it begins."""
    end: PartialDate | None
    """When it ends."""


class Relation(Answer, frozen=True, kw_only=True):
    """How this claim stands to another."""

    type: RelationType
    claim: Slug
    """The id of the other claim."""


class Change(Answer, frozen=True, kw_only=True):
    """What this version changed, how much it matters, why, and who made it."""

    kind: ChangeKind
    severity: Severity
    note: Text | None
    """Why, in words for readers; null if nothing was said."""
    by: Line
    """Who made it: the name of their key, or of the import."""


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
    """One version of a claim, the unit of the log: flat and immutable."""

    id: Slug
    """The claim's id: the same in all of its versions, and never used for another claim."""
    version: VersionNumber
    position: Position
    """Where the version stands in the log of all claims."""
    recorded_at: Instant
    """When the log recorded it."""
    statement: Line
    """The claim in one sentence, with its comparator: more than, about."""
    quantity: Quantity
    measure: Slug
    """The id of what is measured. Claims of one measure compete."""
    geography: Geography
    """The place it is about."""
    scope: Text | None
    """What is counted, in words: the population. Null if the statement says it all."""
    period: Period
    stated_on: PartialDate | None
    """When it was stated. Null if that is not known."""
    attributed_to: Line
    """Who states it."""
    topics: Annotated[list[Slug], Meta(max_length=20)]
    """The ids of the topics it is about."""
    lifecycle: Lifecycle
    currency: Currency
    verification: Verification
    sources: Annotated[list[Source], Meta(max_length=50)]
    """What supports it, contradicts it or puts it into context."""
    relations: Annotated[list[Relation], Meta(max_length=MOST_RELATIONS)]
    """How it stands to other claims."""
    change: Change
    digest: Digest


class Claim(ClaimVersion, frozen=True, kw_only=True):
    """A claim as it is read: its version in force, which is what `digest` is over, and the number in words besides."""

    quantity: DisplayedQuantity


class ClaimPage(Answer, frozen=True, kw_only=True):
    """Claims as they stood at `position`. `missing` lists the `ids` asked for that named no claim then."""

    items: list[Claim]
    """The claims of this page, each as its version in force at `position`."""
    position: Position
    """The position of the log the page is as of."""
    next: Cursor | None
    """The cursor of the next page; null on the last one."""
    missing: list[Slug]
    """Of the `ids` asked for, those that named no claim at `position`."""


class VersionPage(Answer, frozen=True, kw_only=True):
    """A claim's versions, newest first."""

    items: list[ClaimVersion]
    """The versions of this page, the newest first."""
    position: Position
    """The position of the log the page is as of."""
    next: Cursor | None
    """The cursor of the next page; null on the last one."""


class Memento(Answer, frozen=True, kw_only=True):
    """A version as RFC 7089 names it: an address that always answers the same, and since when it was in force."""

    version: VersionNumber
    datetime: Instant
    """When it was recorded."""
    url: str
    """Where it is."""


TimeMapLinks = Annotated[
    str,
    Meta(
        title="TimeMapLinks",
        description="Every version of a claim as a link, oldest first: `<address>; rel=memento; datetime=…` "
        "(RFC 7089, section 5; RFC 6690).",
    ),
]


class TimeMap(Answer, frozen=True, kw_only=True):
    """Every version of a claim with the instant it was recorded (RFC 7089, section 5), oldest first."""

    original: str
    """The address of the claim, whatever its version."""
    timegate: str
    """The address that answers `Accept-Datetime`: the same."""
    mementos: list[Memento]
    """The versions, oldest first."""
