"""Far more is asked than can be answered: what can be is, in time, and the rest is told at once to come again."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx
import pytest
import uvloop

from tests.outages.load import Told, at_a_rate, at_once, percentile
from tests.serving import serving
from tests.stories.deployment import ApiProcess
from tests.telling import tell

TIMES = 5
"""How many times the sustainable load is asked."""


@pytest.fixture
async def api(cluster, tmp_path) -> AsyncIterator[ApiProcess]:
    """One process on the curated set."""
    url = cluster.url(await cluster.new_database("curated"))
    process = ApiProcess(tmp_path, url, f"{cluster.servers.redis_url}?db=4")
    await process.start()
    yield process
    process.kill()


class Cold:
    """Searches that nobody asked before, so that each is work for PostgreSQL."""

    def __init__(self, where: str = "/v1/claims?limit=20&q=models") -> None:
        self._where = where
        self._salt = random.Random(5).randrange(10**9)
        self._asked = 0

    def __call__(self, _: int) -> str:
        self._asked += 1
        return f"{self._where}%20w{self._salt + self._asked:x}"


async def apart(load: Coroutine[Any, Any, Told]) -> Told:
    """A load on an event loop of its own, the fastest there is: what asks takes as little of the machine as it can."""
    return await asyncio.to_thread(uvloop.run, load)


async def sustainable(api: ApiProcess, path_of: Cold, seconds: float) -> float:
    """How many a second are answered to as many askers as have room at once: the peak."""
    told = await apart(at_once(api.port, path_of, 16, seconds))
    assert set(told.statuses) == {200}, told.failures
    return len(told.served) / seconds


def figures(told: Told) -> str:
    """What came of a load, for whoever looks on."""
    served = " ".join(f"p{share:g} {percentile(told.served, share / 100) * 1000:.0f}" for share in (50, 99, 100))
    refused = " ".join(f"p{share:g} {percentile(told.refused, share / 100) * 1000:.0f}" for share in (50, 99))
    return f"{dict(told.statuses)}, served within {served} ms, refused within {refused} ms"


async def overloaded(api: ApiProcess, cold: Cold, seconds: float, measured: float) -> tuple[float, Told]:
    """The share of the peak that is answered in time under too much load; what came of it."""
    await sustainable(api, cold, 1)
    before = await sustainable(api, cold, measured)
    asking = asyncio.create_task(apart(at_a_rate(api.port, cold, TIMES * before, seconds)))
    health = await watched(api, asking)
    told = await asking
    again = await apart(at_a_rate(api.port, cold, before / 4, 2))
    after = await sustainable(api, cold, measured)
    peak = min(before, after)  # what else the machine does takes its part of both
    goodput = len(told.served) / seconds / peak
    tell(f"{TIMES} x {before:.0f} a second for {seconds:g} s: {figures(told)}; goodput {goodput:.2f} of {peak:.0f}/s")
    tell(f"from the moment it ended, a quarter of the load for 2 s: {figures(again)}; health {dict(health.statuses)}")
    assert set(told.statuses) == {200, 503}, told.failures
    assert set(health.statuses) == {200}
    assert set(again.statuses) == {200}, "recovery takes no longer than it takes to ask"
    return goodput, told


async def watched(api: ApiProcess, asking: asyncio.Task[Told]) -> Told:
    """What a health check is answered meanwhile."""
    health = Told()
    async with httpx.AsyncClient(base_url=api.url, timeout=25) as client:
        while not asking.done():
            for path in ("/livez", "/readyz"):
                health.note((await client.get(path)).status_code, 0.0)
            await asyncio.sleep(0.2)
    return health


async def test_five_times_what_can_be_answered(api):
    goodput, _ = await overloaded(api, Cold(), seconds=4, measured=2)
    assert (
        goodput > 0.25
    )  # beside whatever else this machine does: `make soak` measures it on one that does nothing else


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("where", ["/v1/claims?limit=20&q=models", "/?q=models"])
async def test_five_times_what_can_be_answered_for_half_a_minute(api, where):
    """A search is a millisecond of work, and refusing four of them a third of one; a page is several."""
    goodput, _ = await overloaded(api, Cold(where), seconds=30, measured=5)
    assert goodput >= 0.8


async def test_who_is_refused_is_told_when_to_come_again_and_people_see_a_page(cluster):
    """One room, which is taken: nobody may wait, and each is told so in their own way."""
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=4") as api:
        readers = api.runtime.readers
        readers._patience = 60  # this machine may be busy
        rooms = [readers.room() for _ in range(readers._most)]
        await asyncio.gather(*(room.enter() for room in rooms))
        waiting = [asyncio.create_task(readers.come_in()) for _ in range(len(rooms))]
        await asyncio.sleep(0)
        readers._waited_for_since -= 61  # they have been waiting for long
        for path, accept, media_type in (
            ("/v1/claims", "*/*", "application/problem+json"),
            ("/v1/claims/cn-ai-firms-6200", "text/html", "application/problem+json"),
            ("/claims/cn-ai-firms-6200", "text/html", "text/html; charset=utf-8"),
            ("/openapi.json", "*/*", "application/problem+json"),
        ):
            answer = await api.get(path, accept=accept)
            assert (answer.status_code, answer.headers["content-type"]) == (503, media_type), path
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["x-request-id"] in answer.text
            assert "no room" in answer.text
        head = await api.client.head("/v1/claims")
        assert (head.status_code, head.content) == (503, b"")
        for path in ("/livez", "/readyz"):
            assert (await api.get(path)).status_code == 200
        for room in rooms:
            room.leave()
        await asyncio.gather(*waiting)
        for _ in waiting:
            readers.go_out()
        assert (await api.get("/v1/claims")).status_code == 200
