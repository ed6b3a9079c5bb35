"""Real servers for the tests: one PostgreSQL and one Valkey for a run, and a database of its own for who writes."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from db.embedded import Servers
from db.migrations import CURATED, migrate
from db.pool import Pool, open_pool
from service.transfer import import_claims

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """The servers, and the databases that new ones are cloned from: `curated`, and `bare`, which is only migrated."""

    servers: Servers

    @property
    def sockets(self) -> str:
        """The folder of the servers' sockets."""
        return self.servers.redis_url.removeprefix("unix://").removesuffix("/valkey.sock")

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return self.servers.database_url.replace("/citable?", f"/{database}?")

    async def prepare(self) -> None:
        """Makes the databases to clone."""
        await self._execute("create database bare")
        pool = await open_pool(self.url("bare"), 1)
        await migrate(pool)
        await pool.close()
        await self._execute("create database curated template bare")
        pool = await open_pool(self.url("curated"), 1)
        with (CURATED / "claims.jsonl").open("rb") as lines:
            await import_claims(pool, lines, "curated set")
        await pool.close()

    async def new_database(self, template: str) -> str:
        """The name of a new database like `template`: `curated`, `bare`, or `unmigrated`."""
        name = f"test_{next(_numbers)}"
        source = "" if template == "unmigrated" else f"template {template} strategy file_copy"
        await self._execute(f"create database {name} {source}")
        return name

    async def drop(self, database: str) -> None:
        """Removes a database, whoever is connected to it."""
        await self._execute(f"drop database {database} with (force)")

    @asynccontextmanager
    async def pool(self, template: str = "bare", size: int = 5) -> AsyncIterator[Pool]:
        """A pool on a new database, gone when the block ends."""
        name = await self.new_database(template)
        async with self.pool_on(name, size) as pool:
            yield pool
        await self.drop(name)

    @asynccontextmanager
    async def pool_on(self, name: str, size: int = 2) -> AsyncIterator[Pool]:
        """A pool on a database there is."""
        pool = await open_pool(self.url(name), size)
        try:
            yield pool
        finally:
            await pool.close()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("citable"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
