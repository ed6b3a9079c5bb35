"""A claim's versions: each immutable and always readable, what changed between two, and when each was recorded."""

import jsonpatch
import msgspec
from litestar.response.base import ASGIResponse
from werkzeug.http import http_date

from db.claims import (
    claim_as_of,
    claim_version,
    mementos_of,
    served,
    versions_in_history,
    versions_of,
)
from db.pool import Reading, reading
from schemas.addresses import claim_path, version_path
from schemas.claims import ClaimId, ClaimVersion, Memento, TimeMap, TimeMapLinks, VersionPage
from schemas.diffs import JsonPatch
from schemas.failures import Fault, InvalidRequest, NotFound
from schemas.fields import VersionNumber
from schemas.requests import DiffQuery, PageQuery
from service.cache.policies import IMMUTABLE
from service.cache.representation import JSON, Representation, as_json, represented, with_items
from service.web.conditional import accepted_datetime
from service.web.endpoints import get
from service.web.headers import LINK, SAYS_DATETIME
from service.web.links import link, memento_links, page_links
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from service.web.reads import Read

LINK_FORMAT = "application/link-format"
JSON_PATCH = "application/json-patch+json"


@get("/v1/claims/{id}/versions", "Versions", VersionPage, failures=(NotFound,), sends=(LINK,))
async def list_versions(read: Read, query: PageQuery, id: ClaimId) -> ASGIResponse:
    """A claim's versions, newest first."""
    question = question_of(read.path, query)
    cursor = read_cursor(query.cursor, question) if query.cursor else None
    at = await read.at(query.as_of, cursor.position if cursor else None)

    async def load(connection: Reading) -> Representation:
        found = await versions_of(connection, id, at.position, cursor.row if cursor else None, query.limit + 1)
        if not found and cursor is None:
            raise NotFound(f"There is no claim {id} as of position {at.position}.")
        page, more = found[: query.limit], len(found) > query.limit
        following = write_cursor(Cursor(question, at.position, "", page[-1].version)) if more else None
        items = await served(connection, page)
        answer = with_items(VersionPage, items, position=at.position, next=following)
        links = page_links(read.path, msgspec.to_builtins(query), following)
        return as_json(answer, at.position, [("link", links)])

    return await read.answer(at, load)


@get("/v1/claims/{id}/versions/{version}", "Versions", ClaimVersion, failures=(NotFound,),
     sends=(LINK, SAYS_DATETIME))  # fmt: skip
async def get_version(read: Read, id: ClaimId, version: VersionNumber) -> ASGIResponse:
    """One version of a claim: the same bytes for ever, with links to its neighbours."""
    at = await read.at(None)
    found = await read.load_one(at, versions_in_history, (id, version))
    if found is None:
        raise NotFound(f"There is no version {version} of a claim {id}.")
    stored, body = found
    headers = [
        ("link", memento_links(id, stored.recorded, version)),
        ("memento-datetime", http_date(stored.recorded_at)),
    ]
    made = represented(bytes(body), JSON, stored.position, headers)
    return await read.give(at, made, of=id, cache_control=IMMUTABLE)


@get("/v1/claims/{id}/diff", "Versions", media={JSON_PATCH: JsonPatch}, failures=(NotFound,))
async def diff_versions(read: Read, query: DiffQuery, id: ClaimId) -> ASGIResponse:
    """What turns one version's JSON into another's, as a JSON Patch (RFC 6902): by default the newest change."""
    at = await read.at(None)

    async def load(connection: Reading) -> Representation:
        to = query.to or (await _newest(connection, id, at.position)).version
        if query.from_ is None and to == 1:
            raise InvalidRequest([Fault("Version 1 has none before it: say which to start from.", parameter="from")])
        one = msgspec.to_builtins(await _version(connection, id, query.from_ or to - 1, at.position))
        other = msgspec.to_builtins(await _version(connection, id, to, at.position))
        patch = jsonpatch.make_patch(one, other).to_string().encode()
        return represented(patch, JSON_PATCH, other["position"])

    return await read.answer(at, load, of=id)


@get("/v1/claims/{id}/timemap", "Versions", media={LINK_FORMAT: TimeMapLinks, JSON: TimeMap}, failures=(NotFound,))
async def get_timemap(read: Read, id: ClaimId) -> ASGIResponse:
    """Every version of a claim with the instant it was recorded (RFC 7089), as links or as JSON."""
    at = await read.at(None)
    media_type = read.media_type([LINK_FORMAT, JSON])
    origin = read.runtime.settings.origin

    async def load(connection: Reading) -> Representation:
        moments = await mementos_of(connection, id, at.position)
        if not moments:
            raise NotFound(f"There is no claim {id}.")
        original = origin + claim_path(id)
        mementos = [
            Memento(version=m.version, datetime=m.recorded_at, url=origin + version_path(id, m.version))
            for m in moments
        ]
        timemap = TimeMap(original=original, timegate=original, mementos=mementos)
        if media_type == JSON:
            return represented(msgspec.json.encode(timemap), JSON, None)
        return represented(_link_format(timemap), LINK_FORMAT, None)

    return await read.answer(at, load, of=id)


async def in_force_at(read: Read, id: str, field: str) -> ASGIResponse:
    """302 to the version of a claim in force at an `Accept-Datetime`; the first one, for an instant before it."""
    instant = accepted_datetime(field)
    at = await read.at_instant(instant) or await read.at(None)
    async with reading(read.runtime.pool) as connection:
        version = await claim_as_of(connection, id, at.position)
        version = version or await claim_version(connection, id, 1, at.head.position)
    if version is None:
        raise NotFound(f"There is no claim {id}.")
    path = claim_path(id)
    links = [link(path, "original timegate"), link(f"{path}/timemap", "timemap", type=LINK_FORMAT)]
    headers = [("location", version_path(id, version.version)), ("link", ", ".join(links))]
    headers += [("vary", "Accept, Accept-Datetime"), ("cache-control", "no-store")]
    return ASGIResponse(status_code=302, headers=headers)


async def version_and_newest(
    connection: Reading, id: str, version: int | None, position: int
) -> tuple[ClaimVersion, ClaimVersion]:
    """A version of a claim, if none is named its newest one, and its newest one. NotFound if it did not stand then."""
    newest = await _newest(connection, id, position)
    if version is None or version == newest.version:
        return newest, newest
    return await _version(connection, id, version, position), newest


async def _newest(connection: Reading, id: str, position: int) -> ClaimVersion:
    version = await claim_as_of(connection, id, position)
    if version is None:
        raise NotFound(f"There is no claim {id}.")
    return version


async def _version(connection: Reading, id: str, version: int, position: int) -> ClaimVersion:
    found = await claim_version(connection, id, version, position)
    if found is None:
        raise NotFound(f"There is no version {version} of a claim {id}.")
    return found


def _link_format(timemap: TimeMap) -> bytes:
    """A time map as links (RFC 7089, section 5; RFC 6690)."""
    first, last = timemap.mementos[0], timemap.mementos[-1]
    span = {"from": http_date(first.datetime), "until": http_date(last.datetime)}
    lines = [
        link(timemap.original, "original timegate"),
        link(f"{timemap.original}/timemap", "self", type=LINK_FORMAT, **span),
    ]
    for memento in timemap.mementos:
        edges = ["first"] * (memento is first) + ["last"] * (memento is last)
        lines.append(link(memento.url, " ".join([*edges, "memento"]), datetime=http_date(memento.datetime)))
    return ",\n".join(lines).encode() + b"\n"


endpoints = (list_versions, get_version, diff_versions, get_timemap)
