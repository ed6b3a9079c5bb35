"""oEmbed: for a page or card of ours, what another site puts into its own."""

import re
from typing import NamedTuple

import httpx
from litestar.response.base import ASGIResponse

from db.claims import claim_as_of, claim_version, versions_after
from db.pool import Reading
from schemas.embeds import OEmbed, OEmbedQuery
from schemas.failures import NotFound, UnsupportedFormat
from schemas.languages import Language
from service.cache.representation import Representation, as_json
from service.rendering.card import card
from service.rendering.oembed import oembed
from service.web.endpoints import get
from service.web.reads import Read

_OURS = re.compile(
    r"/(?P<kind>claims|embed/claims)/(?P<id>[a-z0-9]+(-[a-z0-9]+)*)(@(?P<version>[1-9][0-9]{0,8}))?(?P<drawn>\.(svg|png))?"
)


class Named(NamedTuple):
    """What an address of ours names: a claim, the version it is pinned to, and whether it is a card's."""

    id: str
    version: int | None
    is_card: bool


@get("/oembed", "Embeds", OEmbed, failures=(NotFound, UnsupportedFormat))
async def get_oembed(read: Read, query: OEmbedQuery) -> ASGIResponse:
    """How to embed a claim, for the address of its page or card here (oEmbed 1.0).

    What is embedded is pinned to the version named, or to the newest one for a page that names none; the address of a
    live card gives that. `maxwidth` and `maxheight` are kept. Parameters that are not listed are ignored.
    """
    if query.format != "json":
        raise UnsupportedFormat(f"There is only `format=json`, and no {query.format[:40]!r}.")
    origin = read.runtime.settings.origin
    named = _named(query.url, origin)
    if named is None:
        raise NotFound("`url` is not the address of a claim's page or card here.")
    at = await read.at(None)

    async def load(connection: Reading) -> Representation:
        if named.version is None:
            found = await claim_as_of(connection, named.id, at.position)
        else:
            found = await claim_version(connection, named.id, named.version, at.position)
        if found is None:
            raise NotFound("`url` names a claim or a version of one that there is not.")
        later = await versions_after(connection, found.id, found.version, at.position)
        live = named.is_card and named.version is None
        cards = [card(found, later, is_pinned=not live, language=language) for language in Language]
        return as_json(oembed(found, cards, origin, query.maxwidth, query.maxheight), cards[0].position)

    return await read.answer(at, load, of=named.id)


def _named(url: str, origin: str) -> Named | None:
    """What an absolute address names, if it is one of ours; nothing is fetched. Its query and fragment are not ours."""
    try:
        asked, ours = httpx.URL(url), httpx.URL(origin)
    except httpx.InvalidURL:
        return None
    if asked.scheme not in ("http", "https") or (asked.host, asked.port) != (ours.host, ours.port) or asked.userinfo:
        return None
    found = _OURS.fullmatch(asked.path.removeprefix(ours.path.rstrip("/")))
    if found is None or (found["drawn"] and found["kind"] == "claims"):
        return None
    version = int(found["version"]) if found["version"] else None
    return Named(found["id"], version, found["kind"] != "claims")


endpoints = (get_oembed,)
