"""Charts: the claims of a measure over time, as a picture."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256

import msgspec
from litestar.response.base import ASGIResponse

from db.claims import claims_page
from db.measures import measure_at
from db.pool import Reading
from schemas.charts import MOST_DRAWN, Chart, ChartQuery
from schemas.claims import ClaimVersion
from schemas.failures import NotFound
from schemas.measures import Measure, MeasureId
from schemas.requests import ClaimFilter, Sort
from schemas.verification import Lifecycle
from service.cache.representation import represented
from service.rendering.chart_look import Look, look_of
from service.rendering.charts import MEDIA_TYPE, POLICY, chart
from service.web.endpoints import get
from service.web.headers import LINK
from service.web.links import link
from service.web.reads import Read

_claim = msgspec.json.Decoder(ClaimVersion)


@get("/v1/measures/{id}/chart.svg", "Measures", media={MEDIA_TYPE: Chart}, failures=(NotFound,),
     sends=(LINK,))  # fmt: skip
async def get_chart(read: Read, query: ChartQuery, id: MeasureId) -> ASGIResponse:
    """A measure's published claims over time as a picture: when each number is for, how high it is, how it stands.

    It is drawn once for as long as none of those claims changes. A `claim` that it does not show is not marked.
    """
    at = await read.at(query.as_of)

    async def load(connection: Reading) -> tuple[Measure, list[msgspec.Raw]]:
        measure = await measure_at(connection, at.position, id)
        if measure is None:
            raise NotFound(f"There is no measure {id}.")
        wanted = ClaimFilter(measure=[id], lifecycle=[Lifecycle.PUBLISHED])
        items, _ = await claims_page(connection, wanted, Sort.LATEST_STATED, at.position, MOST_DRAWN)
        return measure, items

    measure, items = await read.load(at, load)
    bodies = [bytes(item) for item in items]
    look = look_of(query.theme, query.width)
    key = (sha256(b"".join(bodies)).digest(), measure, look, query.claim)
    picture = await read.drawn(key, partial(_drawn, bodies, measure, look, query.claim))
    led = [("link", link(f"/v1/measures/{id}", "describedby", type="application/json"))]
    return await read.give(at, represented(picture, MEDIA_TYPE, None, [*led, ("content-security-policy", POLICY)]))


def _drawn(bodies: Sequence[bytes], measure: Measure, look: Look, marked: str | None) -> bytes:
    claims = [_claim.decode(body) for body in bodies]
    return chart(measure.label, claims, look, marked=marked, all_told=measure.claims)


endpoints = (get_chart,)
