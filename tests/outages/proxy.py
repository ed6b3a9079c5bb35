"""A TCP proxy in front of a server's Unix socket that can stop doing its work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Passes bytes on while `mode` is "ok"; "silent" swallows them, "refused" hangs up on everyone."""

    def __init__(self, socket_path: str) -> None:
        self.mode = "ok"
        self.connections = 0
        self._path = socket_path
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """The port it listens on, until the block ends."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            self.hang_up()

    def hang_up(self) -> None:
        """Drops every connection there is."""
        for writer in list(self._writers):
            writer.transport.abort()

    def turn(self, mode: str) -> None:
        """Changes the mode; going to "refused" drops every connection."""
        self.mode = mode
        if mode == "refused":
            self.hang_up()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.mode == "refused":
            writer.transport.abort()
            return
        self._writers.add(writer)
        inner_reader, inner_writer = await asyncio.open_unix_connection(self._path)
        self._writers.add(inner_writer)
        there = asyncio.create_task(self._pump(reader, inner_writer))
        back = asyncio.create_task(self._pump(inner_reader, writer))
        try:
            await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()
            for end in (writer, inner_writer):
                self._writers.discard(end)
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                while self.mode == "silent":
                    await asyncio.sleep(0.02)
                writer.write(data)
                await writer.drain()
