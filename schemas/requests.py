"""What a query string may hold. A list's parameter may be repeated; any other may stand once."""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from schemas.fields import LINE_PATTERN, Cursor, Geography, Line, PartialDate, Request, Slug, VersionNumber
from schemas.verification import Currency, Lifecycle, Status

AsOf = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,16}|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?"
        r"([Zz]|[+-][0-9]{2}:[0-9]{2}))$(?!\n)",
        max_length=40,
        description="Answer as things stood then: an RFC 3339 instant, or a position of the log. Not in the future.",
        examples=["2026-11-23T12:00:00Z", "175"],
    ),
]
Limit = Annotated[int, Meta(ge=1, le=100, description="How many items a page may have.")]


class Sort(StrEnum):
    """How claims are ordered; `-` puts the highest first. Claims without the value sorted by come last."""

    NEWEST = "-recorded_at"
    """The newest recorded first."""
    OLDEST = "recorded_at"
    """The oldest recorded first."""
    LATEST_STATED = "-stated_on"
    """The latest stated first."""
    EARLIEST_STATED = "stated_on"
    """The earliest stated first."""
    HIGHEST = "-value"
    """The highest number first."""
    LOWEST = "value"
    """The lowest number first."""
    BY_ID = "id"
    """By id."""
    RELEVANCE = "relevance"
    """The best match first; only with `q`."""


class Nothing(Request, frozen=True, kw_only=True):
    """No parameters at all."""


class AsOfQuery(Request, frozen=True, kw_only=True):
    """When to answer as of."""

    as_of: AsOf | None = None


class VersionQuery(AsOfQuery, frozen=True, kw_only=True):
    """Which version of a claim, as of when."""

    version: Annotated[VersionNumber, Meta(description="The version: the newest.")] | None = None


class PageQuery(AsOfQuery, frozen=True, kw_only=True):
    """Which page of a collection, as of when."""

    limit: Limit = 20
    cursor: Cursor | None = None


Search = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=LINE_PATTERN,
        description="Words to search for, in any form; misspellings are mended. "
        'Quotes, `or` and a leading `-` work as on the web: `"open source" -patents`. '
        "The newest 200 matches come by how well they match; if there are more, they follow, the newest first.",
        examples=["10 billion downloads"],
    ),
]
Topics = Annotated[list[Slug], Meta(max_length=20, description="Carries any of these topics.")]
Measures = Annotated[list[Slug], Meta(max_length=20, description="Is about any of these measures.")]
Geographies = Annotated[list[Geography], Meta(max_length=20, description="Is about any of these places.")]
Statuses = Annotated[list[Status], Meta(max_length=20, description="Verification found any of these.")]
Currencies = Annotated[list[Currency], Meta(max_length=20, description="Is current, superseded or historical.")]
Lifecycles = Annotated[
    list[Lifecycle], Meta(max_length=20, description="`published` unless asked otherwise; with `ids`, either.")
]
Publishers = Annotated[
    list[Line], Meta(max_length=20, description="Cites a source of any of these publishers, in any case.")
]
Ids = Annotated[list[Slug], Meta(max_length=100, description="Is any of these claims.")]
Since = Annotated[PartialDate, Meta(description="Stated in this year, month or day, or later.")]
Until = Annotated[PartialDate, Meta(description="Stated in this year, month or day, or earlier.")]


class ClaimFilter(Request, frozen=True, kw_only=True):
    """Which claims. Values of one repeated parameter are alternatives; different parameters must all match."""

    q: Search | None = None
    topic: Topics | None = None
    measure: Measures | None = None
    geography: Geographies | None = None
    status: Statuses | None = None
    currency: Currencies | None = None
    lifecycle: Lifecycles | None = None
    publisher: Publishers | None = None
    stated_from: Since | None = None
    stated_to: Until | None = None
    ids: Ids | None = None


class ClaimQuery(ClaimFilter, frozen=True, kw_only=True):
    """Which claims, in which order, as of when."""

    as_of: AsOf | None = None
    sort: Annotated[Sort, Meta(description="`relevance` with `q`, else the newest recorded first.")] | None = None
    limit: Annotated[Limit, Meta(description="How many claims a page may have; 20, or with `ids` 100.")] | None = None
    cursor: Cursor | None = None


class SearchQuery(ClaimFilter, frozen=True, kw_only=True):
    """What people ask of the page that lists claims: a form sends every field it has, those left empty, too."""

    is_form: ClassVar[bool] = True

    sort: Sort | None = None
    cursor: Cursor | None = None


class DiffQuery(Request, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which two versions to compare."""

    from_: Annotated[VersionNumber, Meta(description="The version to start from: the one before `to`.")] | None = None
    to: Annotated[VersionNumber, Meta(description="The version to arrive at: the newest.")] | None = None
