"""Citable as it is operated: API processes beside each other on one PostgreSQL that keeps what it acknowledged.

Each of them can be killed as a crash would, and started again where it was.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

import httpx
import psutil

from db.embedded import Servers, embedded_servers
from db.keys import issue_key
from db.migrations import migrate
from db.pool import open_pool, writing
from schemas.keys import NewKey, Role
from tests.cli.programs import WITHIN, Program, free_port

PLENTY = dict.fromkeys(("reads_per_minute", "key_reads_per_minute", "writes_per_minute"), 1_000_000)


class Postgres:
    """A PostgreSQL on a folder of its own, with every safeguard of its data on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: AbstractContextManager[Servers] | None = None

    async def start(self) -> str:
        """Starts it on what its folder holds; its address, the same each time."""
        running = embedded_servers(self._folder, valkey=False)
        servers = await asyncio.to_thread(running.__enter__)
        self._running = running
        return servers.database_url

    async def kill(self) -> None:
        """SIGKILL to the postmaster: its backends notice and leave without a word, and nothing is written down."""
        pid = int((self._folder / "postgres" / "postmaster.pid").read_text().split()[0])
        backends = psutil.Process(pid).children()
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(WITHIN):
            while not all(map(_is_gone, backends)):
                await asyncio.sleep(0.01)
        await self.stop()

    async def stop(self) -> None:
        """Stops it, if it runs, and gives its folder back."""
        if self._running is not None:
            await asyncio.to_thread(self._running.__exit__, None, None, None)
            self._running = None


class ApiProcess:
    """`python -m service serve`, on one port whenever it runs."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, **settings: object) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._settings = {"database_url": database_url, "redis_url": redis_url, **PLENTY, **settings}
        self._programs: list[Program] = []

    async def start(self) -> None:
        """Starts it, and waits until it serves."""
        self._programs.append(Program(self._folder, "serve", port=self.port, **self._settings))
        await asyncio.to_thread(self._programs[-1].says, "ready; Ctrl-C stops it")

    def kill(self) -> None:
        """SIGKILL: whatever it was doing stops where it is."""
        if self._programs:
            self._programs[-1].kill()

    @property
    def said(self) -> str:
        """Everything it ever told its operator."""
        return "".join(program.said for program in self._programs)


class Deployment:
    """API processes on one database. `kills` counts what crashed."""

    def __init__(self, postgres: Postgres, apis: list[ApiProcess], database_url: str) -> None:
        self.postgres = postgres
        self.apis = apis
        self.database_url = database_url
        self.kills = {"api": 0, "postgres": 0}

    async def crash_api(self, number: int) -> None:
        """One of the processes is killed and started again."""
        api = self.apis[number % len(self.apis)]
        api.kill()
        self.kills["api"] += 1
        await api.start()

    async def crash_postgres(self) -> None:
        """PostgreSQL is killed and started again, with recovery from its log."""
        await self.postgres.kill()
        self.kills["postgres"] += 1
        await self.postgres.start()

    def client(self, number: int = 0, timeout: float = 10) -> httpx.AsyncClient:
        """A client of one of the processes."""
        return httpx.AsyncClient(base_url=self.apis[number % len(self.apis)].url, timeout=timeout)

    def said(self) -> str:
        """What the processes told their operator beside where they can be reached."""
        return "\n".join(line for api in self.apis for line in api.said.splitlines() if not line.startswith("·"))


@asynccontextmanager
async def deployed(folder: Path, redis_url: str, processes: int = 2) -> AsyncIterator[Deployment]:
    """API processes on a PostgreSQL of their own until the block ends."""
    postgres = Postgres(folder / "data")
    try:
        database_url = await postgres.start()
        await _migrated(database_url)
        apis = [ApiProcess(folder, database_url, redis_url) for _ in range(processes)]
        try:
            await asyncio.gather(*(api.start() for api in apis))
            yield Deployment(postgres, apis, database_url)
        finally:
            for api in apis:
                api.kill()
    finally:
        await postgres.stop()


async def editors(database_url: str, names: Iterable[str]) -> dict[str, str]:
    """The secret of a new editor's key for each name."""
    pool = await open_pool(database_url, 1)
    try:
        async with writing(pool) as connection:
            issued = [await issue_key(connection, NewKey(name=name, role=Role.EDITOR), "a test") for name in names]
        return {key.name: key.secret for key in issued}
    finally:
        await pool.close()


async def _migrated(database_url: str) -> None:
    pool = await open_pool(database_url, 1)
    try:
        await migrate(pool)
    finally:
        await pool.close()


def _is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
