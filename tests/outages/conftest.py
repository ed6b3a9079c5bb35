"""The API behind proxies that a test can break."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.outages.proxy import Proxy
from tests.serving import Api, serving


@dataclass(frozen=True)
class Breakable:
    """An API, and the ways to its servers."""

    api: Api
    postgres: Proxy
    redis: Proxy

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


@pytest.fixture
async def breakable(cluster) -> AsyncIterator[Breakable]:
    name = await cluster.new_database("curated")
    sockets = cluster.servers.redis_url.removeprefix("unix://").removesuffix("/valkey.sock")
    postgres, redis = Proxy(f"{sockets}/.s.PGSQL.5432"), Proxy(f"{sockets}/valkey.sock")
    async with postgres.listening() as postgres_port, redis.listening() as redis_port:
        database_url = f"postgresql://citable@127.0.0.1:{postgres_port}/{name}?sslmode=disable"
        async with serving(database_url, f"redis://127.0.0.1:{redis_port}/2") as api:
            yield Breakable(api, postgres, redis)
            postgres.turn("ok")
            redis.turn("ok")
    await cluster.drop(name)
