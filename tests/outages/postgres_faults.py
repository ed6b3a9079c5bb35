"""What becomes of PostgreSQL: each until its block ends, and then it is there again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import asyncpg

from tests.cli.programs import WITHIN
from tests.stories.deployment import Deployment

Fault = Callable[[Deployment], AbstractAsyncContextManager[None]]

_OURS = "select pid, pg_terminate_backend(pid) from pg_stat_activity where usename = 'citable'"
_TAKERS = 8


@asynccontextmanager
async def killed(deployment: Deployment) -> AsyncIterator[None]:
    """Its postmaster is killed (SIGKILL), and the others leave without a word."""
    await deployment.postgres.kill()
    try:
        yield
    finally:
        await deployment.postgres.start()


@asynccontextmanager
async def killed_with_all(deployment: Deployment) -> AsyncIterator[None]:
    """All of its processes are killed (SIGKILL) at once."""
    await deployment.postgres.kill_all()
    try:
        yield
    finally:
        await deployment.postgres.start()


@asynccontextmanager
async def restarted(deployment: Deployment) -> AsyncIterator[None]:
    """It is stopped as an operator does, and started again."""
    await deployment.postgres.stop()
    try:
        yield
    finally:
        await deployment.postgres.start()


@asynccontextmanager
async def hung(deployment: Deployment) -> AsyncIterator[None]:
    """All of its processes are stopped where they are (SIGSTOP)."""
    with deployment.postgres.hung():
        yield


@asynccontextmanager
async def crowded(deployment: Deployment) -> AsyncIterator[None]:
    """Others take every connection there is, those of ours that are cut off included."""
    others = deployment.database_url.replace("citable@", "neighbour@", 1)
    taken: list[asyncpg.Connection[asyncpg.Record]] = []

    async def take_on() -> None:
        while True:
            try:
                taken.append(await asyncpg.connect(others))
            except asyncpg.TooManyConnectionsError:
                await asyncio.sleep(0.002)

    async with _superuser(deployment) as connection:
        with suppress(asyncpg.DuplicateObjectError):
            await connection.execute("create role neighbour login")
        taking = [asyncio.create_task(take_on()) for _ in range(_TAKERS)]
        try:
            async with asyncio.timeout(WITHIN):
                while await connection.fetch(_OURS):
                    await asyncio.sleep(0.05)
            yield
            assert not await connection.fetch(_OURS), "a connection was left for us"
        finally:
            for task in taking:
                task.cancel()
            await asyncio.gather(*taking, return_exceptions=True)
            for other in taken:
                other.terminate()
            async with asyncio.timeout(WITHIN):
                while await connection.fetchval("select count(*) from pg_stat_activity where usename = 'neighbour'"):
                    await asyncio.sleep(0.02)


@asynccontextmanager
async def locked(deployment: Deployment) -> AsyncIterator[None]:
    """Someone locks what lists are read from, so that whoever reads them holds a connection until it gives up."""
    async with _superuser(deployment) as connection, connection.transaction():
        await connection.execute("lock table claim_index, claim_version in access exclusive mode")
        yield


@asynccontextmanager
async def _superuser(deployment: Deployment) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(deployment.database_url.replace("citable@", "postgres@", 1))
    try:
        yield connection
    finally:
        await connection.close()
