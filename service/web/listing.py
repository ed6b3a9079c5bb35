"""The small collections, which all page by id: measures, sources, topics."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import msgspec
from litestar.response.base import ASGIResponse

from db.pool import Reading
from schemas.fields import Answer
from schemas.requests import PageQuery
from service.cache.representation import Representation, as_json
from service.web.links import page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.reads import Read


class Named(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str:
        """What it is called in addresses."""


N = TypeVar("N", bound=Named)
PageOf = Callable[[Reading, int, str | None, int], Awaitable[Sequence[N]]]
"""What is there at a position, by id, after an id, at most so many."""


async def page_by_id(read: Read, query: PageQuery, page_of: PageOf[N], page: Callable[..., Answer]) -> ASGIResponse:
    """One page of a collection as of a position: a `page` of items, with the cursor of the next."""
    question = question_of(read.path, query)
    cursor = read_cursor(query.cursor, question) if query.cursor else None
    at = await read.at(query.as_of, cursor.position if cursor else None)

    async def load(connection: Reading) -> Representation:
        found = await page_of(connection, at.position, cursor.key if cursor else None, query.limit + 1)
        items = list(found[: query.limit])
        more = len(found) > query.limit
        following = write_cursor(Cursor(question, at.position, items[-1].id, 0)) if more else None
        links = page_links(read.path, msgspec.to_builtins(query), following)
        answer = page(items=items, position=at.position, next=following)
        return as_json(answer, at.position, [("link", links)])

    return await read.answer(at, load)
