"""Claims: lists, searches, and one claim now or as of an instant."""

from typing import TypeVar

import msgspec
from litestar.response.base import ASGIResponse

from db.claims import Place, claims_in_history, claims_page, missing_claims
from db.pool import Reading
from schemas.addresses import version_path
from schemas.claims import Claim, ClaimId, ClaimPage, ClaimVersion
from schemas.failures import Fault, InvalidRequest, NotFound
from schemas.languages import Language
from schemas.requests import AsOfQuery, ClaimQuery, SearchQuery, Sort
from schemas.verification import Lifecycle
from service.cache.languages import in_language
from service.cache.representation import JSON, Representation, as_json, represented, with_items
from service.rendering.claims import for_readers
from service.routes.versions import in_force_at
from service.web.endpoints import get
from service.web.headers import ACCEPT_DATETIME, ACCEPT_LANGUAGE, CONTENT_LOCATION, LINK
from service.web.links import memento_links, page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.reads import At, Read

Searched = TypeVar("Searched", ClaimQuery, SearchQuery)


@get("/v1/claims", "Claims", ClaimPage, reads=(ACCEPT_LANGUAGE,), sends=(LINK,))
async def list_claims(read: Read, query: ClaimQuery) -> ASGIResponse:
    """Claims that match every filter, with their sources and status; searched with `q`.

    A page's `next` goes on where it ends, as of the same position, so pages agree while claims change.
    """
    query, sort = completed(query)
    question = question_of(read.path, query)
    cursor = read_cursor(query.cursor, question) if query.cursor else None
    at = await read.at(query.as_of, cursor.position if cursor else None)
    limit = query.limit or (100 if query.ids else 20)

    async def load(connection: Reading) -> Representation:
        after = Place(position=cursor.row, key=cursor.key) if cursor else None
        is_head = at.position == at.head.position
        items, last = await claims_page(connection, query, sort, at.position, limit, after, is_head=is_head)
        missing = await missing_claims(connection, query.ids, at.position) if query.ids else []
        following = write_cursor(Cursor(question, at.position, last.key, last.position)) if last else None
        items = [for_readers(item, read.language) for item in items]
        page = with_items(ClaimPage, items, position=at.position, next=following, missing=missing)
        links = page_links(read.path, msgspec.to_builtins(query), following)
        return as_json(page, at.position, [("link", links), *in_language(read.language)])

    return await read.answer(at, load)


@get("/v1/claims/{id}", "Claims", Claim, failures=(NotFound,), reads=(ACCEPT_DATETIME, ACCEPT_LANGUAGE),
     sends=(LINK, CONTENT_LOCATION), redirects="version")  # fmt: skip
async def get_claim(read: Read, query: AsOfQuery, id: ClaimId) -> ASGIResponse:
    """A claim: its newest version, or the one in force `as_of` an instant or a position.

    With `Accept-Datetime` it answers 302 to the version in force then (RFC 7089).
    """
    if "accept-datetime" in read.headers and query.as_of is None:
        return await in_force_at(read, id, read.headers["accept-datetime"])
    at = await read.at(query.as_of)
    found = await read.load_one(at, claims_in_history, id)
    if found is None:
        raise NotFound(f"There is no claim {id}{_as_of(at)}.")
    version, body = found
    claim = for_readers(body, read.language)
    headers = [
        ("link", memento_links(id, version.recorded, version.version)),
        ("content-location", version_path(id, version.version)),
        *in_language(read.language, "Accept-Datetime"),
    ]
    return await read.give(at, represented(bytes(claim), JSON, version.position, headers), of=id)


def claim_tags(version: ClaimVersion) -> list[str]:
    """The entity tags of a claim at this version, in every language it is read in."""
    body = msgspec.Raw(msgspec.json.encode(version))
    claims = [for_readers(body, language) for language in Language]
    return [represented(bytes(claim), JSON, version.position).etag for claim in claims]


def _as_of(at: At) -> str:
    return f" as of position {at.position}" if at.pinned else ""


def completed(query: Searched) -> tuple[Searched, Sort]:
    """The query with what it leaves unsaid: published claims, the best match or the newest first."""
    if query.sort is Sort.RELEVANCE and query.q is None:
        raise InvalidRequest([Fault("`sort=relevance` needs a search, `q`.", parameter="sort")])
    if query.lifecycle is None and query.ids is None:
        query = msgspec.structs.replace(query, lifecycle=[Lifecycle.PUBLISHED])
    return query, query.sort or (Sort.RELEVANCE if query.q is not None else Sort.NEWEST)


endpoints = (list_claims, get_claim)
