"""The contract, its pages for people, and what each problem means. Nothing here is fetched from elsewhere."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from litestar.response.base import ASGIResponse
from msgspec import Meta

from schemas.failures import NotFound
from schemas.fields import Slug
from service.cache.representation import JSON
from service.rendering.pages import PAGE_FIELDS
from service.rendering.problem_page import problem_type_page
from service.web.assets import asset
from service.web.endpoints import get
from service.web.links import FEEDS
from service.web.problems import INTERNAL, SHAPES
from service.web.reads import Read

HTML = "text/html; charset=utf-8"
ASSETS = {"swagger-ui.css": "text/css; charset=utf-8", "swagger-ui-bundle.js": "text/javascript; charset=utf-8"}
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_START = b"""const asRecorded = () => ({
  afterLoad(system) {
    const made = system.fn.getSampleSchema;
    this.fn.getSampleSchema = (schema, type, config, example) =>
      typeof example === "string" ? example : made(schema, type, config, example);
  }
});
window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#docs", deepLinking: true, tryItOutEnabled: true, validatorUrl: null,
  plugins: [asRecorded]
});
"""
"""Shows examples that are texts as they are: Swagger UI would escape a feed, and put it into an element of its own."""

Contract = Annotated[dict[str, Any], Meta(title="Contract", description="An OpenAPI 3.1 document.")]
AssetName = Annotated[str, Meta(pattern=r"^[a-z-]+[.](css|js)$(?!\n)", max_length=40)]


@get("/openapi.json", "Operations", media={JSON: Contract})
async def get_contract(read: Read) -> ASGIResponse:
    """This contract, as OpenAPI 3.1: the file that was reviewed, `openapi/openapi.json`."""
    return await read.send(asset(_contract(), JSON))


@get("/docs", "Operations", media={"text/html": None}, listed=False)
async def show_docs(read: Read) -> ASGIResponse:
    """The contract as a page on which every operation can be tried."""
    page = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Citable: API reference</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
%s</head>
<body><div id="docs"></div><noscript>This page needs JavaScript; the contract is
<a href="/openapi.json">openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
    return await read.send(asset(page % _feeds_to_find(), HTML, ("content-security-policy", _DOCS_POLICY)))


@get("/docs/{name}", "Operations", media=dict.fromkeys(("text/css", "text/javascript")), listed=False)
async def get_docs_asset(read: Read, name: AssetName) -> ASGIResponse:
    """A file the reference page is made of."""
    if name == "start.js":
        return await read.send(asset(_START, ASSETS["swagger-ui-bundle.js"]))
    if name not in ASSETS:
        raise NotFound("The reference has no such file.")
    return await read.send(asset(_asset(name), ASSETS[name]))


@get("/problems/{slug}", "Operations", media={"text/html": None}, listed=False, failures=(NotFound,))
async def show_problem(read: Read, slug: Slug) -> ASGIResponse:
    """What a problem's `type` means."""
    shape = next((shape for shape in (*SHAPES.values(), INTERNAL) if shape.slug == slug), None)
    if shape is None:
        raise NotFound(f"No problem is called {slug}.")
    return await read.send(
        asset(problem_type_page(shape.slug, shape.status, shape.title, shape.meaning), HTML, *PAGE_FIELDS)
    )


def _feeds_to_find() -> bytes:
    """The feeds, as feed readers look for them in a page."""
    return b"".join(
        f'<link rel="alternate" type="{media_type}" title="Citable: {name}" href="{path}">\n'.encode()
        for name, feeds in FEEDS.items()
        for path, media_type in feeds.items()
    )


@cache
def _contract() -> bytes:
    return (Path(__file__).parents[2] / "openapi" / "openapi.json").read_bytes()


@cache
def _asset(name: str) -> bytes:
    package = importlib.util.find_spec("flask_swagger_ui")
    if package is None or not package.submodule_search_locations:
        raise NotFound("This installation carries no reference page.")
    return (Path(package.submodule_search_locations[0]) / "dist" / name).read_bytes()


endpoints = (get_contract, show_docs, get_docs_asset, show_problem)
