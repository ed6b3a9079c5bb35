"""Where a claim's number was read."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import Answer, Cursor, Line, PartialDate, Position, Slug, Text, Url, VersionNumber


class SourceKind(StrEnum):
    """What sort of document a source is. New values may be added."""

    PRIMARY = "primary"
    GOVERNMENT = "government"
    ACADEMIC = "academic"
    DATASET = "dataset"
    SECONDARY = "secondary"
    SOCIAL = "social"


class Stance(StrEnum):
    """What a source does for a claim. New values may be added."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    CONTEXT = "context"


class Source(Answer, frozen=True, kw_only=True):
    """One source as one claim cites it. `read_as` says honestly what was read: the document, or only a digest of it."""

    id: Slug
    title: Line
    publisher: Line
    url: Url | None
    archive_url: Url | None
    published_on: PartialDate | None
    retrieved_on: PartialDate | None
    kind: SourceKind
    stance: Stance
    quote: Text | None
    locator: Line | None
    read_as: Line


class CitedSource(Answer, frozen=True, kw_only=True):
    """A document that claims cite, described as its newest citation describes it; `claims` counts who cites it."""

    id: Slug
    title: Line
    publisher: Line
    url: Url | None
    archive_url: Url | None
    published_on: PartialDate | None
    kind: SourceKind
    claims: int


class Citation(Answer, frozen=True, kw_only=True):
    """One claim's use of a source."""

    claim: Slug
    version: VersionNumber
    statement: Line
    stance: Stance
    quote: Text | None
    locator: Line | None
    retrieved_on: PartialDate | None
    read_as: Line


class SourceDetail(CitedSource, frozen=True, kw_only=True):
    """A source with the claims that cite it, by claim id: the first thousand, of `claims` in all."""

    citations: Annotated[list[Citation], Meta(max_length=1000)]
    position: Position


class SourcePage(Answer, frozen=True, kw_only=True):
    """Sources, by id."""

    items: list[CitedSource]
    position: Position
    next: Cursor | None


def source_id(publisher: str, title: str, url: str | None) -> str:
    """The id of a document: its publisher for people, then eight hexadecimal digits of its address to tell it apart.

    The same address read for two claims gives one source. A source without an address goes by its title.
    """
    plain = unicodedata.normalize("NFKD", publisher).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "source"
    document = url if url is not None else f"{publisher}\n{title}"
    return f"{words}-{hashlib.sha256(document.encode()).hexdigest()[:8]}"
