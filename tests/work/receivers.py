"""Endpoints that messages are sent to, on real sockets: what each was sent, and what it answers."""

import asyncio
import inspect
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import msgspec
from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]

    @property
    def message(self) -> Any:
        """What its body says."""
        return msgspec.json.decode(self.body)

    def verified(self, secret: str, ahead: timedelta = timedelta()) -> Any:
        """What its body says, once the official library has verified it, by a clock that may be ahead."""
        clock = type("Ahead", (datetime,), {"now": classmethod(lambda cls, tz=None: datetime.now(tz) + ahead)})
        with patch("standardwebhooks.webhooks.datetime", clock):
            Webhook(secret).verify(self.body, self.headers)
        return self.message


OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answering(status: int, *fields: str, body: bytes = b"") -> bytes:
    """An answer of a status with header fields."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Receiver:
    """An endpoint. `answer` may be changed while it runs: it is given what was received, and says what to answer.

    `connections` counts those that were made, whether anything was sent on them or not.
    """

    port: int
    scheme: str
    answer: Callable[[Received], Any] = lambda received: OK
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes one request and answers it."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            received = Received(head[0].split()[1], headers, body, asyncio.get_running_loop().time())
            self.received.append(received)
            answer = self.answer(received)
            if inspect.isasyncgen(answer):
                async for part in answer:
                    writer.write(part)
                    await writer.drain()
            else:
                writer.write(await answer if inspect.isawaitable(answer) else answer)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(
    host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None, answer: Any = None
) -> AsyncIterator[Receiver]:
    """An endpoint until the block ends; whoever is still connected then is cut off."""
    receiver = Receiver(0, "https" if tls else "http")
    if answer is not None:
        receiver.answer = answer if callable(answer) else lambda received: answer
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        tasks.add(task)
        try:
            await receiver.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def hang(received: Received) -> bytes:
    """Never answers."""
    await asyncio.Event().wait()
    return b""


_watching: list[list[Any]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching and arguments[0].type == 1:  # SOCK_STREAM
        for seen in _watching:
            seen.append(arguments[1])


_is_audited: list[bool] = []


@contextmanager
def connects() -> Iterator[list[Any]]:
    """The addresses this process tries to connect to by TCP inside the block, successfully or not."""
    if not _is_audited:
        sys.addaudithook(_audit)
        _is_audited.append(True)
    seen: list[Any] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)
