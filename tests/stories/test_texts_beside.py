"""Articles are checked one after the other, and what memory has is answered all the while."""

import asyncio
import time
from pathlib import Path
from statistics import median, quantiles

import httpx

from tests.matching.labels import ARTICLE
from tests.stories.deployment import ApiProcess
from tests.telling import tell

CHECKERS, HITS = 4, 500
TEXT = ARTICLE.read_text()


async def hits(client: httpx.AsyncClient) -> list[float]:
    """How long each read of one claim takes, in seconds."""
    took = []
    for _ in range(HITS):
        began = time.perf_counter()
        response = await client.get("/v1/claims/cn-ai-firms-6200")
        took.append(time.perf_counter() - began)
        assert response.status_code == 200
        await asyncio.sleep(0.002)
    return took


async def test_what_memory_has_is_answered_while_texts_are_checked(cluster, tmp_path: Path):
    api = ApiProcess(tmp_path, cluster.url(await cluster.new_database("curated")), f"{cluster.servers.redis_url}?db=6")
    await api.start()
    checks: list[float] = []

    async def check() -> None:
        while True:
            began = time.perf_counter()
            response = await client.post("/v1/matches", json={"text": TEXT})
            assert response.status_code == 200
            assert len(response.json()["items"]) >= 12
            checks.append(time.perf_counter() - began)

    try:
        async with httpx.AsyncClient(base_url=api.url, timeout=30) as client:
            alone = await hits(client)
            async with asyncio.TaskGroup() as together:
                checkers = [together.create_task(check()) for _ in range(CHECKERS)]
                beside = await hits(client)
                for checker in checkers:
                    checker.cancel()
    finally:
        api.kill()
    for name, took in (("alone", alone), (f"beside {len(checks)} checks of an article", beside)):
        tell(f"hits {name}: p50 {median(took) * 1000:.1f} ms, p99 {quantiles(took, n=100)[98] * 1000:.1f} ms")
    assert len(checks) > CHECKERS
    assert quantiles(beside, n=100)[98] < median(checks) / 2  # the checks wait for each other, and no hit for them
