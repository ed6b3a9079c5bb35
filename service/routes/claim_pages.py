"""Pages for people about one claim: as it is now, or one version of it for ever."""

from typing import Annotated

import msgspec
from litestar.response.base import ASGIResponse
from msgspec import Meta

from db.claims import claim_as_of, claims_page, served, versions_after, versions_of
from db.measures import measure_at
from db.pool import Reading
from schemas.citations import CitationStyle
from schemas.claims import ClaimVersion
from schemas.embeds import LaterVersion
from schemas.failures import NotFound, Overloaded
from schemas.requests import ClaimFilter, Sort
from schemas.verification import Lifecycle
from service.cache.languages import in_language
from service.cache.representation import represented
from service.rendering.card import card
from service.rendering.claim_page import MOST_STEPS, Shown, claim_page_of
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS
from service.routes.citations import cited
from service.telemetry import tolerate
from service.web.endpoints import get
from service.web.reads import At, Read

PageName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(@[1-9][0-9]{0,8})?$(?!\n)",
        max_length=90,
        description="A claim's id, and `@` with the number of a version for that one.",
    ),
]
_IN_WORDS = (CitationStyle.APA, CitationStyle.AP)
_claim = msgspec.json.Decoder(ClaimVersion)


@get("/claims/{name}", "Pages", media={"text/html": None}, listed=False, failures=(NotFound,))
async def show_claim(read: Read, name: PageName) -> ASGIResponse:
    """A claim for people: what was said, what we found and why, who says so, and everything that changed."""
    claim, _, number = name.partition("@")
    version = int(number) if number else None
    at = await read.at(None)
    shown, later = await read.load(at, lambda connection: _shown(connection, at, claim, version))
    language, origin = read.language, read.runtime.settings.origin
    pinned = card(shown.claim, later, is_pinned=True)
    citations = await _citations(read, shown)
    body = claim_page_of(shown, pinned, citations, language, origin)
    return await read.give(
        at, represented(body, MEDIA_TYPE, shown.newest.position, [*PAGE_FIELDS, *in_language(language)])
    )


async def _citations(read: Read, shown: Shown) -> list[tuple[str, str]]:
    """How to cite a version, by style; without one that would have to be waited for too long, which its address has."""
    found: list[tuple[str, str]] = []
    for style in _IN_WORDS:
        try:
            written = await cited(read, style, shown.claim, shown.newest)
        except Overloaded as failure:
            tolerate("a citation on a page", failure)
        else:
            found.append((style.upper(), written.decode().strip()))
    return found


async def _shown(connection: Reading, at: At, id: str, version: int | None) -> tuple[Shown, list[LaterVersion]]:
    """A version with what its page shows besides, and what came after it. NotFound if it did not stand then."""
    newest = await claim_as_of(connection, id, at.position)
    if newest is None:
        raise NotFound(f"There is no claim {id}.")
    below = None if version is None else version + 1
    found = await versions_of(connection, id, at.position, below, MOST_STEPS + 1)
    versions = [_claim.decode(body) for body in await served(connection, found)]
    claim = versions[0] if versions else newest
    if version is not None and claim.version != version:
        raise NotFound(f"There is no version {version} of a claim {id}.")
    measure = await measure_at(connection, at.position, claim.measure)
    wanted = ClaimFilter(measure=[claim.measure], lifecycle=[Lifecycle.PUBLISHED])
    competing, _ = await claims_page(connection, wanted, Sort.LATEST_STATED, at.position, 100)
    shown = Shown(
        claim=claim,
        newest=newest,
        versions=versions,
        measure=measure.label if measure else claim.measure.replace("-", " "),
        competing=[_claim.decode(body) for body in competing],
        claims=measure.claims if measure else 0,
        is_pinned=version is not None,
    )
    return shown, await versions_after(connection, id, claim.version, at.position)


endpoints = (show_claim,)
