"""A line of a file to import: a claim as a curator writes it, without what the log adds."""

from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.claims import ChangeKind, Draft, Period, Quantity, Relation, Severity
from schemas.fields import Geography, Line, PartialDate, Request, Slug, Text, Url
from schemas.sources import SourceKind, Stance, source_id
from schemas.verification import Currency, Lifecycle, Status


class ImportedSource(Request, frozen=True, kw_only=True):
    """A source as a curator writes it. Its id follows from its publisher and address."""

    title: Line
    publisher: Line
    kind: SourceKind
    stance: Stance
    read_as: Line
    url: Url | None = None
    archive_url: Url | None = None
    published_on: PartialDate | None = None
    retrieved_on: PartialDate | None = None
    quote: Text | None = None
    locator: Line | None = None


class ImportedVerification(Request, frozen=True, kw_only=True):
    """A verdict as a curator writes it."""

    status: Status
    rationale: Text
    caveats: Annotated[list[Text], Meta(max_length=20)] = msgspec.field(default_factory=list)
    decided_on: PartialDate | None = None
    decided_by: Line | None = None


class ImportedQuantity(Request, Quantity, frozen=True, kw_only=True):
    """A number as a curator writes it."""


class ImportedPeriod(Request, Period, frozen=True, kw_only=True):
    """A period as a curator writes it."""


class ImportedRelation(Request, Relation, frozen=True, kw_only=True):
    """A relation as a curator writes it."""


class ImportedChange(Request, frozen=True, kw_only=True):
    """What a changed line says of its change; what it leaves out, and the kind of change, is inferred."""

    severity: Severity | None = None
    note: Text | None = None


class ImportedClaim(Request, frozen=True, kw_only=True):
    """One line of a file to import."""

    id: Slug
    statement: Line
    quantity: ImportedQuantity
    measure: Slug
    geography: Geography
    scope: Text | None
    period: ImportedPeriod
    stated_on: PartialDate | None
    attributed_to: Line
    topics: Annotated[list[Slug], Meta(max_length=20)]
    currency: Currency
    verification: ImportedVerification
    sources: Annotated[list[ImportedSource], Meta(max_length=50)]
    relations: Annotated[list[ImportedRelation], Meta(max_length=100)]
    lifecycle: Lifecycle = Lifecycle.PUBLISHED
    change: ImportedChange = ImportedChange()


def drafted(line: ImportedClaim, by: str) -> Draft:
    """The draft a line stands for, as its claim's first version. `by` is who imports it."""
    fields = msgspec.to_builtins(line)
    for source in fields["sources"]:
        source["id"] = source_id(source["publisher"], source["title"], source["url"])
    said = line.change
    fields["change"] = {
        "kind": ChangeKind.CREATED,
        "severity": said.severity or Severity.MINOR,
        "note": said.note,
        "by": by,
    }
    return msgspec.convert(fields, Draft)
