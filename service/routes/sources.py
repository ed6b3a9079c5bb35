"""Sources: who is cited, and by which claims."""

import msgspec
from litestar.response.base import ASGIResponse

from db.pool import Reading
from db.sources import citations_of, source_at, sources_page
from schemas.failures import NotFound
from schemas.requests import AsOfQuery, PageQuery
from schemas.sources import SourceDetail, SourceId, SourcePage
from service.cache.representation import Representation, as_json
from service.web.endpoints import get
from service.web.headers import LINK
from service.web.listing import page_by_id
from service.web.reads import Read

MOST_CITATIONS = 1000


@get("/v1/sources", "Sources", SourcePage, sends=(LINK,))
async def list_sources(read: Read, query: PageQuery) -> ASGIResponse:
    """The documents that published claims cite, by id, with how many claims cite each."""
    return await page_by_id(read, query, sources_page, SourcePage)


@get("/v1/sources/{id}", "Sources", SourceDetail, failures=(NotFound,))
async def get_source(read: Read, query: AsOfQuery, id: SourceId) -> ASGIResponse:
    """A source and the published claims that cite it: what for, and with which quote."""
    at = await read.at(query.as_of)

    async def load(connection: Reading) -> Representation:
        source = await source_at(connection, at.position, id)
        if source is None:
            raise NotFound(f"No published claim cites a source {id}.")
        citations = await citations_of(connection, at.position, id, MOST_CITATIONS)
        detail = SourceDetail(**msgspec.structs.asdict(source), citations=citations, position=at.position)
        return as_json(detail, at.position)

    return await read.answer(at, load)


endpoints = (list_sources, get_source)
