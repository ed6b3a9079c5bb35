"""Measures: what claims put numbers on, and the competing claims of each side by side."""

from litestar.response.base import ASGIResponse

from db.claims import claims_page
from db.measures import measure_at, measures_page
from db.pool import Reading
from schemas.failures import NotFound
from schemas.measures import MeasureDetail, MeasureId, MeasurePage
from schemas.requests import AsOfQuery, ClaimFilter, PageQuery, Sort
from schemas.verification import Lifecycle
from service.cache.languages import in_language
from service.cache.representation import Representation, as_json, with_items
from service.rendering.claims import for_readers
from service.web.endpoints import get
from service.web.headers import ACCEPT_LANGUAGE, LINK
from service.web.links import link
from service.web.listing import page_by_id
from service.web.reads import Read


@get("/v1/measures", "Measures", MeasurePage, sends=(LINK,))
async def list_measures(read: Read, query: PageQuery) -> ASGIResponse:
    """What is measured, by id, with how many published claims each has."""
    return await page_by_id(read, query, measures_page, MeasurePage)


@get("/v1/measures/{id}", "Measures", MeasureDetail, failures=(NotFound,), reads=(ACCEPT_LANGUAGE,), sends=(LINK,))
async def get_measure(read: Read, query: AsOfQuery, id: MeasureId) -> ASGIResponse:
    """A measure and its published claims side by side, the latest stated first; `Link` leads to all of them."""
    at = await read.at(query.as_of)

    async def load(connection: Reading) -> Representation:
        measure = await measure_at(connection, at.position, id)
        if measure is None:
            raise NotFound(f"There is no measure {id}.")
        wanted = ClaimFilter(measure=[id], lifecycle=[Lifecycle.PUBLISHED])
        items, _ = await claims_page(connection, wanted, Sort.LATEST_STATED, at.position, 100)
        items = [for_readers(item, read.language) for item in items]
        known = {"id": measure.id, "label": measure.label, "claims": measure.claims}
        detail = with_items(MeasureDetail, items, **known, position=at.position)
        links = link(f"/v1/claims?measure={id}", "collection")
        return as_json(detail, at.position, [("link", links), *in_language(read.language)])

    return await read.answer(at, load)


endpoints = (list_measures, get_measure)
