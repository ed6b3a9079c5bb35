"""A deployment with the curated claims on it, in which servers fail while many read."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from db.migrations import CURATED
from db.pool import open_pool
from service.transfer import import_claims
from tests.stories.deployment import ApiProcess, Deployment, deployed


@asynccontextmanager
async def curated_deployment(
    folder: Path,
    processes: Iterable[dict[str, object]],
    postgres_settings: Iterable[str] = (),
    prepare: Callable[[Deployment], Awaitable[None]] | None = None,
) -> AsyncIterator[Deployment]:
    """API processes, each with settings of its own, that serve the curated claims from one PostgreSQL and Valkey.

    What is to `prepare` is done before anything is stored.
    """
    async with deployed(folder, None, 0, postgres_settings) as deployment:
        if prepare is not None:
            await prepare(deployment)
        pool = await open_pool(deployment.database_url, 1)
        try:
            with (CURATED / "claims.jsonl").open("rb") as lines:
                await import_claims(pool, lines, "curated set")
        finally:
            await pool.close()
        assert deployment.valkey is not None
        for settings in processes:
            servers = {"database_url": deployment.database_url, "redis_url": deployment.valkey.url}
            api = ApiProcess(folder, **{**servers, **settings})
            deployment.apis.append(api)
            await api.start()
        yield deployment
