"""The page where people paste a text, to see which of its numbers are claims we hold."""

from functools import cache

from litestar.response.base import ASGIResponse

from schemas.failures import Fault, InvalidRequest
from schemas.matching import LONGEST_TEXT, ExampleQuery, Matches, PastedText
from service.rendering.check_page import EXAMPLE, check_page
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS
from service.web.assets import asset
from service.web.bodies import FORM
from service.web.endpoints import get, post
from service.web.reads import Read

_CANDIDATES = 3


@get("/check", "Pages", media={"text/html": None}, listed=False)
async def show_check(read: Read, query: ExampleQuery) -> ASGIResponse:
    """The form to paste a text into; or an example, checked."""
    if not query.example:
        return await read.send(asset(_empty(read.runtime.settings.origin), MEDIA_TYPE, *PAGE_FIELDS))
    return _answered(read, EXAMPLE, await _checked(read, EXAMPLE))


@post("/check", "Pages", media={"text/html": None}, status=200, listed=False, takes=FORM, example={"text": EXAMPLE})
async def check_pasted(read: Read, body: PastedText) -> ASGIResponse:
    """The text that was pasted, with its passages marked. Nothing of it is kept, here or in a cache."""
    text = body.text.replace("\r\n", "\n")  # as a form sends its lines
    if len(text) > LONGEST_TEXT:
        raise InvalidRequest(
            [Fault(f"`text` has {len(text)} characters; it may have {LONGEST_TEXT}.", parameter="text")]
        )
    return _answered(read, text, await _checked(read, text))


async def _checked(read: Read, text: str) -> Matches:
    await read.asker.reader()
    at = await read.at(None)
    async with read.aside():
        return await read.runtime.texts.check(read.runtime.pool, text, at.position, _CANDIDATES, is_head=True)


def _answered(read: Read, text: str, found: Matches) -> ASGIResponse:
    body = check_page(read.runtime.settings.origin, text, found)
    return ASGIResponse(
        body=body, headers=[("content-type", MEDIA_TYPE), ("cache-control", "private, no-store"), *PAGE_FIELDS]
    )


@cache
def _empty(origin: str) -> bytes:
    return check_page(origin)


endpoints = (show_check, check_pasted)
