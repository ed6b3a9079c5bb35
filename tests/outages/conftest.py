"""The API behind proxies that a test can break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from db.embedded import THROWAWAY, embedded_servers
from tests.databases import Cluster
from tests.outages.proxy import Proxy
from tests.outages.replicated import Pair
from tests.outages.standby import standing_by
from tests.serving import Api, serving

PROMPT = (*THROWAWAY, "wal_writer_delay=10ms")
"""What need not outlive the tests, and is sent to a standby at once all the same."""


@dataclass(frozen=True)
class Breakable:
    """An API, and the ways to its servers."""

    api: Api
    postgres: Proxy
    redis: Proxy
    database: str
    """What its database is called, for who goes around the proxy."""

    async def get(self, path: str, **headers: str):
        """GET, within a bound that only a hang exceeds."""
        async with asyncio.timeout(25):
            return await self.api.get(path, **headers)

    async def recovered(self, path: str):
        """The first good answer after an outage; a hang or an outage without end fails the test."""
        async with asyncio.timeout(25):
            while (answer := await self.api.get(path)).status_code != 200:
                await asyncio.sleep(0.05)
            return answer


@asynccontextmanager
async def behind_proxies(cluster: Cluster, **settings: object) -> AsyncIterator[Breakable]:
    """An API whose ways to its servers can be broken, with nothing kept in Redis yet."""
    name = await cluster.new_database("curated")
    postgres, redis = Proxy(f"{cluster.sockets}/.s.PGSQL.5432"), Proxy(f"{cluster.sockets}/valkey.sock")
    async with Redis.from_url(cluster.servers.redis_url, db=2) as client:
        await client.flushdb()
    async with postgres.listening() as postgres_port, redis.listening() as redis_port:
        database_url = f"postgresql://citable@127.0.0.1:{postgres_port}/{name}?sslmode=disable"
        async with serving(database_url, f"redis://127.0.0.1:{redis_port}/2", **settings) as api:
            yield Breakable(api, postgres, redis, name)
            postgres.turn("ok")
            redis.turn("ok")
    await cluster.drop(name)


@pytest.fixture
async def breakable(cluster: Cluster) -> AsyncIterator[Breakable]:
    """An API as it is."""
    async with behind_proxies(cluster) as api:
        yield api


@pytest.fixture
async def forgetful(cluster: Cluster) -> AsyncIterator[Breakable]:
    """An API that keeps nothing in its memory."""
    async with behind_proxies(cluster, memory_cache_mb=0) as api:
        yield api


@pytest.fixture(scope="session")
async def pair(tmp_path_factory) -> AsyncIterator[Pair]:
    """A PostgreSQL with a standby, which nobody else uses."""
    folder = tmp_path_factory.mktemp("replicated")
    with embedded_servers(folder / "primary", options=PROMPT, valkey=False) as servers:
        cluster = Cluster(servers)
        await cluster.prepare()
        with standing_by(servers, folder / "standby") as standby:
            yield Pair(cluster, standby)


@pytest.fixture(scope="session")
async def api(pair: Pair) -> AsyncIterator[Api]:
    """An API that keeps nothing, on the curated log of a primary and its standby."""
    async with pair.serving(await pair.database()) as served:
        yield served
