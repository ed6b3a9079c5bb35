"""Whatever becomes of Redis, every read is answered, and none waits for it for long: real processes, real faults."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress

import httpx
import pytest
from redis.exceptions import OutOfMemoryError

from tests.outages.deployed import curated_deployment
from tests.outages.figures import write_down
from tests.outages.readers import Readers
from tests.stories.contest import FIRST
from tests.stories.deployment import ApiProcess, Deployment, editors
from tests.stories.servers import Valkey
from tests.telling import tell

QUOTA = 8
PROCESSES = ({}, {"memory_cache_mb": 0}, {"reads_per_minute": QUOTA, "writes_per_minute": QUOTA})
NAMES = ("with memory", "without memory")
"""The two that many read from; the third is asked for more than it lets one caller have."""
RATE = 40
HANGS = 2.0
"""Seconds. It is a bound on hanging: twenty times what one command may take that Redis does not answer."""
WORSE = 20
"""How many times as long as before the fault the hundredth read may take; or else what is a bound on hanging."""

AWAY = ("Redis is away", "Redis is back")
FULL = ("Redis keeps nothing new", "Redis keeps answers again")
_SENT_AGAIN = ("authorization", "idempotency-key", "content-type")
MOST_OUTAGES = 3 * len(("killed", "hung", "emptied", "full"))
"""Outages that an operator may read of in all: one a fault, the long ones too, and what a busy machine adds."""

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


async def outage(deployment: Deployment, name: str, seconds: float, length: str = "") -> None:
    """What readers met before a fault, during it and after it."""
    assert deployment.valkey is not None
    crowds = [Readers(api.port, RATE, 4, f"{name} {number}") for number, api in enumerate(deployment.apis[:2])]
    async with AsyncExitStack() as reading:
        for readers in crowds:
            await readers.warm()
            await reading.enter_async_context(readers.reading())
        begun = time.monotonic()
        await asyncio.sleep(max(0.7, seconds / 3))
        broken = time.monotonic()
        async with FAULTS[name](deployment.valkey):
            await asyncio.sleep(seconds)
            mended = time.monotonic()
        await asyncio.sleep(max(0.7, seconds / 3))
    over = time.monotonic()
    times = {"before": (begun, broken), "during": (broken, mended), "after": (mended, over)}
    told = {
        crowd: {when: readers.between(*span).told() for when, span in times.items()}
        for crowd, readers in zip(NAMES, crowds, strict=True)
    }
    write_down(f"redis-{name}{length}", **told)
    for readers in crowds:
        before, during = readers.between(*times["before"]), readers.between(broken, over)
        assert not readers.between(begun, over).failed
        assert not readers.between(begun, over).stale
        assert during.quantile(0.99) <= max(WORSE * before.quantile(0.99), HANGS)
        assert during.quantile(1.0) <= max(WORSE * before.quantile(1.0), HANGS)


@pytest.mark.parametrize("name", FAULTS)
async def test_every_read_is_answered_while_redis_is(name, deployment):
    await outage(deployment, name, 2)


@pytest.mark.parametrize("name", ["killed", "hung", "full"])
async def test_without_redis_nobody_is_counted_and_what_is_done_once_is_done_once(name, deployment):
    assert deployment.valkey is not None
    api = deployment.apis[2]
    secret = (await editors(deployment.database_url, [f"Desk {name}"]))[f"Desk {name}"]
    numbers = itertools.count(100 * list(FAULTS).index(name))

    async def read() -> int:
        path = f"/v1/claims?limit=1&as_of={next(numbers) % 170 + 1}&sort=id&topic={name}"
        return (await client.get(path)).status_code

    async def write() -> httpx.Response:
        id = f"redis-{name}-{next(numbers)}"
        headers = {"authorization": f"Bearer {secret}", "idempotency-key": f'"{id}"'}
        return await client.post("/v1/claims", json={**FIRST, "id": id}, headers=headers)

    async def limited(ask: Callable[[], Awaitable[int]]) -> None:
        async with asyncio.timeout(60):
            while await ask() != 429:
                await asyncio.sleep(0.02)

    async with httpx.AsyncClient(base_url=api.url, timeout=HANGS * 10) as client:
        await limited(read)
        async with FAULTS[name](deployment.valkey):
            # a Redis that is full may still know who has used all of it, and have room for one more
            let_through = {200, 201, 429} if name == "full" else {200, 201}
            assert {await read() for _ in range(2 * QUOTA)} <= let_through
            first = await write()
            assert first.status_code == 201, first.text
            headers = {key: value for key, value in first.request.headers.items() if key in _SENT_AGAIN}
            again = await client.post("/v1/claims", content=first.request.content, headers=headers)
            assert (again.status_code, again.content) == (201, first.content)
            assert again.headers["idempotent-replayed"] == "true"
            history = await client.get(
                f"{first.headers['location']}/versions", headers={"authorization": f"Bearer {secret}"}
            )
            assert len(history.json()["items"]) == 1
            more = [await write() for _ in range(2 * QUOTA)]
            assert {answer.status_code for answer in more} <= let_through
            assert name == "full" or not any("ratelimit" in answer.headers for answer in more)
        await limited(read)

        async def status_of_write() -> int:
            return (await write()).status_code

        await limited(status_of_write)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FAULTS)
async def test_every_read_is_answered_while_redis_is_for_long(name, deployment):
    await outage(deployment, name, 20, "-long")


async def test_an_operator_reads_one_line_when_it_fails_and_one_when_it_is_back(deployment):
    """Whatever was asked of it meanwhile; the processes have gone through all of the above."""
    for api in deployment.apis[:2]:
        async with deployment.client(deployment.apis.index(api)) as client, asyncio.timeout(60):
            for number in itertools.count():
                await client.get(f"/v1/claims?limit=2&as_of={number % 170 + 1}&topic=lines")
                kinds = _outages_said(api)
                if len(kinds) % 2 == 0:
                    break
                await asyncio.sleep(0.1)
        tell(api.said)
        assert set(kinds) == {*AWAY, *FULL}
        for begins, ends in (AWAY, FULL):  # one of them may begin before the other is over
            of_these = [kind for kind in kinds if kind in (begins, ends)]
            assert of_these == [begins, ends] * (len(of_these) // 2)
        assert len(kinds) <= 2 * MOST_OUTAGES


def _outages_said(api: ApiProcess) -> list[str]:
    """The beginnings of what a process told its operator."""
    lines = [line.split("] ", 1)[1] for line in api.said.splitlines() if not line.startswith("·")]
    return [line.partition(":")[0].partition(",")[0] for line in lines]
