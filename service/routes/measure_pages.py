"""Pages for people about what is measured: its claims side by side."""

import msgspec
from litestar.response.base import ASGIResponse

from db.claims import claims_page
from db.measures import measure_at
from db.pool import Reading
from schemas.claims import ClaimVersion
from schemas.failures import NotFound
from schemas.measures import Measure, MeasureId
from schemas.requests import ClaimFilter, Sort
from schemas.verification import Lifecycle
from service.cache.representation import represented
from service.rendering.charts import chart_summary
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS, page, summary
from service.web.endpoints import get
from service.web.reads import Read

_claim = msgspec.json.Decoder(ClaimVersion)


@get("/measures/{id}", "Pages", media={"text/html": None}, listed=False, failures=(NotFound,))
async def show_measure(read: Read, id: MeasureId) -> ASGIResponse:
    """A measure for people: its claims over time and side by side."""
    at = await read.at(None)

    async def load(connection: Reading) -> tuple[Measure, list[ClaimVersion]]:
        measure = await measure_at(connection, at.position, id)
        if measure is None:
            raise NotFound(f"There is no measure {id}.")
        wanted = ClaimFilter(measure=[id], lifecycle=[Lifecycle.PUBLISHED])
        found, _ = await claims_page(connection, wanted, Sort.LATEST_STATED, at.position, 100)
        return measure, [_claim.decode(body) for body in found]

    measure, claims = await read.load(at, load)
    body = page(
        "measure.html",
        nav="claims",
        measure=measure,
        claims=[summary(claim) for claim in claims],
        caption=chart_summary(measure.label, claims, all_told=measure.claims),
        origin=read.runtime.settings.origin,
    )
    return await read.give(at, represented(body, MEDIA_TYPE, None, PAGE_FIELDS))


endpoints = (show_measure,)
