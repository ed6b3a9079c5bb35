"""Citations: how to name a claim in a text or a list of references."""

from functools import partial

from litestar.response.base import ASGIResponse

from schemas.citations import BibtexEntry, CitationQuery, CitationStyle, CitationText, CslItems, RisRecord
from schemas.claims import ClaimId, ClaimVersion
from schemas.failures import NotFound
from service.cache.representation import represented
from service.rendering.citations import BIBTEX, CSL_JSON, MEDIA, RIS, TEXT, citation
from service.routes.versions import version_and_newest
from service.web.conditional import accepted
from service.web.endpoints import get
from service.web.reads import Read

_KINDS = {TEXT: CitationText, CSL_JSON: CslItems, BIBTEX: BibtexEntry, RIS: RisRecord}


@get("/v1/claims/{id}/citation", "Claims", media=_KINDS, failures=(NotFound,))
async def get_citation(read: Read, query: CitationQuery, id: ClaimId) -> ASGIResponse:
    """How to cite a claim: its newest version, or another one, with the date it is as of and its permanent address.

    `style` decides how it is written, or else `Accept`. If the claim was retracted, every citation of it says so.
    """
    style = _style(read, query.style)
    at = await read.at(query.as_of)
    claim, newest = await read.load(
        at, lambda connection: version_and_newest(connection, id, query.version, at.position)
    )
    written = await cited(read, style, claim, newest)
    media_type = MEDIA[style] if style is CitationStyle.CSL_JSON else f"{MEDIA[style]}; charset=utf-8"
    return await read.give(at, represented(written, media_type, newest.position), of=id)


async def cited(read: Read, style: CitationStyle, claim: ClaimVersion, newest: ClaimVersion) -> bytes:
    """The citation of a version, of which `newest` is the newest; in APA style, which takes long, written once."""
    write = partial(citation, style, claim, newest, read.runtime.settings.origin)
    key = ("citation", style, claim.digest, newest.digest)
    return await read.drawn(key, write) if style is CitationStyle.APA else write()


def _style(read: Read, style: CitationStyle | None) -> CitationStyle:
    """The style asked for; NotAcceptable if the caller does not take what it is written in."""
    if style is not None:
        accepted(read.headers.get("accept"), [MEDIA[style]])
        return style
    best = read.media_type(list(_KINDS))
    return next(style for style, media_type in MEDIA.items() if media_type == best)


endpoints = (get_citation,)
