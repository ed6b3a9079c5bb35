"""What Citable does and why, in words for people."""

from functools import cache

from litestar.response.base import ASGIResponse

from service.rendering.about_page import verification_page
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS
from service.web.assets import asset
from service.web.endpoints import get
from service.web.reads import Read


@get("/about/verification", "Pages", media={"text/html": None}, listed=False)
async def show_verification(read: Read) -> ASGIResponse:
    """How claims are checked: what each status means and takes, who decides, and what happens when one changes."""
    return await read.send(asset(_verification(read.runtime.settings.origin), MEDIA_TYPE, *PAGE_FIELDS))


@cache
def _verification(origin: str) -> bytes:
    return verification_page(origin)


endpoints = (show_verification,)
