"""Changes: the log from a position on, asked for, waited for, or streamed."""

import msgspec
from litestar.response.base import ASGIResponse

from db.changes import Stretch, changes_between, versions_of_changes
from db.pool import Reading, reading
from schemas.changes import ChangeEvents, ChangeFilter, ChangePage, ChangeQuery, StreamQuery, VersionLines
from schemas.failures import Fault, InvalidRequest
from service.cache.memory import Entry
from service.cache.policies import UNKEPT
from service.cache.representation import JSON, Kept, Representation, as_json, represented
from service.web.bodies import NDJSON
from service.web.endpoints import get
from service.web.following import EVENT_STREAM, EventStream, events, first_change
from service.web.headers import LAST_EVENT_ID, LINK, UNBUFFERED
from service.web.limits import network_of
from service.web.links import next_changes
from service.web.reads import At, Read


@get("/v1/changes", "Changes", media={JSON: ChangePage, NDJSON: VersionLines}, sends=(LINK,))
async def list_changes(read: Read, query: ChangeQuery) -> ASGIResponse:
    """The log from a position on, without gaps, retractions included; as lines, with the versions themselves.

    Ask again `after` what `next_after` says: from 0 on, that is every change there ever was. With `wait`, the answer
    comes with the first change there is.
    """
    head = await read.head_beyond(query.after, "after")
    media_type = read.media_type([JSON, NDJSON])

    async def load(connection: Reading) -> Representation:
        found = await changes_between(connection, query, query.after, head.position, query.limit)
        if media_type == NDJSON:
            return await _lines(connection, query, found)
        return _page(query, found, head.position)

    wait = min(query.wait, read.runtime.settings.longest_wait)
    if not wait:
        is_full = _is_whole(query) and head.position - query.after > query.limit
        return await read.answer(At(head.position, head, pinned=is_full), load)
    await read.asker.reader()
    found = await first_change(read.runtime, query, query.after, query.limit, wait, network_of(read.asker.address))
    if media_type == NDJSON:
        async with reading(read.runtime.pool) as connection:
            answer = await _lines(connection, query, found)
    else:
        answer = _page(query, found, max(head.position, read.runtime.coherence.head.position))
    return await read.send(Entry(Kept(answer, UNKEPT, pinned=False), head))


@get("/v1/changes/stream", "Changes", media={EVENT_STREAM: ChangeEvents},
     reads=(LAST_EVENT_ID,), sends=(UNBUFFERED,))  # fmt: skip
async def stream_changes(read: Read, query: StreamQuery) -> ASGIResponse:
    """Changes as they happen, as server-sent events: for `EventSource`, which goes on where it was cut off.

    It begins after `Last-Event-ID`, or `after`, or with what comes next. It ends now and then: connect again.
    """
    last = read.headers.get("last-event-id", "").strip()
    if last and not (last.isascii() and last.isdecimal() and len(last) <= 16):
        raise InvalidRequest([Fault("`Last-Event-ID` is a position of the log: 175.", parameter="Last-Event-ID")])
    named = int(last) if last else query.after
    head = await read.head_beyond(named or 0, "Last-Event-ID" if last else "after")
    await read.asker.reader()
    frames = events(read.runtime, query, head.position if named is None else named)
    return EventStream(read.runtime, frames, network_of(read.asker.address))


def _page(query: ChangeQuery, found: Stretch, newest: int) -> Representation:
    page = ChangePage(items=found.items, next_after=found.until, has_more=found.until < newest)
    return as_json(page, found.until, [("link", _next(query, found))])


async def _lines(connection: Reading, query: ChangeQuery, found: Stretch) -> Representation:
    bodies = await versions_of_changes(connection, found.items)
    lines = b"".join(bytes(body) + b"\n" for body in bodies)
    return represented(lines, NDJSON, found.until, [("link", _next(query, found))])


def _next(query: ChangeQuery, found: Stretch) -> str:
    asked = msgspec.to_builtins(query)
    return next_changes({**asked, "wait": query.wait or None}, found.until)


def _is_whole(wanted: ChangeFilter) -> bool:
    """Whether every change is wanted: then a page that is full stays as it is."""
    return wanted.claim is None and wanted.topic is None and wanted.kind is None and wanted.severity is None


endpoints = (list_changes, stream_changes)
