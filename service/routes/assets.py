"""Files that pages are made of: each under an address of its own content, to be kept for ever."""

from typing import Annotated

from litestar.response.base import ASGIResponse
from msgspec import Meta

from schemas.failures import NotFound
from service.cache.policies import IMMUTABLE
from service.rendering.pages import CSS, STYLESHEET, STYLESHEET_PATH
from service.web.assets import asset
from service.web.endpoints import get
from service.web.reads import Read

Name = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}[.]css$(?!\n)", max_length=20)]


@get("/assets/{name}", "Pages", media={"text/css": None}, listed=False, failures=(NotFound,))
async def get_asset(read: Read, name: Name) -> ASGIResponse:
    """The style sheet of every page."""
    if read.path != STYLESHEET_PATH:
        raise NotFound(f"There is no asset {name}: pages name the ones there are.")
    return await read.send(asset(STYLESHEET, CSS, cache_control=IMMUTABLE))


endpoints = (get_asset,)
