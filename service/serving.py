"""Serving HTTP: the socket, the server, and everything `citable run` does before it."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from db.log import log_head
from db.migrations import CURATED, migrate, require_migrated
from db.pool import reading
from schemas.failures import CannotStart, OriginUnavailable
from service.app import build_app
from service.console import progress, say
from service.interrupts import on_interrupt, run
from service.metrics import Metrics
from service.mirror import begin_mirror, catch_up, follow, is_mirror_of
from service.origin import Origin, origin_at
from service.runtime import Runtime, employing, running
from service.scrapes import read_by_prometheus, show_process
from service.servers import servers_of
from service.settings import Settings
from service.transfer import import_claims
from service.web.server import Server, server_config

_NEW = 5_000
"""How many new objects there are before the collector of garbage looks through them: some hundred requests' worth."""


def run_everything(settings: Settings) -> None:
    """What `make run` does: servers, migrations, the curated set if the log is empty, and then serving until Ctrl-C."""
    listener = listen(settings)
    with servers_of(settings) as (database_url, redis_url):
        run(_run_everything(settings, database_url, redis_url, listener))
    say("stopped")


async def _run_everything(settings: Settings, database_url: str, redis_url: str, listener: socket.socket) -> None:
    async with running(settings, database_url, redis_url) as runtime:
        if await migrate(runtime.pool, say):
            say("the database is migrated")
        async with reading(runtime.pool) as connection:
            position = (await log_head(connection)).position
        if position == 0:
            await load_curated(runtime)
        else:
            say(f"the log is at position {position}")
        async with _read_by_prometheus(runtime), working(settings, database_url, runtime.watch.metrics):
            await serve(runtime, listener)


async def load_curated(runtime: Runtime) -> None:
    """Imports the curated claims that come with the program."""
    file = CURATED / "claims.jsonl"
    with file.open("rb") as lines, progress("loading the curated claims", file.stat().st_size) as bar:
        imported = await import_claims(runtime.pool, lines, "curated set", bar)
    say(f"{imported.new} curated claims are loaded")


async def serve_only(settings: Settings, database_url: str, redis_url: str) -> None:
    """What `citable serve` does: serves, on a database that was migrated before."""
    listener = listen(settings)
    async with running(settings, database_url, redis_url) as runtime:
        await require_migrated(runtime.pool)
        async with _read_by_prometheus(runtime):
            await serve(runtime, listener)


def run_mirror(settings: Settings, url: str, *, once: bool) -> None:
    """What `citable mirror` does: copies what the Citable at an address has; then it follows it and serves, or ends."""
    listener = None if once else listen(settings)
    with servers_of(settings) as (database_url, redis_url):
        run(_run_mirror(settings, database_url, redis_url, url, listener))
    say("stopped")


async def _run_mirror(
    settings: Settings, database_url: str, redis_url: str, url: str, listener: socket.socket | None
) -> None:
    async with running(settings, database_url, redis_url) as runtime, origin_at(url) as origin:
        await migrate(runtime.pool, say)
        is_known = await is_mirror_of(runtime.pool, origin)
        try:
            await _copy(runtime, origin)
        except OriginUnavailable:
            if listener is None or not is_known:
                raise
            say(f"serving what was copied before, up to position {(await runtime.newest()).position}")
        if listener is not None:
            async with _read_by_prometheus(runtime), working(settings, database_url, runtime.watch.metrics):
                await serve(runtime, listener, follow(runtime.pool, origin, say))


async def _copy(runtime: Runtime, origin: Origin) -> None:
    """Copies what the origin has and this log has not."""
    await begin_mirror(runtime.pool, origin)
    here, there = (await runtime.newest()).position, await origin.position()
    with progress(f"copying {origin.url}", there - here) as bar:
        while copied := await catch_up(runtime.pool, origin):
            bar(copied)
            here += copied
    say(f"the log is at position {here}, as at {origin.url}")


async def work_only(settings: Settings, database_url: str) -> None:
    """What `citable work` does: delivers changes, on a database that was migrated before, until SIGINT or SIGTERM."""
    stop, loop, metrics = asyncio.Event(), asyncio.get_running_loop(), Metrics()
    show_process(metrics)
    async with employing(settings, database_url, metrics) as worker:
        pool = worker.tools.store.pool
        await require_migrated(pool)
        async with read_by_prometheus(settings, metrics, pool, worker.monotonic):
            on_interrupt(lambda _: _ask_to(loop, stop))
            say("delivering; Ctrl-C stops it")
            await worker.run(stop)


def _read_by_prometheus(runtime: Runtime) -> AbstractAsyncContextManager[None]:
    return read_by_prometheus(runtime.settings, runtime.watch.metrics, runtime.pool, runtime.monotonic)


def _ask_to(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    loop.call_soon_threadsafe(stop.set)


@asynccontextmanager
async def working(settings: Settings, database_url: str, metrics: Metrics) -> AsyncGenerator[None]:
    """A worker beside what else this process does, until the block ends; what it has under way may end then."""
    stop = asyncio.Event()
    async with employing(settings, database_url, metrics) as worker:
        work = asyncio.create_task(worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await work


async def serve(runtime: Runtime, listener: socket.socket, *beside: Coroutine[Any, Any, None]) -> None:
    """Serves until SIGINT or SIGTERM, then lets requests under way finish.

    What is to be done `beside` goes on as long; if any of it fails, serving ends, and the failure is raised.
    """
    if runtime.connections.most < runtime.settings.connections:
        say(f"{runtime.connections.most} connections at most: this process may open no more files (`ulimit -n`)")
    if not await runtime.redis.answers():
        say("Redis does not answer: reads go to PostgreSQL until it does")
    if runtime.replicas is not None and runtime.replicas.are_down:
        say("no replica answers: reads go to the primary until one does")
    config = server_config(build_app(runtime), runtime.settings.trusted_proxies, runtime.connections, runtime.watch)
    server = _Server(config, runtime)
    tasks = [asyncio.create_task(work) for work in beside]
    for task in tasks:
        task.add_done_callback(lambda _: server.handle_exit(signal.SIGINT, None))
    try:
        await server.serve([listener])
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for failure in ended:
        if isinstance(failure, Exception):
            raise failure


class _Server(Server):
    """A server that says where it can be reached once it can, and leaves at the first signal."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime) -> None:
        super().__init__(config, runtime.followers, runtime.connections, runtime.settings.drain_seconds)
        self._origin = runtime.settings.origin

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        on_interrupt(lambda number: self.handle_exit(number, None))
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except asyncio.CancelledError:  # a signal that came just before this server listened for them
            await self.lifespan.shutdown()
            raise
        gc.collect()
        gc.freeze()  # what there is by now stays: the collector need not look through it again and again
        gc.set_threshold(_NEW, 20, 20)
        say("ready; Ctrl-C stops it")
        for path, what in (
            ("/", "the claims, to read in a browser"),
            ("/v1/claims", "the same for programs"),
            ("/v1/claims?q=10%20billion%20downloads", "a search"),
            ("/docs", "the reference, to try in a browser"),
        ):
            say(f"{self._origin}{path}  {what}")


def listen(settings: Settings) -> socket.socket:
    """The socket to serve on. CannotStart if it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {settings.port} of {settings.host} is in use: stop what listens there, or set CITABLE_PORT."
            ) from error
        raise CannotStart(f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}.") from error
    return listener
