"""Where a claim's number was read."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import Answer, Cursor, Line, PartialDate, Position, Slug, Text, Url, VersionNumber

SourceId = Annotated[Slug, Meta(description="The document's id.", examples=["stanford-hai-da87f2b2"])]


class SourceKind(StrEnum):
    """What sort of document a source is. New values may be added."""

    PRIMARY = "primary"
    """Who made the number says it."""
    GOVERNMENT = "government"
    """A government or a public body."""
    ACADEMIC = "academic"
    """A paper, or a report of scholars."""
    DATASET = "dataset"
    """Data the number can be computed from."""
    SECONDARY = "secondary"
    """Someone who reports what another said."""
    SOCIAL = "social"
    """A post on a social network."""


class Stance(StrEnum):
    """What a source does for a claim. New values may be added."""

    SUPPORTS = "supports"
    """It says what the claim says."""
    CONTRADICTS = "contradicts"
    """It says otherwise."""
    CONTEXT = "context"
    """It helps to understand the claim."""


class Source(Answer, frozen=True, kw_only=True):
    """One source as one claim cites it. `read_as` says honestly what was read: the document, or only a digest of it."""

    id: Slug
    """The document's id: it follows from its publisher and address, so claims that cite it share it."""
    title: Line
    """What the document is called."""
    publisher: Line
    """Who published it."""
    url: Url | None
    """Where it is; null if it has no address."""
    archive_url: Url | None
    """Where a copy is kept that does not change; null if there is none."""
    published_on: PartialDate | None
    """When it was published. Null if that is not known."""
    retrieved_on: PartialDate | None
    """When it was read for this claim. Null if that is not known."""
    kind: SourceKind
    stance: Stance
    quote: Text | None
    """The words that bear on the claim, as they stand there; null if none are quoted."""
    locator: Line | None
    """Where in the document: a page, a table, a section; null for the whole of it."""
    read_as: Line
    """What was really read: the document, a page of it, only a digest."""


class CitedSource(Answer, frozen=True, kw_only=True):
    """A document that claims cite, described as its newest citation describes it; `claims` counts who cites it."""

    id: Slug
    """The document's id."""
    title: Line
    """What the document is called."""
    publisher: Line
    """Who published it."""
    url: Url | None
    """Where it is; null if it has no address."""
    archive_url: Url | None
    """Where a copy is kept that does not change; null if there is none."""
    published_on: PartialDate | None
    """When it was published. Null if that is not known."""
    kind: SourceKind
    claims: int
    """How many published claims cite it."""


class Citation(Answer, frozen=True, kw_only=True):
    """One claim's use of a source."""

    claim: Slug
    """The id of the claim that cites it."""
    version: VersionNumber
    """The version in force that does."""
    statement: Line
    """What that version states."""
    stance: Stance
    quote: Text | None
    """The words that bear on the claim, as they stand there; null if none are quoted."""
    locator: Line | None
    """Where in the document: a page, a table, a section; null for the whole of it."""
    retrieved_on: PartialDate | None
    """When it was read for this claim. Null if that is not known."""
    read_as: Line
    """What was really read: the document, a page of it, only a digest."""


class SourceDetail(CitedSource, frozen=True, kw_only=True):
    """A source with the claims that cite it, by claim id: the first thousand, of `claims` in all."""

    citations: Annotated[list[Citation], Meta(max_length=1000)]
    """The published claims that cite it, by claim id: the first thousand."""
    position: Position
    """The position of the log this is as of."""


class SourcePage(Answer, frozen=True, kw_only=True):
    """Sources, by id."""

    items: list[CitedSource]
    """The sources of this page, by id."""
    position: Position
    """The position of the log the page is as of."""
    next: Cursor | None
    """The cursor of the next page; null on the last one."""


def source_id(publisher: str, title: str, url: str | None) -> str:
    """The id of a document: its publisher for people, then eight hexadecimal digits of its address to tell it apart.

    The same address read for two claims gives one source. A source without an address goes by its title.
    """
    plain = unicodedata.normalize("NFKD", publisher).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "source"
    document = url if url is not None else f"{publisher}\n{title}"
    return f"{words}-{hashlib.sha256(document.encode()).hexdigest()[:8]}"
