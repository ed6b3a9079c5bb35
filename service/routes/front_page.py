"""The page that lists claims for people: searched, narrowed down and paged by its address alone."""

import msgspec
from litestar.response.base import ASGIResponse

from db.changes import corrections
from db.claims import Count, Place, claims_counted, claims_page
from db.pool import Reading
from schemas.claims import ClaimVersion
from schemas.requests import SearchQuery
from service.cache.representation import represented
from service.rendering.front_page import MOST_COUNTED, Listing, front_page
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS
from service.routes.claims import completed
from service.web.endpoints import get
from service.web.links import FEEDS, feed_links, page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.reads import Read

_claim = msgspec.json.Decoder(ClaimVersion)
_PAGE = 20
_NEWS = 5
_COUNTED = ("status", "topic", "geography")


@get("/", "Pages", media={"text/html": None}, listed=False)
async def show_claims(read: Read, query: SearchQuery) -> ASGIResponse:
    """The claims that match a search and its filters, the newest without one, and how they divide.

    How many have a value of a filter is counted among what matches the other filters: what that value alone brings.
    """
    asked = {name: value for name, value in msgspec.to_builtins(query).items() if value}
    wanted, sort = completed(query)
    question = question_of(read.path, wanted)
    cursor = read_cursor(query.cursor, question) if query.cursor else None
    at = await read.at(None, cursor.position if cursor else None)

    async def load(connection: Reading) -> Listing:
        after = Place(position=cursor.row, key=cursor.key) if cursor else None
        is_head = at.position == at.head.position
        found, last = await claims_page(connection, wanted, sort, at.position, _PAGE, after, is_head=is_head)
        counts = await _counts(connection, wanted, at.position, is_head=is_head)
        news = [] if asked else await corrections(connection, None, None, at.position, None, _NEWS)
        return Listing(
            asked=asked,
            sort=sort,
            claims=[_claim.decode(body) for body in found],
            matches=counts["all"].get("", 0),
            counts=counts,
            following=write_cursor(Cursor(question, at.position, last.key, last.position)) if last else None,
            corrections=news,
        )

    listing = await read.load(at, load)
    links = f"{page_links(read.path, asked, listing.following)}, {feed_links(*FEEDS, topic=query.topic)}"
    body = front_page(listing, read.runtime.settings.origin)
    return await read.give(at, represented(body, MEDIA_TYPE, at.position, [*PAGE_FIELDS, ("link", links)]))


async def _counts(
    connection: Reading, wanted: SearchQuery, position: int, *, is_head: bool
) -> dict[str, dict[str, int]]:
    """How many claims match in all, and of each counted filter have each value, whatever that filter says itself."""
    told = await claims_counted(connection, wanted, position, MOST_COUNTED, is_head=is_head)
    counts = {kind: _by_value(told, kind) for kind in ("all", *_COUNTED)}
    for kind in _COUNTED:
        if getattr(wanted, kind):
            others = msgspec.structs.replace(wanted, **{kind: None})
            told = await claims_counted(connection, others, position, MOST_COUNTED, is_head=is_head)
            counts[kind] = _by_value(told, kind)
    return counts


def _by_value(told: list[Count], kind: str) -> dict[str, int]:
    return {count.value: count.claims for count in told if count.kind == kind}


endpoints = (show_claims,)
