"""Feeds for readers: every version of every claim, or major changes only, as Atom and as JSON Feed."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar.response.base import ASGIResponse

from db.feeds import feed_entries
from db.pool import Reading
from schemas.addresses import version_path
from schemas.claims import ChangeKind
from schemas.feeds import ENTRIES, AtomFeed, FeedEntry, FeedQuery, JsonFeed
from service.cache.representation import Representation, represented
from service.rendering import atom, json_feed
from service.rendering.feed import Feed, Item
from service.web.endpoints import get
from service.web.headers import LINK
from service.web.links import FEEDS, address, page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.reads import Read

_TOLD = {
    "claims": ("claims", "Every version of every claim, the newest first: new, corrected, verified, retracted."),
    "corrections": ("corrections", "What whoever quoted a claim must hear of: corrections, verdicts, retractions."),
}
_MOST_NAMED = 3


@get("/feeds/claims.atom", "Feeds", media={atom.MEDIA_TYPE: AtomFeed}, sends=(LINK,))
async def get_claims_atom(read: Read, query: FeedQuery) -> ASGIResponse:
    """Every version of every claim as an Atom feed, newest first.

    Each version is an entry of its own, which never changes. Pages agree while claims change.
    """
    return await _answer(read, query, "claims", atom.MEDIA_TYPE, atom.atom)


@get("/feeds/claims.json", "Feeds", media={json_feed.MEDIA_TYPE: JsonFeed}, sends=(LINK,))
async def get_claims_feed(read: Read, query: FeedQuery) -> ASGIResponse:
    """Every version of every claim as a JSON Feed, newest first.

    Each version is an item of its own, which never changes. Pages agree while claims change.
    """
    return await _answer(read, query, "claims", json_feed.MEDIA_TYPE, json_feed.json_feed)


@get("/feeds/corrections.atom", "Feeds", media={atom.MEDIA_TYPE: AtomFeed}, sends=(LINK,))
async def get_corrections_atom(read: Read, query: FeedQuery) -> ASGIResponse:
    """Major changes of what was published before as an Atom feed, newest first."""
    return await _answer(read, query, "corrections", atom.MEDIA_TYPE, atom.atom)


@get("/feeds/corrections.json", "Feeds", media={json_feed.MEDIA_TYPE: JsonFeed}, sends=(LINK,))
async def get_corrections_feed(read: Read, query: FeedQuery) -> ASGIResponse:
    """Major changes of what was published before as a JSON Feed, newest first."""
    return await _answer(read, query, "corrections", json_feed.MEDIA_TYPE, json_feed.json_feed)


async def _answer(
    read: Read, query: FeedQuery, name: str, media_type: str, render: Callable[[Feed], bytes]
) -> ASGIResponse:
    """One page of a feed. Its bytes are the same until it has another entry, whatever else the log takes in."""
    question = question_of(read.path, query)
    cursor = read_cursor(query.cursor, question) if query.cursor else None
    at = await read.at(None, cursor.position if cursor else None)

    async def load(connection: Reading) -> Representation:
        below = cursor.row if cursor else None
        found = await feed_entries(
            connection, query, at.position, below, query.limit + 1, only_major=name == "corrections"
        )
        page, more = found[: query.limit], len(found) > query.limit
        newest = cursor.position if cursor else page[0].position if page else 0
        following = write_cursor(Cursor(question, newest, "", page[-1].position)) if more else None
        feed = _feed(read, query, name, media_type, page, following)
        links = page_links(read.path, _asked(query), following)
        return represented(render(feed), media_type, newest, [("link", links)])

    return await read.answer(at, load)


def _feed(
    read: Read, query: FeedQuery, name: str, media_type: str, page: list[FeedEntry], following: str | None
) -> Feed:
    origin = read.runtime.settings.origin
    asked = _asked(query)
    itself = {field: value for field, value in asked.items() if field in ("claim", "topic")}
    (twin,) = (path for path, media in FEEDS[name].items() if media != media_type)
    title, description = _TOLD[name]
    first = {field: value for field, value in asked.items() if field != "cursor"}
    return Feed(
        title=f"Citable: {title}{_of(query)}",
        description=description,
        home=f"{origin}/",
        address=origin + address(read.path, itself),
        page=origin + address(read.path, asked),
        first=origin + address(read.path, first),
        following=origin + address(read.path, {**first, "cursor": following}) if following else None,
        twin=origin + address(twin, itself),
        items=[_item(origin, entry, name) for entry in page],
    )


def _item(origin: str, entry: FeedEntry, name: str) -> Item:
    """An entry with its address. Of all versions, a retraction withdraws the one before it; among corrections there
    may be none of that address, and those there stay true."""
    withdraws = entry.change.kind is ChangeKind.RETRACTION and entry.version > 1 and name == "claims"
    before = origin + version_path(entry.claim, entry.version - 1) if withdraws else None
    return Item(origin + version_path(entry.claim, entry.version), entry, before)


def _asked(query: FeedQuery) -> dict[str, Any]:
    """The parameters that say something: a feed's address is as short as readers write it."""
    asked = {name: value for name, value in msgspec.to_builtins(query).items() if value is not None}
    return {name: value for name, value in asked.items() if (name, value) != ("limit", ENTRIES)}


def _of(query: FeedQuery) -> str:
    """What a feed is narrowed down to, in its title."""
    said = [
        ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names)} {kind}"
        for kind, names in (("claims", query.claim), ("topics", query.topic))
        if names
    ]
    return f" ({'; '.join(said)})" if said else ""


endpoints = (get_claims_atom, get_claims_feed, get_corrections_atom, get_corrections_feed)
