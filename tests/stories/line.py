"""One connection to an API that is kept open, and answers as the very bytes that came."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import httpx

WITHIN = 30.0
"""Seconds an answer may take. It is a bound on hanging, not a measure of speed."""


class Answer(NamedTuple):
    """What came back: its content is `raw`, in whatever coding it was sent."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def content(self) -> bytes:
        """The content without its coding."""
        coded = self.headers.get("content-encoding")
        return httpx.Response(200, headers={"content-encoding": coded}, content=self.raw).content if coded else self.raw

    @property
    def hash(self) -> str:
        """The hash of the bytes that came."""
        return hash_of(self.raw)

    @property
    def is_stale(self) -> bool:
        """Whether it says that it may be old, because Postgres is down."""
        return "age" in self.headers or "detail=store-unavailable" in self.headers.get("cache-status", "")


class Line:
    """A connection that is opened when it is needed, and once more if it was closed between two requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Connects, unless it is; anew if the server hung up meanwhile."""
        if self._ends is not None and self._ends[0].at_eof():
            self.close()
        if self._ends is None:
            self._ends = await asyncio.open_connection("127.0.0.1", self._port)

    async def __aenter__(self) -> "Line":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        await asyncio.sleep(0)  # a transport closes its socket in the next turn

    def close(self) -> None:
        """Hangs up."""
        if self._ends is not None:
            self._ends[1].transport.abort()
            self._ends = None

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """GET, or HEAD, with header fields written with underscores; sent twice if a server hung up on us."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return await self.send(method, path, fields)
        except (OSError, EOFError):
            return await self.send(method, path, fields)

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """A request as it is. OSError or EOFError when nobody answers, TimeoutError when it takes too long."""
        lines = [f"{method} {path} HTTP/1.1", "host: localhost", *(f"{name}: {headers[name]}" for name in headers)]
        if body:
            lines.append(f"content-length: {len(body)}")
        try:
            async with asyncio.timeout(WITHIN):
                await self.open()
                assert self._ends is not None
                reader, writer = self._ends
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                return await _answer(reader, method)
        except BaseException:
            self.close()
            raise


async def _answer(reader: asyncio.StreamReader, method: str) -> Answer:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    status = int(first.split()[1])
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if method == "HEAD" or status in (204, 304):
        return Answer(status, headers, b"")
    return Answer(status, headers, await reader.readexactly(int(headers["content-length"])))


def hash_of(content: bytes) -> str:
    """The hash that stands for some bytes."""
    return hashlib.sha256(content).hexdigest()
