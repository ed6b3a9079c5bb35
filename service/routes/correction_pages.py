"""The page of corrections for people."""

import msgspec
from litestar.response.base import ASGIResponse

from db.changes import corrections, versions_around
from db.pool import Reading
from schemas.changes import CorrectionQuery
from schemas.claims import ClaimVersion
from service.cache.representation import represented
from service.rendering.correction_page import Correction, correction, correction_page_of
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS
from service.web.endpoints import get
from service.web.links import feed_links, page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.reads import Read

_claim = msgspec.json.Decoder(ClaimVersion)
_usual = msgspec.to_builtins(CorrectionQuery())


@get("/corrections", "Pages", media={"text/html": None}, listed=False)
async def show_corrections(read: Read, query: CorrectionQuery) -> ASGIResponse:
    """Major changes of what was published before, newest first: each claim as it was, and as it is since."""
    asked = {name: value for name, value in msgspec.to_builtins(query).items() if value != _usual[name]}
    question = question_of(read.path, query)
    cursor = read_cursor(query.cursor, question) if query.cursor else None
    at = await read.at(query.as_of, cursor.position if cursor else None)

    async def load(connection: Reading) -> tuple[list[Correction], str | None]:
        below = cursor.row if cursor else None
        found = await corrections(connection, query.claim, query.topic, at.position, below, query.limit + 1)
        page, more = found[: query.limit], len(found) > query.limit
        around = [_claim.decode(body) for body in await versions_around(connection, page)]
        versions = {(version.id, version.version): version for version in around}
        told = [
            correction(versions[change.claim, change.version - 1], versions[change.claim, change.version])
            for change in page
        ]
        return told, write_cursor(Cursor(question, at.position, "", page[-1].position)) if more else None

    told, following = await read.load(at, load)
    links = page_links(read.path, asked, following)
    links = f"{links}, {feed_links('corrections', claim=query.claim, topic=query.topic)}"
    body = correction_page_of(told, asked, following, read.runtime.settings.origin)
    return await read.give(at, represented(body, MEDIA_TYPE, at.position, [*PAGE_FIELDS, ("link", links)]))


endpoints = (show_corrections,)
