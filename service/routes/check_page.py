"""The page where people paste a text, to see which of its numbers are claims we hold."""

import asyncio
from functools import cache, partial

from litestar.response.base import ASGIResponse

from db.measures import measure_labels
from schemas.failures import Fault, InvalidRequest
from schemas.matching import LONGEST_TEXT, ExampleQuery, PastedText
from service.rendering.check_page import EXAMPLE, check_form, check_refused, check_result, nearest_of
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
        return await read.send(asset(_form(read.runtime.settings.origin), MEDIA_TYPE, *PAGE_FIELDS))
    return await _checked(read, EXAMPLE)


@post(
    "/check", "Pages", media={"text/html": None}, status=200, listed=False, takes=FORM, example={"text": EXAMPLE},
    refused=check_refused,
)  # fmt: skip
async def check_pasted(read: Read, body: PastedText) -> ASGIResponse:
    """The text that was pasted, with its passages marked. Nothing of it is kept, here or in a cache."""
    why = _refused(body.text)
    if why is not None:
        raise InvalidRequest([Fault(why, parameter="text")])
    return await _checked(read, body.text)


def _refused(text: str) -> str | None:
    """Why a text is not checked; None if it is."""
    if not text.strip():
        return "There is no text to check. Paste one, or try the example."
    if len(text) > LONGEST_TEXT:
        return f"The text has {len(text):,} characters; {LONGEST_TEXT:,} are checked at once. Check it in parts."
    if "\0" in text:
        return "The text has the character NUL, which stands in no text: take it out where � is seen."
    return None


async def _checked(read: Read, text: str) -> ASGIResponse:
    await read.asker.reader()
    at = await read.at(None)
    async with read.aside():
        found = await read.runtime.texts.check(read.runtime.pool, text, at.position, _CANDIDATES, is_head=True)
        near = nearest_of(found)
        labels = await read.load(at, partial(measure_labels, ids=near)) if near else {}
        body = await asyncio.to_thread(check_result, text, found, labels)
    return ASGIResponse(
        body=body, headers=[("content-type", MEDIA_TYPE), ("cache-control", "private, no-store"), *PAGE_FIELDS]
    )


@cache
def _form(origin: str) -> bytes:
    return check_form(origin)


endpoints = (show_check, check_pasted)
