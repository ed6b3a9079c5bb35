"""Requests that are sent when they are due, whether or not the last ones were answered: as the world does it.

A latency counts from when a request was due, so that a server that stalls does not also stall its measurement
("coordinated omission").
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from httptools import HttpResponseParser

WITHIN = 25.0
"""Seconds an answer may take: what takes longer hangs."""


@dataclass
class Told:
    """What came of the requests: how many had which status, 0 for none at all, and how long they took.

    `failures` says of the first of those that had none why.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    served: list[float] = field(default_factory=list)
    """Seconds from when it was due to the whole answer, of what had a status below 500."""
    refused: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, status: int, took: float) -> None:
        """Notes one answer."""
        self.statuses[status] += 1
        (self.refused if status >= 500 else self.served).append(took)

    def fail(self, why: str) -> None:
        """Notes that there was no answer."""
        self.statuses[0] += 1
        if len(self.failures) < 20:
            self.failures.append(why)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that a share of them does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[int] | None = None
        self.is_open = True
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(ConnectionError(f"the connection ended before the answer: {exc!r}"))

    def ask(self, request: bytes) -> asyncio.Future[int]:
        self.answer = asyncio.get_running_loop().create_future()
        self._parser = HttpResponseParser(self)
        self._transport.write(request)
        return self.answer

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self.is_open = False
            self._transport.close()
        if not self.answer.done():
            self.answer.set_result(self._parser.get_status_code())

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()


class Client:
    """Sends GET requests to a port, each on a connection that is free, or on a new one.

    It has 500 connections at most, as a proxy in front of the service has: what is due then waits for one.
    """

    def __init__(self, port: int) -> None:
        self.told = Told()
        self._room = asyncio.Semaphore(500)
        self._port = port
        self._free: list[_Connection] = []
        self._all: list[_Connection] = []
        self._loop = asyncio.get_running_loop()

    async def get(self, path: str, due: float | None = None) -> None:
        """Asks for a path that was `due` at a time of the event loop, and notes what comes of it."""
        due = self._loop.time() if due is None else due
        try:
            async with asyncio.timeout(WITHIN), self._room:
                connection = await self._connection()
                status = await connection.ask(b"GET %b HTTP/1.1\r\nhost: citable\r\n\r\n" % path.encode())
                if connection.is_open:
                    self._free.append(connection)
        except (OSError, TimeoutError) as error:
            self.told.fail(f"{path}: {error!r}")
            return
        self.told.note(status, self._loop.time() - due)

    async def _connection(self) -> _Connection:
        while self._free:
            connection = self._free.pop()
            if connection.is_open:
                return connection
        _, connection = await self._loop.create_connection(_Connection, "127.0.0.1", self._port)
        self._all.append(connection)
        return connection

    async def close(self) -> None:
        """Closes every connection."""
        for connection in self._all:
            connection.close()
        await asyncio.sleep(0.01)  # until the event loop has let go of them


async def at_once(port: int, path_of: Callable[[int], str], askers: int, seconds: float) -> Told:
    """So many askers, each of whom asks again once answered."""
    client = Client(port)
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    numbers = iter(range(10**9))

    async def ask() -> None:
        while loop.time() < until:
            await client.get(path_of(next(numbers)))

    await asyncio.gather(*(ask() for _ in range(askers)))
    await client.close()
    return client.told


async def at_a_rate(port: int, path_of: Callable[[int], str], rate: float, seconds: float) -> Told:
    """So many requests a second, each sent when it is due."""
    client = Client(port)
    loop = asyncio.get_running_loop()
    began = loop.time()
    asked: set[asyncio.Task[None]] = set()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (early := due - loop.time()) > 0:
            await asyncio.sleep(early)
        task = asyncio.create_task(client.get(path_of(number), due))
        asked.add(task)
        task.add_done_callback(asked.discard)
    if asked:
        await asyncio.wait(asked)
    await client.close()
    return client.told
