"""A line of a file to import: a claim as a curator writes it, without what the log adds."""

from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.claims import ChangeKind, Draft, Severity
from schemas.editing import NewPeriod, NewQuantity, Relations, Sources, Topics, sources_of
from schemas.fields import Geography, Line, PartialDate, Request, Slug, Text
from schemas.verification import Currency, Lifecycle, Status


class ImportedVerification(Request, frozen=True, kw_only=True):
    """A verdict as a curator writes it."""

    status: Status
    rationale: Text
    caveats: Annotated[list[Text], Meta(max_length=20)] = msgspec.field(default_factory=list)
    decided_on: PartialDate | None = None
    decided_by: Line | None = None


class ImportedChange(Request, frozen=True, kw_only=True):
    """What a changed line says of its change; what it leaves out, and the kind of change, is inferred."""

    severity: Severity | None = None
    note: Text | None = None


class ImportedClaim(Request, frozen=True, kw_only=True):
    """One line of a file to import."""

    id: Slug
    statement: Line
    quantity: NewQuantity
    measure: Slug
    geography: Geography
    scope: Text | None
    period: NewPeriod
    stated_on: PartialDate | None
    attributed_to: Line
    topics: Topics
    currency: Currency
    verification: ImportedVerification
    sources: Sources
    relations: Relations
    lifecycle: Lifecycle = Lifecycle.PUBLISHED
    change: ImportedChange = ImportedChange()


def drafted(line: ImportedClaim, by: str) -> Draft:
    """The draft a line stands for, as its claim's first version, by who imports it. InvalidRequest as sources_of."""
    fields = {**msgspec.to_builtins(line), "sources": msgspec.to_builtins(sources_of(line.sources))}
    said = line.change
    fields["change"] = {
        "kind": ChangeKind.CREATED,
        "severity": said.severity or Severity.MINOR,
        "note": said.note,
        "by": by,
    }
    return msgspec.convert(fields, Draft)
