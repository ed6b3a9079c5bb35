"""Who gives up a question lets go of its connection, whatever Postgres does meanwhile."""

import asyncio

import pytest

from db.pool import open_pool, reading
from tests.outages.proxy import Proxy


async def test_a_reader_that_is_cancelled_does_not_wait_for_a_silent_postgres(cluster):
    """Giving the connection back whole would wait for Postgres to agree, and fail as an outage when it does not."""
    proxy = Proxy(f"{cluster.sockets}/.s.PGSQL.5432")
    async with proxy.listening() as port:
        pool = await open_pool(f"postgresql://citable@127.0.0.1:{port}/citable?sslmode=disable")

        async def ask() -> None:
            async with reading(pool) as connection:
                await connection.fetchval("select 1")

        proxy.turn("silent")
        asking = asyncio.create_task(ask())
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        proxy.turn("ok")
        await ask()
        await pool.close()
