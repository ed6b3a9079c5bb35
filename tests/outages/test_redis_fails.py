"""Whatever becomes of Redis, every read is answered, and none waits for it for long: real processes, real faults."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress

import pytest
from redis.exceptions import OutOfMemoryError

from tests.outages.deployed import curated_deployment
from tests.outages.figures import write_down
from tests.outages.readers import Readers
from tests.stories.deployment import Deployment, Valkey
from tests.telling import tell

PROCESSES = ({}, {"memory_cache_mb": 0})
NAMES = ("with memory", "without memory")
RATE = 40
HANGS = 2.0
"""Seconds. It is a bound on hanging: twenty times what one command may take that Redis does not answer."""
WORSE = 20
"""How many times as long as before the fault the hundredth read may take; or else what is a bound on hanging."""

AWAY = ("Redis does not answer", "Redis answers again")
FULL = ("Redis keeps nothing new", "Redis keeps answers again")
MOST_LINES = 6
"""Outages that an operator may read of in all: four, and what a busy machine adds."""

Fault = Callable[[Valkey], AbstractAsyncContextManager[None]]


@pytest.fixture(scope="module")
async def deployment(tmp_path_factory) -> AsyncIterator[Deployment]:
    folder = tmp_path_factory.mktemp("redis-fails")
    async with curated_deployment(folder, PROCESSES) as running:
        yield running


@asynccontextmanager
async def killed(valkey: Valkey) -> AsyncIterator[None]:
    await valkey.kill()
    try:
        yield
    finally:
        await valkey.start()


@asynccontextmanager
async def emptied(valkey: Valkey) -> AsyncIterator[None]:
    """It crashes, and is there again at once with nothing in it."""
    await valkey.kill()
    await valkey.start()
    yield


def hung(valkey: Valkey) -> AbstractAsyncContextManager[None]:
    return valkey.hung()


@asynccontextmanager
async def full(valkey: Valkey) -> AsyncIterator[None]:
    """It may hold a little more than it does and forgets nothing, and someone else takes what there is."""
    async with valkey.client() as client:
        used = int((await client.info("memory"))["used_memory"])
        kept = await client.config_get("maxmemory", "maxmemory-policy")
        await client.config_set("maxmemory-policy", "noeviction")
        await client.config_set("maxmemory", used + 2_000_000)
        filled = 0
        try:
            with suppress(OutOfMemoryError):
                for filled in range(10_000):
                    await client.set(f"filling:{filled}", b"x" * 100_000)
            assert 0 < filled < 10_000 - 1
            yield
        finally:
            await client.config_set("maxmemory", kept["maxmemory"])
            await client.config_set("maxmemory-policy", kept["maxmemory-policy"])
            await client.delete(*(f"filling:{number}" for number in range(filled)))


FAULTS: dict[str, Fault] = {"killed": killed, "hung": hung, "emptied": emptied, "full": full}


async def outage(deployment: Deployment, name: str, seconds: float) -> list[Readers]:
    """What readers met before a fault, during it and after it."""
    assert deployment.valkey is not None
    crowds = [Readers(api.port, RATE, 4, f"{name} {number}") for number, api in enumerate(deployment.apis)]
    async with AsyncExitStack() as reading:
        for readers in crowds:
            await readers.warm()
            await reading.enter_async_context(readers.reading())
        begun = time.monotonic()
        await asyncio.sleep(max(1.0, seconds / 3))
        broken = time.monotonic()
        async with FAULTS[name](deployment.valkey):
            await asyncio.sleep(seconds)
            mended = time.monotonic()
        await asyncio.sleep(max(1.0, seconds / 3))
    over = time.monotonic()
    times = {"before": (begun, broken), "during": (broken, mended), "after": (mended, over)}
    told = {
        crowd: {when: readers.between(*span).told() for when, span in times.items()}
        for crowd, readers in zip(NAMES, crowds, strict=True)
    }
    write_down(f"redis-{name}", **told)
    for readers in crowds:
        before, during = readers.between(*times["before"]), readers.between(broken, over)
        assert not readers.between(begun, over).failed
        assert not readers.between(begun, over).stale
        assert during.quantile(0.99) <= max(WORSE * before.quantile(0.99), HANGS)
        assert during.quantile(1.0) <= max(WORSE * before.quantile(1.0), HANGS)
    return crowds


@pytest.mark.parametrize("name", FAULTS)
async def test_every_read_is_answered_while_redis_is(name, deployment):
    await outage(deployment, name, 3)


async def test_an_operator_reads_one_line_when_it_fails_and_one_when_it_is_back(deployment):
    """Whatever was asked of it meanwhile; the processes have gone through all of the above."""
    tell(deployment.said())
    for api in deployment.apis:
        lines = [line.split("] ", 1)[1] for line in api.said.splitlines() if not line.startswith("·")]
        kinds = [line.partition(":")[0].partition(",")[0] for line in lines]
        outages = list(zip(kinds[::2], kinds[1::2], strict=True))
        assert outages[:2] == [AWAY, AWAY]
        assert outages[-1] == FULL
        assert set(outages[2:-1]) <= {AWAY}  # of being emptied, what was noticed
        assert len(outages) <= MOST_LINES
