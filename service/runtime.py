"""What a process holds while it runs, opened and closed in one place. The only reader of clocks."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from db.pool import Pool, open_pool
from schemas.failures import CannotStart
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
    """A runtime on these servers until the block ends. CannotStart says why it cannot be."""
    try:
        shared = SharedCache(redis_url, time.monotonic)
    except ValueError as error:
        raise CannotStart(f"CITABLE_REDIS_URL is no address of a Redis: {error}.") from error
    pool = await open_pool(database_url, settings.database_connections)
    try:
        yield Runtime(settings, pool, Tiers(shared))
    finally:
        await shared.close()
        await pool.close()
