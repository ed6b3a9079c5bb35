"""Alive and ready: different questions, with different answers."""

import asyncio

import msgspec
from litestar.response.base import ASGIResponse

from db.migrations import is_migrated
from db.pool import reading
from schemas.failures import StoreUnavailable
from schemas.health import Life, Liveness, Readiness, ReadyStatus, ServerStatus
from service.release import VERSION
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
    """Whether to send it requests: 200 when Postgres answers and is migrated, else 503. Redis is only reported."""
    try:
        async with asyncio.timeout(READY_WITHIN), reading(read.runtime.pool) as connection:
            postgres = ServerStatus.UP if await is_migrated(connection) else ServerStatus.UNMIGRATED
    except (StoreUnavailable, TimeoutError):
        postgres = ServerStatus.DOWN
    redis = ServerStatus.UP if await read.runtime.redis.answers() else ServerStatus.DOWN
    status = ReadyStatus.READY if postgres is ServerStatus.UP else ReadyStatus.UNREADY
    return _now(Readiness(status=status, postgres=postgres, redis=redis), 200 if status is ReadyStatus.READY else 503)


def _now(answer: Liveness | Readiness, status: int = 200) -> ASGIResponse:
    return ASGIResponse(
        body=msgspec.json.encode(answer),
        status_code=status,
        headers=[("content-type", "application/json"), ("cache-control", "no-store")],
    )


endpoints = (check_liveness, check_readiness)
