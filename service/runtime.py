"""What a process holds while it runs, opened and closed in one place."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom
from uuid import uuid4

from db.listening import listening
from db.log import Head, log_head, settle
from db.pool import Pool, open_pool, reading
from db.questions import around
from db.replica import open_replica
from schemas.failures import CannotStart, StoreUnavailable
from service.admission import Admission
from service.cache.coherence import ANSWER_WITHIN, CONNECT_WITHIN, Coherence
from service.cache.connection import SharedConnection
from service.cache.fills import Fills
from service.cache.limits import Counters
from service.cache.memory import Memory
from service.cache.shared import SharedCache
from service.cache.tail import Tail
from service.clocks import monotonic, now
from service.connections import Connections, allowed
from service.drawing import Drawing
from service.followers import Followers
from service.loading import Loading
from service.logs import least_status, lines_of_requests
from service.metrics import Metrics
from service.replica import Replicas
from service.scrapes import show_pool, show_process, show_room, show_serving
from service.settings import Settings
from service.spans import Spans
from service.telemetry import SETTLED, Outage
from service.texts import Texts
from service.uses import Uses
from service.watching import Watch
from service.work.rounds import Tools
from service.work.sending import Sender
from service.work.store import CONNECTIONS, Store
from service.work.worker import Worker

READS_WAIT, WRITES_WAIT = 0.5, 5.0
"""Seconds that whoever comes in a burst waits for their turn."""
SETTLED_WITHIN = 3.0
"""Seconds a reader waits for a write under way."""
SWITCHED_WITHIN = 0.001
"""Seconds until a thread that computes gives way to the event loop: what memory has is answered meanwhile."""


@dataclass(frozen=True)
class Runtime:
    """The open connections and caches of a process."""

    settings: Settings
    pool: Pool
    redis: SharedConnection
    coherence: Coherence
    fills: Fills
    limits: Counters
    uses: Uses
    tail: Tail
    followers: Followers
    connections: Connections
    readers: Admission
    """Who looks farther than Redis: they leave some connections to everyone else."""
    identifying: Admission
    """Whose key is looked up, who wants to write."""
    writers: Admission
    """Who writes: they wait for each other in Postgres, and reads must not wait for connections."""
    sender: Sender
    watch: Watch
    loading: Loading
    full: Outage
    """Whether PostgreSQL has no room for what is written."""
    now: Callable[[], datetime] = now
    monotonic: Callable[[], float] = monotonic
    migrated: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the database was seen to be migrated: it stays so."""
    settling: asyncio.Lock = field(default_factory=asyncio.Lock)
    drawing: Drawing = field(default_factory=Drawing)
    replicas: Replicas | None = None
    texts: Texts = field(default_factory=Texts)

    async def newest(self) -> Head:
        """The head of the log, as Postgres says. StoreUnavailable if it does not."""
        return await _newest(self.pool)

    async def settle(self) -> None:
        """Waits for the write under way: one at a time, so that waiting readers never hold the pool's connections."""
        try:
            async with asyncio.timeout(SETTLED_WITHIN), self.settling, reading(self.pool) as connection:
                await settle(connection)
        except TimeoutError as error:
            raise StoreUnavailable("A write is under way that this answer must wait for: try again.") from error


async def _newest(pool: Pool) -> Head:
    async with reading(pool) as connection:
        return await log_head(connection)


async def _replicas(settings: Settings, metrics: Metrics, closing: AsyncExitStack) -> Replicas | None:
    """The replicas, if there are any, until the stack is closed: whether they answer or not."""
    if settings.database_replica_url is None:
        return None
    pool = await open_replica(settings.database_replica_url, settings.database_connections, _timing(metrics))
    replicas = Replicas(pool, settings.database_connections, monotonic, metrics.read_by_replicas)
    closing.push_async_callback(replicas.close)
    show_pool(metrics, pool)
    await replicas.open()
    return replicas


async def _spans(settings: Settings, closing: AsyncExitStack) -> Spans | None:
    """What makes spans of requests and statements, if they are wanted, until the stack is closed."""
    if settings.otlp_endpoint is None:
        return None
    spans = Spans(settings.otlp_endpoint)
    closing.push_async_callback(asyncio.to_thread, spans.close)
    around.append(spans.statement)
    closing.callback(around.remove, spans.statement)
    return spans


def _timing(metrics: Metrics) -> Callable[[str, float], None]:
    """What notes how long a connection was waited for, by what for."""
    noted = {use: metrics.pool_wait.labels(use).observe for use in ("reading", "writing", "replica")}
    return lambda use, seconds: noted[use](seconds)


def _admission(metrics: Metrics, use: str, most: int, patience: float) -> Admission:
    return Admission(max(1, most), patience, monotonic, metrics.queue_wait.labels(use).observe)


@asynccontextmanager
async def running(settings: Settings, database_url: str, redis_url: str) -> AsyncGenerator[Runtime]:
    """A runtime on these servers until the block ends. CannotStart says why it cannot be."""
    sys.setswitchinterval(SWITCHED_WITHIN)
    try:
        redis = SharedConnection(redis_url, monotonic)
    except ValueError:  # which may say part of the address, and so of its password
        raise CannotStart(
            "CITABLE_REDIS_URL is no address of a Redis: write what is special in its password as `%XX`."
        ) from None
    async with AsyncExitStack() as closing:
        closing.push_async_callback(redis.close)
        metrics = Metrics()
        pool = await open_pool(database_url, settings.database_connections, waited=_timing(metrics))
        closing.push_async_callback(pool.close)
        replicas = await _replicas(settings, metrics, closing)
        uses = Uses(pool, monotonic)
        closing.push_async_callback(uses.close)
        connections_kept = max(1, settings.database_connections // 4)  # for what must not wait behind reads
        readers = _admission(metrics, "reading", settings.database_connections - connections_kept, READS_WAIT)
        identifying = _admission(metrics, "identifying", connections_kept, READS_WAIT)
        writers = _admission(metrics, "writing", settings.database_connections // 2, WRITES_WAIT)
        direct_url = settings.database_direct_url or database_url  # a pooler would forget who listens
        coherence = Coherence(
            lambda: listening(direct_url, CONNECT_WITHIN, ANSWER_WITHIN), lambda: _newest(pool), monotonic
        )
        tail, followers = Tail(pool, coherence), Followers(settings.followers)
        connections = Connections(allowed(settings.connections), followers.leaving.is_set)
        memory = Memory(settings.memory_cache_mb * 1_000_000)
        spans = await _spans(settings, closing)
        watch = Watch(metrics, monotonic, lines_of_requests(settings), least_status(settings), spans)
        show_process(metrics)
        show_pool(metrics, pool)
        show_serving(metrics, coherence, redis, memory, followers)
        show_room(metrics, connections, {"reading": readers, "identifying": identifying, "writing": writers})
        fills = Fills(memory, SharedCache(redis), coherence, settings.origin)
        sender = Sender(monotonic, settings.webhook_loopback, attempted=metrics.attempted)
        full = Outage("writes are refused", "writes are stored again", monotonic, settled=SETTLED)
        counters = Counters(redis)
        yield Runtime(
            settings,
            pool,
            redis,
            coherence,
            fills,
            counters,
            uses,
            tail,
            followers,
            connections,
            readers,
            identifying,
            writers,
            sender,
            watch,
            Loading(pool, replicas, coherence),
            full,
            replicas=replicas,
        )


@asynccontextmanager
async def employing(settings: Settings, database_url: str, metrics: Metrics) -> AsyncGenerator[Worker]:
    """A worker on this database, with connections of its own until the block ends. CannotStart if there are none."""
    pool = await open_pool(database_url, CONNECTIONS, waited=_timing(metrics))
    show_pool(metrics, pool)
    try:
        yield Worker(
            uuid4(),
            Tools(
                Store(pool),
                Sender(monotonic, settings.webhook_loopback, attempted=metrics.attempted),
                settings.origin,
                now,
                SystemRandom(),
            ),
            lambda: listening(settings.database_direct_url or database_url, CONNECT_WITHIN, ANSWER_WITHIN),
            monotonic,
        )
    finally:
        await pool.close()
