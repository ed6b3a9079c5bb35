"""Requests as they are on the wire, and a connection that reads their answers one by one."""

import asyncio
import itertools
import re

_numbers = itertools.count()


def sent(path: str, *fields: str, method: str = "GET", version: str = "1.1", body: str = "") -> str:
    return "\r\n".join((f"{method} {path} HTTP/{version}", "Host: x", *fields)) + "\r\n\r\n" + body


def unseen(request: str) -> str:
    """The same request with one field more, which nobody ever sent."""
    return request.replace("Host: x\r\n", f"Host: x\r\nX-Number: {next(_numbers)}\r\n", 1)


class Wire:
    """One connection, and what is read from it, an answer at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def answer(self, is_head: bool = False) -> tuple[str, list[str], bytes]:
        """The status line, the field lines but for those of this answer alone, and the body."""
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
            length = next((int(line[16:]) for line in head if line.lower().startswith("content-length: ")), 0)
            body = b"" if is_head else await self.reader.readexactly(length)
        body = re.sub(rb'"request_id":"[0-9a-f]{32}"', b"", body)
        own = ("date", "x-request-id", "cache-status")
        return head[0], sorted(line for line in head[1:] if line.split(":")[0].lower() not in own), body
