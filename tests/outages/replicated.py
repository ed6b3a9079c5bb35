"""An API that loads answers from a standby, and what became of its reads."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from schemas.keys import Role
from tests.cast import key_for
from tests.databases import Cluster
from tests.outages.proxy import Proxy
from tests.outages.standby import Standby
from tests.serving import Api, serving
from tests.web.writing import Writer

NOT_THERE = "unix:///nowhere/valkey.sock"
"""No Redis, and no memory: every read is loaded."""


class Alternating(Proxy):
    """One address for several PostgreSQLs: each connection leads to the next one's."""

    def __init__(self, *sockets: object) -> None:
        super().__init__("")
        self._paths = itertools.cycle([f"{folder}/.s.PGSQL.5432" for folder in sockets])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._path = next(self._paths)
        await super()._serve(reader, writer)


@dataclass(frozen=True)
class Pair:
    """A PostgreSQL and its standby."""

    primary: Cluster
    standby: Standby

    async def database(self, template: str = "curated") -> str:
        """The name of a new database that the standby has, too."""
        name = await self.primary.new_database(template)
        await self.caught_up()
        return name

    async def caught_up(self) -> None:
        """Waits until the standby shows all that is committed."""
        connection = await asyncpg.connect(self.primary.url("citable").replace("citable@", "postgres@"))
        written = await connection.fetchval("select pg_current_wal_insert_lsn()::text")
        await connection.close()
        async with asyncio.timeout(20):
            while not await self.standby.told(f"select pg_last_wal_replay_lsn() >= '{written}'"):
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def serving(self, name: str, replica: str | None = None, **settings: object) -> AsyncIterator[Api]:
        """An API on a database of the primary's and the standby's, or on another replica."""
        url = self.standby.url(name) if replica is None else replica
        settings = {"memory_cache_mb": 0, "database_replica_url": url, **settings}
        async with serving(self.primary.url(name), NOT_THERE, **settings) as api:
            yield api

    @asynccontextmanager
    async def primary_only(self, api: Api) -> AsyncIterator[Api]:
        """An API on the same database that knows no replica."""
        name = await api.runtime.pool.fetchval("select current_database()")
        async with serving(self.primary.url(name), NOT_THERE, memory_cache_mb=0) as alone:
            yield alone


def became(api: Api) -> dict[str, int]:
    """How many of its reads were answered by a replica; were not, since it was behind, down, or busy, or failed."""
    value = api.runtime.watch.metrics.registry.get_sample_value
    results = ("answered", "behind", "down", "failed", "busy")
    return {result: int(value("citable_replica_reads_total", {"result": result})) for result in results}


def more(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What became of the reads in between, without what became of none."""
    return {result: after[result] - before[result] for result in after if after[result] > before[result]}


async def writer(api: Api, name: str = "Desk") -> Writer:
    """An editor with a key."""
    return Writer(api, name, await key_for(api.runtime.pool, name, Role.EDITOR))


async def name_of(api: Api) -> str:
    """What its database is called."""
    return await api.runtime.pool.fetchval("select current_database()")


async def reads_go_to_the_replica_again(api: Api, path: str) -> None:
    """Returns when they do; fails if they never do, or if a read fails meanwhile."""
    async with asyncio.timeout(20):
        before = became(api)
        while "answered" not in more(before, became(api)):
            assert (await api.get(path)).status_code == 200
            await asyncio.sleep(0.02)
