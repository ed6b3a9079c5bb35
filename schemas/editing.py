"""What editors and verifiers send: a new claim, a change of one, a verdict, a retraction.

Who does it is not theirs to say: `change.by` and `decided_by` are the name of the key they use.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from schemas.claims import MOST_RELATIONS, Comparator, Relation, Severity
from schemas.failures import Fault, InvalidRequest
from schemas.fields import (
    Answer,
    DecimalText,
    Geography,
    Line,
    PartialDate,
    Position,
    Request,
    Slug,
    Text,
    Url,
    VersionNumber,
)
from schemas.sources import Source, SourceKind, Stance, source_id
from schemas.verification import Currency, Status

MOST_LINES = 1000


class NewSource(Request, frozen=True, kw_only=True):
    """A source as its curator writes it. Its `id` follows from its publisher and address, and need not be said."""

    title: Annotated[Line, Meta(description="What the document is called.")]
    publisher: Annotated[Line, Meta(description="Who published it.")]
    kind: SourceKind
    stance: Stance
    read_as: Annotated[Line, Meta(description="What was really read: the document, a page of it, only a digest.")]
    url: Url | None = None
    """Where the document is; null if it has no address."""
    archive_url: Url | None = None
    """Where a copy is kept that does not change."""
    published_on: PartialDate | None = None
    """When it was published."""
    retrieved_on: PartialDate | None = None
    """When it was read for this claim."""
    quote: Text | None = None
    """The words that bear on the claim, as they stand there."""
    locator: Annotated[Line, Meta(description="Where in the document: a page, a table, a section.")] | None = None
    id: Annotated[Slug, Meta(description="Only the one that follows from the rest: leave it out.")] | None = None


class NewQuantity(Request, frozen=True, kw_only=True):
    """A number as its curator writes it; without a `value` for a finding without one."""

    unit: Line
    """What is counted: `downloads`, `USD`, `percent`."""
    value: DecimalText | None = None
    """The number, in `unit`; null for a finding without one."""
    comparator: Comparator = Comparator.EQ
    lower: DecimalText | None = None
    """The lower bound, in `unit`."""
    upper: DecimalText | None = None
    """The upper bound, in `unit`."""


class NewPeriod(Request, frozen=True, kw_only=True):
    """The time a number describes, both ends included; null where it is open or not said."""

    start: PartialDate | None = None
    """When it begins."""
    end: PartialDate | None = None
    """When it ends."""


class NewRelation(Request, Relation, frozen=True, kw_only=True):
    """How the claim stands to another. What it `supersedes` is told so, with a version of its own."""


class FirstChange(Request, frozen=True, kw_only=True):
    """What to say of a claim's first version."""

    severity: Severity = Severity.MINOR
    note: Text | None = None
    """Why it is published, in words for readers."""


class RevisionKind(StrEnum):
    """What an editor's change may say it is."""

    CORRECTION = "correction"
    """The version before was wrong."""
    UPDATE = "update"
    """The world changed: the version before was right then."""


class NewChange(Request, frozen=True, kw_only=True):
    """What to say of a change; what is left out follows from what changed. Another number is always `major`."""

    kind: RevisionKind | None = None
    severity: Severity | None = None
    note: Text | None = None
    """Why it changes, in words for readers."""


Topics = Annotated[list[Slug], Meta(max_length=20)]
Sources = Annotated[list[NewSource], Meta(max_length=50)]
Relations = Annotated[list[NewRelation], Meta(max_length=MOST_RELATIONS)]


class ClaimContent(Request, frozen=True, kw_only=True):
    """What an editor decides about a claim."""

    statement: Annotated[Line, Meta(description="One sentence, with its comparator: more than, about.")]
    quantity: NewQuantity
    measure: Annotated[Slug, Meta(description="What is measured. Claims of one measure compete.")]
    geography: Geography
    """The place it is about."""
    attributed_to: Annotated[Line, Meta(description="Who states it.")]
    scope: Annotated[Text, Meta(description="What is counted, in words: the population.")] | None = None
    period: NewPeriod = NewPeriod()
    stated_on: PartialDate | None = None
    """When it was stated."""
    topics: Topics = msgspec.field(default_factory=list)
    """The ids of the topics it is about."""
    currency: Currency = Currency.CURRENT
    sources: Sources = msgspec.field(default_factory=list)
    """What supports it, contradicts it or puts it into context."""
    relations: Relations = msgspec.field(default_factory=list)
    """How it stands to other claims."""


class NewClaim(ClaimContent, frozen=True, kw_only=True):
    """A claim to publish. It is `unverified` until a verifier gives a verdict."""

    id: Slug
    """The claim's id, for ever: it is never used for another claim."""
    change: FirstChange = FirstChange()


class QuantityPatch(Request, frozen=True, kw_only=True):
    """Changes to a number: what is absent stays, null removes."""

    value: DecimalText | UnsetType | None = UNSET
    """The number, in `unit`."""
    comparator: Comparator | UnsetType = UNSET
    lower: DecimalText | UnsetType | None = UNSET
    """The lower bound, in `unit`."""
    upper: DecimalText | UnsetType | None = UNSET
    """The upper bound, in `unit`."""
    unit: Line | UnsetType = UNSET
    """What is counted."""


class PeriodPatch(Request, frozen=True, kw_only=True):
    """Changes to a period: what is absent stays, null removes."""

    start: PartialDate | UnsetType | None = UNSET
    """When it begins."""
    end: PartialDate | UnsetType | None = UNSET
    """When it ends."""


class ClaimPatch(Request, frozen=True, kw_only=True):
    """A merge patch (RFC 7396): what is absent stays, null removes, a list is replaced as a whole.

    `change` says what the new version's own `change` is to say; it changes nothing by itself.
    """

    statement: Line | UnsetType = UNSET
    """The claim in one sentence, with its comparator: more than, about."""
    quantity: QuantityPatch | UnsetType = UNSET
    measure: Slug | UnsetType = UNSET
    """The id of what is measured."""
    geography: Geography | UnsetType = UNSET
    """The place it is about."""
    attributed_to: Line | UnsetType = UNSET
    """Who states it."""
    scope: Text | UnsetType | None = UNSET
    """What is counted, in words: the population."""
    period: PeriodPatch | UnsetType | None = UNSET
    stated_on: PartialDate | UnsetType | None = UNSET
    """When it was stated."""
    topics: Topics | UnsetType | None = UNSET
    """The ids of the topics it is about: all of them."""
    currency: Currency | UnsetType = UNSET
    sources: Sources | UnsetType | None = UNSET
    """What supports it, contradicts it or puts it into context: all of it."""
    relations: Relations | UnsetType | None = UNSET
    """How it stands to other claims: all of it."""
    change: NewChange = NewChange()


class NewVerdict(Request, frozen=True, kw_only=True):
    """What verification found. `decided_on` is today unless it says otherwise; who decided is the key's name."""

    status: Status
    rationale: Text
    """Why, in words for readers."""
    caveats: Annotated[list[Text], Meta(max_length=20)] = msgspec.field(default_factory=list)
    """What a reader must know to quote the number."""
    decided_on: Annotated[PartialDate, Meta(description="Today, if it is left out. Not in the future.")] | None = None


class NewRetraction(Request, frozen=True, kw_only=True):
    """Why a claim is withdrawn, for its readers. A retracted claim stays readable and is never changed again."""

    reason: Text
    """Why it is withdrawn, in words for readers: the `note` of its last version."""


class AppendedVersion(Answer, frozen=True, kw_only=True):
    """A version a bulk request appended: for its line, or null for a claim that a line supersedes."""

    line: int | None
    """The line of the body, from 1; null for a claim that one of them supersedes."""
    id: Slug
    """The claim's id."""
    version: VersionNumber
    position: Position
    """The version's place in the log."""
    url: str
    """Where the version is, for ever."""


class BulkAnswer(Answer, frozen=True, kw_only=True):
    """Every version a bulk request appended, in the order of their positions; `position` is the last."""

    items: list[AppendedVersion]
    """The versions, in the order of their positions."""
    position: Position
    """The position of the last."""


def sources_of(written: Sequence[NewSource], known: Sequence[Source] = ()) -> list[Source]:
    """Sources as the record has them: a `known` one as it is, any other with the id that follows from what it says.

    InvalidRequest for one that says another id.
    """
    sources, faults = [], []
    for place, source in enumerate(written):
        fields = msgspec.to_builtins(source)
        own = source_id(source.publisher, source.title, source.url)
        if source.id not in (None, own) and not any(fields == msgspec.to_builtins(one) for one in known):
            faults.append(Fault(f"The id of this source is {own}: leave `id` out.", pointer=f"/sources/{place}/id"))
        sources.append(msgspec.convert({**fields, "id": source.id or own}, Source))
    if faults:
        raise InvalidRequest(faults)
    return sources
