"""Cards of claims that other pages embed: as pages to frame, and as pictures."""

import asyncio

from litestar.response.base import ASGIResponse

from db.claims import claim_as_of, claim_version, versions_after
from db.pool import Reading
from schemas.addresses import claim_card, claim_page, oembed_path
from schemas.claims import ClaimVersion
from schemas.embeds import CardName, CardQuery
from schemas.failures import Fault, InvalidRequest, NotFound
from schemas.languages import Language
from service.cache.languages import in_language
from service.cache.representation import Representation, represented
from service.rendering import card_picture
from service.rendering.card import Card, card
from service.rendering.card_page import card_page, content_policy, embed_script, missing_card
from service.rendering.html import MEDIA_TYPE
from service.web.assets import asset
from service.web.endpoints import get
from service.web.links import link
from service.web.problems import prefers_html
from service.web.reads import Read

JAVASCRIPT = "text/javascript; charset=utf-8"
HTML, SVG, PNG = "text/html", card_picture.SVG, card_picture.PNG
OEMBED = "application/json+oembed"
_ANYWHERE = [("cross-origin-resource-policy", "cross-origin"), ("cross-origin-embedder-policy", "require-corp")]
"""Lets pages that isolate themselves embed it, too (HTML, cross-origin isolation)."""
_PICTURE = [("content-security-policy", card_picture.CONTENT_POLICY), *_ANYWHERE]
_DRAWN_IN_ENGLISH = (Language.ZH, Language.HI)
"""Languages of which the letters are missing in the font that pictures are drawn with here."""


@get("/embed/claims/{name}", "Embeds", media=dict.fromkeys((HTML, SVG, PNG)), listed=False, failures=(NotFound,))
async def show_card(read: Read, query: CardQuery, name: CardName) -> ASGIResponse:
    """A card of a claim: pinned to a version, or live; as a page, or as a picture by its ending."""
    pinned, _, extension = name.partition(".")
    claim, _, number = pinned.partition("@")
    if query.width is not None and extension != "png":
        raise InvalidRequest(
            [Fault("`width` is of a `.png`: other cards are as wide as their frame.", parameter="width")]
        )
    media_type = {"": HTML, "svg": SVG, "png": PNG}[extension]
    read.media_type([media_type])
    language = query.lang or read.language
    if media_type == PNG and language in _DRAWN_IN_ENGLISH:
        language = Language.EN
    at = await read.at(None)

    async def load(connection: Reading) -> Representation:
        version = int(number) if number else None
        shown = await embedded(connection, claim, version, at.position, query, language)
        spoken = _spoken(language, query)
        if media_type == HTML:
            return _as_page(read, shown, spoken)
        return represented(card_picture.svg(shown), SVG, shown.position, [*_PICTURE, *spoken])

    try:
        made = await read.load(at, load)
    except NotFound:
        if media_type != HTML or not prefers_html(read.headers.get("accept", "")):
            raise
        return _missing(read, name, query, language)
    if media_type == PNG:
        made = await _drawn(made, int(query.width or 1200))
    return await read.give(at, made, of=claim)


@get("/embed.js", "Embeds", media={"text/javascript": None}, listed=False)
async def get_embed_script(read: Read) -> ASGIResponse:
    """The element `<citable-claim>`, for pages that embed cards with a script."""
    return await read.send(asset(embed_script(read.runtime.settings.origin), JAVASCRIPT, *_ANYWHERE))


async def embedded(
    connection: Reading, id: str, version: int | None, position: int, query: CardQuery, language: Language
) -> Card:
    """The card of a version of a claim, or of the newest one. NotFound if it did not stand at a position."""
    found: ClaimVersion | None
    if version is None:
        found = await claim_as_of(connection, id, position)
    else:
        found = await claim_version(connection, id, version, position)
    if found is None:
        raise NotFound(f"There is no {f'version {version} of a ' if version else ''}claim {id}.")
    later = [] if version is None else await versions_after(connection, id, version, position)
    return card(found, later, is_pinned=version is not None, language=language, theme=query.theme)


def _as_page(read: Read, shown: Card, spoken: list[tuple[str, str]]) -> Representation:
    origin = read.runtime.settings.origin
    page = origin + claim_page(shown.id, shown.version)
    described = origin + oembed_path(origin + claim_card(shown.id, shown.version if shown.is_pinned else None))
    body = card_page(
        shown, page=page, newest=origin + claim_page(shown.id), home=f"{origin}/", oembed=described,
    )  # fmt: skip
    fields = [("content-security-policy", content_policy()), ("link", link(described, "alternate", type=OEMBED))]
    return represented(body, MEDIA_TYPE, shown.position, [*fields, *_ANYWHERE, *spoken])


async def _drawn(picture: Representation, width: int) -> Representation:
    """An SVG as a PNG, drawn beside the event loop."""
    body = await asyncio.to_thread(card_picture.png, picture.body, width)
    return represented(body, PNG, None, [field for field in picture.headers if field[0] != "repr-digest"])


def _missing(read: Read, name: str, query: CardQuery, language: Language) -> ASGIResponse:
    """404, as large as a card and in the reader's language."""
    body = missing_card(name, language, query.theme, home=f"{read.runtime.settings.origin}/")
    fields = [("content-security-policy", content_policy()), ("cache-control", "no-store"), *_ANYWHERE]
    return ASGIResponse(body=body, status_code=404, media_type=HTML, headers=[*fields, *_spoken(language, query)])


def _spoken(language: Language, query: CardQuery) -> list[tuple[str, str]]:
    """The fields that say which language it is in; only one that was not asked for by name depends on who asks."""
    fields = in_language(language)
    return [field for field in fields if field[0] != "vary"] if query.lang else fields


endpoints = (show_card, get_embed_script)
