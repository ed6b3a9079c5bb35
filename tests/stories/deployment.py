"""Citable as it is operated: API processes beside each other on one PostgreSQL that keeps what it acknowledged.

Each of them can be killed as a crash would, and started again where it was.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx

from db.keys import issue_key
from db.migrations import migrate
from db.pool import open_pool, writing
from schemas.keys import NewKey, Role
from tests.cli.programs import Program, free_port
from tests.stories.servers import Postgres, Valkey

PLENTY = dict.fromkeys(("reads_per_minute", "key_reads_per_minute", "writes_per_minute"), 1_000_000)
_LISTENERS = "select pid from pg_stat_activity where application_name = 'citable-listener' order by pid"


class ApiProcess:
    """`python -m service serve`, on one port whenever it runs."""

    def __init__(self, folder: Path, database_url: str, redis_url: str | None, **settings: object) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        addresses = {"database_url": database_url, "redis_url": redis_url}
        self._settings: dict[str, object] = {**addresses, "drain_seconds": 0, **PLENTY, **settings}
        self._programs: list[Program] = []

    async def start(self) -> None:
        """Starts it, and waits until it serves."""
        self._programs.append(Program(self._folder, "serve", port=self.port, **self._settings))
        await asyncio.to_thread(self._programs[-1].says, "ready; Ctrl-C stops it")

    def kill(self) -> None:
        """SIGKILL: whatever it was doing stops where it is."""
        if self._programs:
            self._programs[-1].kill()

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self._programs[-1].process.send_signal(number)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._programs[-1].process.pid

    def ended(self) -> str:
        """Waits until it has ended, and well; what it said."""
        return self._programs[-1].succeeded()

    @property
    def said(self) -> str:
        """Everything it ever told its operator."""
        return "".join(program.said for program in self._programs)


class Deployment:
    """API processes on one database. `kills` counts what crashed, `faults` what else was done to them."""

    def __init__(self, postgres: Postgres, valkey: Valkey | None, apis: list[ApiProcess], database_url: str) -> None:
        self.postgres = postgres
        self.valkey = valkey
        self.apis = apis
        self.database_url = database_url
        self.kills = {"api": 0, "postgres": 0}
        self.faults: Counter[str] = Counter()
        self.stopped: set[int] = set()

    async def crash_api(self, number: int) -> None:
        """One of the processes is killed and started again."""
        api = self.apis[number % len(self.apis)]
        api.kill()
        self.kills["api"] += 1
        await api.start()

    async def crash_postgres(self, after: float = 0.0) -> None:
        """PostgreSQL is killed and, `after` some seconds, started again, with recovery from its log."""
        await self.postgres.kill()
        self.kills["postgres"] += 1
        await asyncio.sleep(after)
        await self.postgres.start()

    async def restart_valkey(self, after: float = 0.0) -> None:
        """The deployment's own Valkey is killed and started again, empty, `after` some seconds."""
        assert self.valkey is not None
        await self.valkey.kill()
        self.faults["Valkey restarted"] += 1
        await asyncio.sleep(after)
        await self.valkey.start()

    async def pause(self, number: int, seconds: float) -> None:
        """One of the processes is stopped where it is (SIGSTOP) and goes on some seconds later."""
        api = self.apis[number % len(self.apis)]
        self.stopped.add(number % len(self.apis))
        api.signal(signal.SIGSTOP)
        self.faults["process stopped"] += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            api.signal(signal.SIGCONT)
            self.stopped.discard(number % len(self.apis))

    async def cut_listener(self, number: int) -> None:
        """The server ends one of the connections that processes listen with, if there are any."""
        async with self._asking() as connection:
            for pid in await _listener(connection, number):
                await connection.execute("select pg_terminate_backend($1)", pid)
                self.faults["listener cut"] += 1

    async def freeze_listener(self, number: int, seconds: float) -> None:
        """One of those connections stays, and nothing comes on it for some seconds."""
        async with self._asking() as connection:
            for pid in await _listener(connection, number):
                self.faults["listener frozen"] += 1
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    try:
                        await asyncio.sleep(seconds)
                    finally:
                        os.kill(pid, signal.SIGCONT)

    async def withhold_news(self, seconds: float) -> None:
        """For some seconds nobody is told of commits, however well they listen."""
        async with self._asking() as connection:
            await connection.execute("alter table log_head disable trigger is_heard")
            self.faults["news withheld"] += 1
            try:
                await asyncio.sleep(seconds)
            finally:
                await connection.execute("alter table log_head enable always trigger is_heard")

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        connection = await asyncpg.connect(self.database_url)
        try:
            yield connection
        finally:
            await connection.close()

    def client(self, number: int = 0, timeout: float = 10) -> httpx.AsyncClient:
        """A client of one of the processes."""
        return httpx.AsyncClient(base_url=self.apis[number % len(self.apis)].url, timeout=timeout)

    def said(self) -> str:
        """What the processes told their operator beside where they can be reached."""
        return "\n".join(line for api in self.apis for line in api.said.splitlines() if not line.startswith("·"))


@asynccontextmanager
async def deployed(
    folder: Path, redis_url: str | None, processes: int = 2, postgres_settings: Iterable[str] = (), **settings: object
) -> AsyncIterator[Deployment]:
    """API processes on a PostgreSQL of their own until the block ends; without an address, on a Valkey of their own."""
    postgres = Postgres(folder / "data", *postgres_settings)
    valkey = Valkey(folder / "cache") if redis_url is None else None
    apis: list[ApiProcess] = []
    try:
        database_url = await postgres.start()
        redis_url = await valkey.start() if valkey else redis_url
        await _migrated(database_url)
        apis += [ApiProcess(folder, database_url, redis_url, **settings) for _ in range(processes)]
        await asyncio.gather(*(api.start() for api in apis))
        yield Deployment(postgres, valkey, apis, database_url)
    finally:
        for api in apis:
            api.kill()
        for server in (valkey, postgres):
            if server:
                await server.stop()


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


async def _listener(connection: "asyncpg.Connection[asyncpg.Record]", number: int) -> list[int]:
    pids = [row["pid"] for row in await connection.fetch(_LISTENERS)]
    return pids[number % len(pids) :][:1] if pids else []
