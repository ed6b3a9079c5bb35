"""What is looked up for whoever reads the metrics.

What Postgres knows is asked every quarter of a minute, whoever reads; while it does not answer, that is missing and the
rest is there.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from db.pool import Pool, reading
from db.webhooks import Lag, webhook_lag
from schemas.failures import StoreUnavailable
from service.admission import Admission
from service.cache.coherence import Coherence
from service.cache.connection import SharedConnection
from service.cache.memory import Memory
from service.connections import WHY_CUT, Connections
from service.followers import Followers
from service.logs import dropped_lines
from service.metrics import (
    BUILD_INFO,
    CACHE_MEMORY,
    CONNECTIONS_CUT,
    CONNECTIONS_OPEN,
    FAILURES_TOLERATED,
    FOLLOWERS,
    FOLLOWERS_LIMIT,
    LOG_LINES_DROPPED,
    LOG_POSITION,
    LOG_UNCONFIRMED,
    POOL_CONNECTIONS,
    QUEUE_LENGTH,
    REDIS_CIRCUIT,
    WEBHOOK_LAG_POSITIONS,
    WEBHOOK_LAG_SECONDS,
    WEBHOOK_OVERDUE,
    WEBHOOKS_DISABLED,
    Metrics,
    Values,
)
from service.release import VERSION
from service.scrape_server import answering
from service.settings import Settings
from service.telemetry import count, tolerate, tolerated

LOOK_EVERY = 15.0
"""Seconds between two questions to Postgres."""


def show_process(metrics: Metrics) -> None:
    """Shows what every process has."""
    metrics.show(BUILD_INFO, lambda: {(VERSION,): 1})
    metrics.show(FAILURES_TOLERATED, lambda: {(what,): count for what, count in dict(tolerated).items()})
    metrics.show_one(LOG_LINES_DROPPED, dropped_lines)


def show_pool(metrics: Metrics, pool: Pool) -> None:
    """Shows a pool's connections."""

    def connections() -> Values:
        idle = pool.get_idle_size()
        return {("idle",): idle, ("used",): pool.get_size() - idle}

    metrics.show(POOL_CONNECTIONS, connections)


def show_serving(
    metrics: Metrics, coherence: Coherence, redis: SharedConnection, memory: Memory, followers: Followers
) -> None:
    """Shows what a process has that serves HTTP. Where the log is, is left out until it was looked at."""
    metrics.show_one(CACHE_MEMORY, lambda: memory.size)
    metrics.show_one(FOLLOWERS, lambda: followers.count)
    metrics.show_one(FOLLOWERS_LIMIT, lambda: followers.most)
    metrics.show_one(REDIS_CIRCUIT, lambda: redis.is_left_alone)
    metrics.show_one(LOG_POSITION, lambda: coherence.head.position if coherence.was_looked_at else None)
    metrics.show_one(LOG_UNCONFIRMED, lambda: coherence.age if coherence.was_looked_at else None)


def show_room(metrics: Metrics, connections: Connections, admissions: Mapping[str, Admission]) -> None:
    """Shows who is here, and who waits to come in, by what for."""
    metrics.show_one(CONNECTIONS_OPEN, lambda: connections.count)
    metrics.show(CONNECTIONS_CUT, lambda: {(why,): connections.cut[why] for why in WHY_CUT})
    metrics.show(QUEUE_LENGTH, lambda: {(use,): len(one.waiting) for use, one in admissions.items()})


class Lagging:
    """How far webhooks are behind, as Postgres said last; None since it does not answer."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.last: Lag | None = None

    def show(self, metrics: Metrics) -> None:
        """Shows it."""

        def one(value: Callable[[Lag], float]) -> Callable[[], float | None]:
            return lambda: None if (last := self.last) is None else value(last)

        metrics.show_one(WEBHOOK_LAG_POSITIONS, one(lambda lag: lag.positions))
        metrics.show_one(WEBHOOK_LAG_SECONDS, one(lambda lag: lag.seconds))
        metrics.show_one(WEBHOOK_OVERDUE, one(lambda lag: lag.overdue))
        metrics.show_one(WEBHOOKS_DISABLED, one(lambda lag: lag.disabled))

    async def look(self) -> None:
        """Asks."""
        try:
            async with reading(self._pool) as connection:
                self.last = await webhook_lag(connection)
        except StoreUnavailable:
            self.last = None
            count("a look at how far webhooks are")


@asynccontextmanager
async def read_by_prometheus(
    settings: Settings, metrics: Metrics, pool: Pool, monotonic: Callable[[], float]
) -> AsyncGenerator[None]:
    """Lets the metrics be read on a port of their own until the block ends, if one is set.

    CannotStart if it cannot be listened on.
    """
    if not settings.metrics_port:
        yield
        return
    with answering(settings.metrics_host, settings.metrics_port, metrics.registry, monotonic):
        lagging = Lagging(pool)
        lagging.show(metrics)
        looking = asyncio.create_task(_again_and_again(lagging.look))
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            lagging.last = None


async def _again_and_again(look: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await look()
        except Exception as failure:  # noqa: BLE001 - whatever it is: the next look may work, and the rest is shown
            tolerate("a look at how far webhooks are", failure)
        await asyncio.sleep(LOOK_EVERY)
