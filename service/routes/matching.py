"""Matches: which numbers of a text are claims we hold."""

from litestar.response.base import ASGIResponse

from schemas.failures import Fault, InvalidRequest, Overloaded
from schemas.matching import Matches, MatchRequest
from service.web.endpoints import post
from service.web.private import private
from service.web.reads import At, Read

EXAMPLE = {
    "text": "China is now home to more than 6,200 AI firms. It holds 85% of the world's AI patents, and its 12 pandas "
    "sleep for ten hours a day."
}


@post("/v1/matches", "Matches", Matches, status=200, failures=(Overloaded,), example=EXAMPLE)
async def check_text(read: Read, body: MatchRequest) -> ASGIResponse:
    """Which passages of a text state a number, the claims they repeat, and whether the number is right.

    The same text as of the same position is always answered the same. Nothing of it is kept, here or in a cache.
    """
    await read.asker.reader()
    at = await _at(read, body.as_of)
    is_head = at.position == at.head.position
    found = await read.runtime.texts.check(read.runtime.pool, body.text, at.position, body.limit, is_head=is_head)
    return private(found)


async def _at(read: Read, as_of: str | None) -> At:
    """The position to answer as of. InvalidRequest says where in the body it is named."""
    try:
        return await read.at(as_of)
    except InvalidRequest as refused:
        raise InvalidRequest([Fault(fault.detail, pointer="/as_of") for fault in refused.faults]) from refused


endpoints = (check_text,)
