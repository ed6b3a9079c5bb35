"""Waiting for changes: a poll that is answered with the first there is, and a stream of events that goes on."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import Any

import msgspec
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from db.changes import Stretch
from schemas.changes import ChangeFilter, LoggedChange
from schemas.failures import StoreUnavailable
from service.runtime import Runtime
from service.telemetry import count, tolerate
from service.web.wire import ABORT

EVENT_STREAM = "text/event-stream"
HEARTBEAT = 15.0
"""Seconds after which a stream says that it is still there, if there is nothing else to say."""
TAKEN_WITHIN = 30.0
"""Seconds a reader may take to accept what is sent before it is dropped: nothing is kept for it but that."""
_AT_ONCE = 100
_AGAIN = 1.0
_FIELDS = [
    (b"content-type", EVENT_STREAM.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # proxies that keep answers back until they are whole
]


async def first_change(
    runtime: Runtime, wanted: ChangeFilter, after: int, limit: int, wait: float, caller: str
) -> Stretch:
    """Changes that match after a position: those there are, or else the first that comes within `wait` seconds.

    Where the log must be looked through for long, it answers with what it has looked at. Raises as Followers.
    """
    until = runtime.monotonic() + wait
    found, is_all = await _looked_through(runtime, wanted, after, limit)
    with runtime.followers.one_more(caller):
        leaving = asyncio.create_task(runtime.followers.leaving.wait())
        try:
            while is_all and not found.items:
                left = until - runtime.monotonic()
                moved = asyncio.create_task(runtime.coherence.moved(found.until, left))
                await asyncio.wait([moved, leaving], return_when=asyncio.FIRST_COMPLETED)
                moved.cancel()
                if left <= 0 or leaving.done():
                    break
                found, is_all = await _looked_through(runtime, wanted, found.until, limit)
        finally:
            leaving.cancel()
    return found


async def _looked_through(runtime: Runtime, wanted: ChangeFilter, after: int, limit: int) -> tuple[Stretch, bool]:
    """Changes that match after a position; and whether that is all there were when the look began.

    What comes during the look is for the next one: it must not pass for a part of the log that was not looked through.
    """
    head = runtime.coherence.head.position
    found = await runtime.tail.after(wanted, after, limit)
    return found, found.until >= head


async def events(
    runtime: Runtime, wanted: ChangeFilter, after: int, heartbeat: float = HEARTBEAT
) -> AsyncGenerator[bytes]:
    """Every change that matches after a position, as events, in order, for ever; and heartbeats meanwhile.

    It ends when the log turns out to be another one than the reader knows: a position of the past is not there. Where
    streams may last no time at all, it ends with what there is.
    """
    position, coherence = after, runtime.coherence
    yield b"retry: 2000\n\n"
    told_at = runtime.monotonic()
    while not (coherence.is_confirmed and coherence.head.position < position):
        try:
            found = await runtime.tail.after(wanted, position, _AT_ONCE)
        except StoreUnavailable:
            count("reading changes for a stream")
            await asyncio.sleep(_AGAIN)
        else:
            position = found.until
            if found.items:
                yield b"".join(_as_events(found.items))
                told_at = runtime.monotonic()
            elif position >= coherence.head.position:
                if not runtime.settings.longest_stream:
                    return
                await coherence.moved(position, told_at + heartbeat - runtime.monotonic())
        if runtime.monotonic() - told_at >= heartbeat:
            yield b"id: %d\n: still here\n\n" % position
            told_at = runtime.monotonic()


def _as_events(changes: Iterable[LoggedChange]) -> Iterable[bytes]:
    for change in changes:
        yield b"id: %d\nevent: change\ndata: %b\n\n" % (change.position, msgspec.json.encode(change))


class EventStream(ASGIResponse):
    """A response that sends what a generator gives, until the reader goes, is too slow, or must connect again."""

    def __init__(self, runtime: Runtime, frames: AsyncGenerator[bytes], caller: str) -> None:
        """`caller` is whose share of waiting readers this is."""
        super().__init__(status_code=200)
        self._runtime = runtime
        self._frames = frames
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises as Followers before anything is sent."""
        with self._runtime.followers.one_more(self._caller):
            await send({"type": "http.response.start", "status": 200, "headers": [*_FIELDS]})
            if not scope["state"]["is_head"]:
                await self._until_it_ends(scope, receive, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_it_ends(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send_frames(send))
        others = [asyncio.create_task(self._runtime.followers.leaving.wait()), asyncio.create_task(_gone(receive))]
        longest = self._runtime.settings.longest_stream or None
        try:
            await asyncio.wait([sending, *others], timeout=longest, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, *others):
                task.cancel()
            with suppress(asyncio.CancelledError, TimeoutError):
                await sending
        if sending.done() and not sending.cancelled() and isinstance(sending.exception(), TimeoutError):
            tolerate("sending to a slow reader of changes", sending.exception() or TimeoutError())
            end: Any = scope.get(ABORT)
            if end is not None:
                end()

    async def _send_frames(self, send: Send) -> None:
        try:
            async for frame in self._frames:
                async with asyncio.timeout(TAKEN_WITHIN):
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
        finally:
            await self._frames.aclose()


async def _gone(receive: Receive) -> None:
    """Waits until the reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
