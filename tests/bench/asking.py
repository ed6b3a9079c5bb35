"""Asking over HTTP/1.1 with as little work as Python can: to check and warm every answer, and for load without wrk."""

import asyncio
import itertools
import math
import time
from array import array
from collections.abc import Callable, Iterable, Sequence

import httptools
import msgspec

from tests.bench.work import Request

PATIENCE = 2.0
"""Seconds an answer may come after the end of a run under load. What is later counts as broken."""


class Load(msgspec.Struct, frozen=True):
    """What a server did under load: answers, seconds, bytes, and how long answers took in milliseconds.

    `refused` counts answers of 400 and above, `broken` those that never came whole.
    """

    requests: int
    seconds: float
    bytes: int
    p50: float
    p90: float
    p99: float
    longest: float
    refused: int
    broken: int


class Answer(msgspec.Struct, frozen=True):
    """An answer as it came: its status, header fields in their order, body, and bytes on the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    size: int

    def header(self, name: str) -> str | None:
        """The first field of a name, whatever its case."""
        return next((value for said, value in self.headers if said.lower() == name), None)


class _Connection(asyncio.Protocol):
    """Asks for what it is given next until there is no more, and connects again when it is cut off."""

    def __init__(
        self, port: int, following: Iterable[tuple[int, bytes]], hear: Callable[[int, float, "_Connection"], None]
    ) -> None:
        self._port, self._following, self._hear = port, iter(following), hear
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self.over: asyncio.Future[None] = self._loop.create_future()
        self.headers: list[tuple[str, str]] = []
        self.parts: list[bytes] = []
        self.size, self.status = 0, 0
        self.waits = False
        self._answered = False

    async def connect(self) -> "_Connection":
        """Connects, and so begins to ask."""
        self._answered = False
        try:
            await self._loop.create_connection(lambda: self, "127.0.0.1", self._port)
        except OSError:
            self._finish()
        return self

    def connection_made(self, transport) -> None:
        self._transport = transport
        self._parser = httptools.HttpResponseParser(self)
        if self.waits:
            self._transport.write(self._asked)  # it was cut off with this under way
        else:
            self._ask()

    def _ask(self) -> None:
        following = next(self._following, None)
        if following is None:
            self._finish()
            self._transport.close()
            return
        self._number, self._asked = following
        self.waits, self._asked_at = True, time.perf_counter()
        self._transport.write(self._asked)

    def _finish(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.size += len(data)
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, body: bytes) -> None:
        self.parts.append(body)

    def on_message_complete(self) -> None:
        self.waits, self.status = False, self._parser.get_status_code()
        self._hear(self._number, time.perf_counter() - self._asked_at, self)
        self.headers, self.parts, self.size, self._answered = [], [], 0, True
        self._parser = httptools.HttpResponseParser(self)
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        self.headers, self.parts, self.size = [], [], 0
        if self.over.done() or not self._answered:
            self._finish()
        else:
            self._again = self._loop.create_task(self.connect())

    def abandon(self) -> None:
        """Lets go of the connection, whatever it waits for."""
        self._finish()
        if self._transport is not None:
            self._transport.abort()


def _written(port: int, requests: Sequence[Request]) -> list[bytes]:
    fields = [f"GET {r.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n" for r in requests]
    tags = [f"If-None-Match: {r.tag}\r\n" if r.tag else "" for r in requests]
    return [f"{field}{tag}\r\n".encode() for field, tag in zip(fields, tags, strict=True)]


async def answers_to(
    port: int, requests: Sequence[Request], connections: int = 8, within: float = 300.0
) -> list[Answer | None]:
    """The answer to each request, in their order; None for one that never came. Each is asked once."""
    found: list[Answer | None] = [None] * len(requests)

    def hear(number: int, _: float, heard: _Connection) -> None:
        found[number] = Answer(heard.status, heard.headers, b"".join(heard.parts), heard.size)

    following = iter(list(enumerate(_written(port, requests))))
    opened = await _opened(port, connections, following, hear)
    await asyncio.wait([connection.over for connection in opened], timeout=within)
    for connection in opened:
        connection.abandon()
    return found


async def ask_for(port: int, requests: Sequence[Request], connections: int, seconds: float) -> Load:
    """Asks for some seconds, walking the requests again and again on each connection."""
    took, refused, received = array("d"), 0, 0

    def hear(_: int, seconds: float, heard: _Connection) -> None:
        nonlocal refused, received
        took.append(seconds)
        received += heard.size
        refused += heard.status >= 400

    end = time.perf_counter() + seconds
    every = itertools.cycle(list(enumerate(_written(port, requests))))
    following = itertools.takewhile(lambda _: time.perf_counter() < end, every)
    began = time.perf_counter()
    opened = await _opened(port, connections, following, hear)
    await asyncio.wait([connection.over for connection in opened], timeout=seconds + PATIENCE)
    lasted = time.perf_counter() - began
    broken = sum(connection.waits for connection in opened)  # cut off, or too late
    for connection in opened:
        connection.abandon()
    return summed(took, lasted, received, refused, broken)


async def _opened(port, connections, following, hear) -> list[_Connection]:
    return [await _Connection(port, following, hear).connect() for _ in range(connections)]


def summed(took: Sequence[float], lasted: float, received: int, refused: int, broken: int) -> Load:
    """The figures of a run from how many seconds each answer took."""
    ordered = sorted(took)
    p50, p90, p99, longest = (1000 * percentile(ordered, share) for share in (50, 90, 99, 100))
    return Load(len(took), lasted, received, p50, p90, p99, longest, refused, broken)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The least of some sorted values that `share` per cent of them do not exceed (nearest rank); 0 of none."""
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
