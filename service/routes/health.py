"""Alive and ready: different questions, with different answers."""

import asyncio

import msgspec
from litestar.response.base import ASGIResponse

from db.migrations import is_migrated
from db.pool import reading
from schemas.failures import StoreUnavailable
from schemas.health import Life, Liveness, Readiness, ReadyStatus, ServerStatus
from service.release import VERSION
from service.runtime import Runtime
from service.web.endpoints import get
from service.web.reads import Read

READY_WITHIN = 2.0
"""Seconds Postgres has to answer in: whoever asks does not wait for long either."""


@get("/livez", "Operations", Liveness)
async def check_liveness() -> ASGIResponse:
    """Whether the process answers at all. Restart it when this fails; an outage of Postgres does not make it fail."""
    return _now(Liveness(status=Life.ALIVE, release=VERSION))


@get("/readyz", "Operations", Readiness)
async def check_readiness(read: Read) -> ASGIResponse:
    """Whether to send it requests: 200 when Postgres answers and is migrated, else 503. Redis is only reported.

    A process that is about to end says 503 and `leaving` first. It is answered whatever else there is to do: that every
    connection to Postgres is in use is no reason to send requests elsewhere.
    """
    runtime = read.runtime
    postgres = await _postgres(runtime)
    redis = ServerStatus.UP if await runtime.redis.answers() else ServerStatus.DOWN
    status = ReadyStatus.READY if postgres is ServerStatus.UP else ReadyStatus.UNREADY
    if runtime.followers.leaving.is_set():
        status = ReadyStatus.LEAVING
    return _now(Readiness(status=status, postgres=postgres, redis=redis), 200 if status is ReadyStatus.READY else 503)


async def _postgres(runtime: Runtime) -> ServerStatus:
    """How Postgres is: as the log was looked at a moment ago, by a connection for that alone; or else as it says."""
    if runtime.coherence.is_confirmed and runtime.migrated.is_set():
        return ServerStatus.UP
    try:
        async with asyncio.timeout(READY_WITHIN), reading(runtime.pool) as connection:
            if not await is_migrated(connection):
                return ServerStatus.UNMIGRATED
    except (StoreUnavailable, TimeoutError):
        return ServerStatus.DOWN
    runtime.migrated.set()
    return ServerStatus.UP


def _now(answer: Liveness | Readiness, status: int = 200) -> ASGIResponse:
    return ASGIResponse(
        body=msgspec.json.encode(answer),
        status_code=status,
        headers=[("content-type", "application/json"), ("cache-control", "no-store")],
    )


endpoints = (check_liveness, check_readiness)
