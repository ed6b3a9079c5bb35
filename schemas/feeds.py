"""Feeds: what changed, newest first, for those who read it in a feed reader."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from schemas.changes import Claims, LoggedChange
from schemas.claims import Quantity
from schemas.fields import Answer, Cursor, Instant, Line, Request, Slug, Text, Url
from schemas.requests import Limit, Topics
from schemas.verification import Status

ENTRIES = 50
"""How many entries a page of a feed has unless asked otherwise."""


class FeedQuery(Request, frozen=True, kw_only=True):
    """Which entries. Values of one repeated parameter are alternatives; different parameters must all match."""

    claim: Claims | None = None
    topic: Topics | None = None
    limit: Annotated[Limit, Meta(description="How many entries a page may have.")] = ENTRIES
    cursor: Annotated[Cursor, Meta(description="Opaque: the address of the next page has it.")] | None = None


class Before(Answer, frozen=True, kw_only=True):
    """What the version before said."""

    statement: Line
    """The claim in one sentence, as that version words it."""
    quantity: Quantity
    status: Status
    """What verification had found."""


class FeedEntry(LoggedChange, frozen=True, kw_only=True):
    """A change, with what a reader wants to know of it: the number, what was found, what was said before."""

    quantity: Quantity
    attributed_to: Line
    """Who states it."""
    rationale: Text
    """Why verification found so, in words for readers."""
    source: Url | None
    """The address of the first source that has one; null if none has."""
    before: Before | None
    """What the version before said; null for a claim's first."""


class JsonFeedAuthor(Answer, frozen=True, kw_only=True):
    """Who publishes a feed."""

    name: str
    """What they are called."""
    url: str
    """Where they are."""


class JsonFeedItem(Answer, frozen=True, kw_only=True, rename={"claim": "_claim"}):
    """One version of a claim as an item: what it says, and what it changed."""

    id: str
    """The version's permanent address: another version is another item."""
    url: str
    """Where the version is: the same."""
    external_url: str | UnsetType = UNSET
    """The address of its first source that has one."""
    title: str
    """What happened, and the claim in one sentence: `Corrected: …`."""
    content_text: str
    """The claim, its number, what changed and why, in paragraphs of plain text."""
    summary: str
    """What changed and why."""
    date_published: Instant
    """When the log recorded the version."""
    date_modified: Instant
    """The same: a version never changes."""
    tags: list[Slug]
    """The ids of the topics it is about."""
    claim: FeedEntry
    """The change as data: an extension of ours."""


class JsonFeed(Answer, frozen=True, kw_only=True):
    """One page of a feed (JSON Feed 1.1), newest first."""

    version: str
    """The address of the version of the format."""
    title: str
    """What the feed is called."""
    home_page_url: str
    """Where people read about us."""
    feed_url: str
    """Where the feed is: the same on each of its pages."""
    next_url: str | UnsetType = UNSET
    """Where the next page is; left out on the last one."""
    description: str
    """What it tells of."""
    language: str
    """The language its texts are written in."""
    authors: list[JsonFeedAuthor]
    """Who publishes it."""
    items: list[JsonFeedItem]
    """The versions of this page, the newest first."""


AtomFeed = Annotated[
    str,
    Meta(
        title="AtomFeed",
        description="One page of a feed as Atom (RFC 4287), newest first: an entry is a version of a claim, whose `id` "
        "is the version's permanent address. `next` leads to the next page (RFC 5005); `at:deleted-entry` names the "
        "version that a retraction withdrew (RFC 6721).",
    ),
]
