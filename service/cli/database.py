"""What commands that work on the database do it with."""

from collections.abc import Callable, Coroutine
from typing import Any

from db.pool import Pool, open_pool
from service.cli.opening import opened_settings
from service.interrupts import run
from service.servers import servers_of


def with_database(work: Callable[[Pool], Coroutine[Any, Any, None]], *, create: bool = False) -> None:
    """Runs work on a pool of its own, on the database that is set or the embedded one, which it may `create`.

    Where there is a way past a pooler, it takes that.
    """
    settings = opened_settings()

    async def connected(database_url: str) -> None:
        pool = await open_pool(database_url, 2, within=None)
        try:
            await work(pool)
        finally:
            await pool.close()

    with servers_of(settings, redis=False, create=create) as (database_url, _):
        run(connected(settings.database_direct_url or database_url))  # what takes long would keep a pooler's connection
