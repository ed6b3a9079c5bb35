"""Claims in the words of schema.org."""

from litestar.response.base import ASGIResponse

from db.measures import measure_at
from db.pool import Reading
from schemas.claims import ClaimId
from schemas.failures import NotFound
from schemas.requests import VersionQuery
from schemas.schema_org import ClaimMarkup
from service.cache.representation import Representation, represented
from service.rendering.schema_org import MEDIA_TYPE, claim_markup
from service.routes.versions import version_and_newest
from service.web.endpoints import get
from service.web.reads import Read


@get("/v1/claims/{id}/claim-review", "Claims", media={MEDIA_TYPE: ClaimMarkup}, failures=(NotFound,))
async def get_claim_review(read: Read, query: VersionQuery, id: ClaimId) -> ASGIResponse:
    """A claim as JSON-LD in the words of schema.org: its newest version, or another one.

    It is a `ClaimReview`, with a rating, only while verification has found something and the claim is not withdrawn.
    """
    at = await read.at(query.as_of)

    async def load(connection: Reading) -> Representation:
        claim, newest = await version_and_newest(connection, id, query.version, at.position)
        measure = await measure_at(connection, at.position, claim.measure)
        label = measure.label if measure else claim.measure.replace("-", " ")
        written = claim_markup(claim, newest, label, read.runtime.settings.origin)
        return represented(written, MEDIA_TYPE, newest.position)

    return await read.answer(at, load, of=id)


endpoints = (get_claim_review,)
