"""What Postgres knows about sources."""

from db.pool import Reading
from db.questions import Questions
from schemas.sources import Citation, CitedSource

_ask = Questions("sources.sql")
_page = _ask("sources_page", CitedSource)
_at = _ask("source_at", CitedSource)
_citations = _ask("citations_of", Citation)


async def sources_page(connection: Reading, position: int, after: str | None, limit: int) -> list[CitedSource]:
    """Sources that published claims cited at `position`, by id, after one of them."""
    return await _page.many(connection, position, after, limit)


async def source_at(connection: Reading, position: int, id: str) -> CitedSource | None:
    """One source as it was cited at `position`; None if no published claim cited it."""
    return await _at.one(connection, position, id)


async def citations_of(connection: Reading, position: int, id: str, limit: int) -> list[Citation]:
    """The published claims that cited a source at `position`, by claim id."""
    return await _citations.many(connection, position, id, limit)
