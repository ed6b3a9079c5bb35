"""The servers of a deployment: they can be killed as a crash would, stopped where they are, and started again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from redis.asyncio import Redis

from db.embedded import Servers, embedded_servers
from tests.cli.programs import WITHIN


class _Embedded:
    """A server on a folder of its own, at one address whenever it runs."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self._options = options
        self._running: AbstractContextManager[Servers] | None = None

    async def _start(self) -> Servers:
        running = embedded_servers(self.folder, **self._options)
        servers = await asyncio.to_thread(running.__enter__)
        self._running = running
        return servers

    async def stop(self) -> None:
        """Stops it, if it runs, and gives its folder back."""
        if self._running is not None:
            running, self._running = self._running, None
            await asyncio.to_thread(running.__exit__, None, None, None)


class Postgres(_Embedded):
    """A PostgreSQL with every safeguard of its data on."""

    def __init__(self, folder: Path, *settings: str) -> None:
        super().__init__(folder, valkey=False, options=settings)

    async def start(self) -> str:
        """Starts it on what its folder holds; its address, the same each time."""
        return (await self._start()).database_url

    async def kill(self) -> None:
        """SIGKILL to the postmaster: its backends notice and leave without a word, and nothing is written down."""
        postmaster, *backends = self.processes()
        postmaster.kill()
        await self._left(backends)

    async def kill_all(self) -> None:
        """SIGKILL to every process at once: what they held in memory is gone, and only what is on the disk stays."""
        postmaster, *backends = self._stopped()
        for process in (*backends, postmaster):
            process.kill()
        await self._left(backends)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Every process is stopped (SIGSTOP) until the block ends: connections are taken, and not served."""
        stopped = self._stopped()
        try:
            yield
        finally:
            for process in reversed(stopped):
                process.resume()

    def processes(self) -> list[psutil.Process]:
        """The postmaster, and then the others."""
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children()]

    def _stopped(self) -> list[psutil.Process]:
        """All processes, after they were stopped: the postmaster first, which makes others."""
        self.processes()[0].suspend()
        stopped = self.processes()
        for process in stopped[1:]:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        return stopped

    async def _left(self, backends: list[psutil.Process]) -> None:
        async with asyncio.timeout(WITHIN):
            while not all(map(_is_gone, backends)):
                await asyncio.sleep(0.01)
        await self.stop()


class Valkey(_Embedded):
    """A Valkey that forgets everything when it stops."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, postgres=False)
        self.url = ""

    async def start(self) -> str:
        """Starts it with nothing in it; its address, the same each time."""
        self.url = (await self._start()).redis_url
        return self.url

    async def kill(self) -> None:
        """SIGKILL, and all it held is gone."""
        process = await self._process()
        process.kill()
        async with asyncio.timeout(WITHIN):
            while not _is_gone(process):
                await asyncio.sleep(0.01)
        await self.stop()

    @asynccontextmanager
    async def hung(self) -> AsyncIterator[None]:
        """It is stopped where it is (SIGSTOP) until the block ends: connections are taken, and not served."""
        process = await self._process()
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    def client(self) -> Redis:
        """A client of it."""
        return Redis.from_url(self.url)

    async def _process(self) -> psutil.Process:
        async with self.client() as client:
            return psutil.Process(int((await client.info("server"))["process_id"]))


def _is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
