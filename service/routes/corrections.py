"""Corrections: the major changes of what was published before."""

import msgspec
from litestar.response.base import ASGIResponse

from db.changes import corrections
from db.pool import Reading
from schemas.changes import CorrectionPage, CorrectionQuery
from service.cache.representation import Representation, as_json
from service.web.endpoints import get
from service.web.headers import LINK
from service.web.links import feed_links, page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.reads import Read


@get("/v1/corrections", "Changes", CorrectionPage, sends=(LINK,))
async def list_corrections(read: Read, query: CorrectionQuery) -> ASGIResponse:
    """Changes that whoever quoted the version before must hear of, newest first, retractions included.

    A page's `next` goes on where it ends, as of the same position.
    """
    question = question_of(read.path, query)
    cursor = read_cursor(query.cursor, question) if query.cursor else None
    at = await read.at(query.as_of, cursor.position if cursor else None)

    async def load(connection: Reading) -> Representation:
        below = cursor.row if cursor else None
        found = await corrections(connection, query.claim, query.topic, at.position, below, query.limit + 1)
        page, more = found[: query.limit], len(found) > query.limit
        following = write_cursor(Cursor(question, at.position, "", page[-1].position)) if more else None
        links = page_links(read.path, msgspec.to_builtins(query), following)
        links = f"{links}, {feed_links('corrections', claim=query.claim, topic=query.topic)}"
        return as_json(CorrectionPage(items=page, position=at.position, next=following), at.position, [("link", links)])

    return await read.answer(at, load)


endpoints = (list_corrections,)
