"""A balancer in front of API processes, as simple as they come: connections go to those that say they are ready."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import httpx

from tests.stories.deployment import ApiProcess

EVERY = 0.1
"""Seconds between two questions whether a process is ready."""


class Balancer:
    """Sends each new connection to the next process that is ready, and knows nothing of what is said on it."""

    def __init__(self, apis: Sequence[ApiProcess]) -> None:
        self.port = 0
        self.ready: set[int] = set()
        """The numbers of the processes that said so last."""
        self._apis = apis
        self._turn = 0
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Balancer"]:
        """Balances until the block ends; it begins once every process is ready."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        looking = asyncio.create_task(self._look())
        try:
            while len(self.ready) < len(self._apis):
                await asyncio.sleep(EVERY)
            yield self
        finally:
            looking.cancel()
            server.close()
            for serving in self._serving:
                serving.cancel()
            await asyncio.gather(looking, *self._serving, return_exceptions=True)
            await asyncio.sleep(0.01)  # until the event loop has let go of the connections

    async def _look(self) -> None:
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                for number, api in enumerate(self._apis):
                    is_ready = False
                    with suppress(httpx.HTTPError):
                        is_ready = (await client.get(f"{api.url}/readyz")).status_code == 200
                    (self.ready.add if is_ready else self.ready.discard)(number)
                await asyncio.sleep(EVERY)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        ready = sorted(self.ready)
        self._turn += 1
        api = self._apis[ready[self._turn % len(ready)]]
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", api.port)
        there = asyncio.create_task(_pump(reader, inner_writer))
        back = asyncio.create_task(_pump(inner_reader, writer))
        try:
            await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            for end in (writer, inner_writer):
                end.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
