"""The worker's way to Postgres: few connections, and a queue before them in which nobody fails for waiting."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from db.pool import Pool, Reading, Writing, reading, writing

CONNECTIONS = 4
"""How many connections to Postgres a worker holds, but for the one that listens."""


class Store:
    """A pool of `CONNECTIONS` that nobody else uses. Fails as the pool does, but for want of a free connection."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._places = asyncio.Semaphore(CONNECTIONS)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Reading]:
        """A connection to ask with."""
        async with self._places, reading(self.pool) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Writing]:
        """A transaction."""
        async with self._places, writing(self.pool) as connection:
            yield connection
