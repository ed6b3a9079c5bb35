"""What a process holds while it runs, opened and closed in one place. The only reader of clocks."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from db.pool import Pool, open_pool
from service.cache.shared import SharedCache
from service.cache.tiers import Tiers
from service.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """The open connections and caches of a process."""

    settings: Settings
    pool: Pool
    cache: Tiers


@asynccontextmanager
async def running(settings: Settings, database_url: str, redis_url: str) -> AsyncGenerator[Runtime]:
    """A runtime on these servers until the block ends. CannotStart if Postgres cannot be reached."""
    pool = await open_pool(database_url, settings.database_connections)
    shared = SharedCache(redis_url, time.monotonic)
    try:
        yield Runtime(settings, pool, Tiers(shared))
    finally:
        await shared.close()
        await pool.close()
