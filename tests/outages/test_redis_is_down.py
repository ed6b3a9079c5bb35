"""Losing Redis makes answers slower, never wrong, and never an error."""

import asyncio

import pytest
from redis.asyncio import Redis

from service.release import VERSION
from service.telemetry import tolerated

MOST_TRIES = 5
"""Commands that may find out that Redis still hangs while fifty are answered: one a second, and what is slow here."""
PATH = "/v1/claims/cn-ai-patents-60pct"


@pytest.mark.parametrize("mode", ["refused", "silent"])
async def test_reads_go_on_from_postgres(mode, forgetful):
    before = await forgetful.get(PATH)
    forgetful.redis.turn(mode)
    for _ in range(6):
        during = await forgetful.get(PATH)
        assert during.status_code == 200
        assert during.content == before.content
        assert during.headers["cache-status"] == "citable-memory; fwd=miss"
    listed = await asyncio.gather(*(forgetful.get(f"/v1/claims?limit={limit}") for limit in range(1, 30)))
    assert {answer.status_code for answer in listed} == {200}


@pytest.mark.parametrize("mode", ["refused", "silent"])
async def test_it_is_left_alone_while_it_fails(mode, forgetful):
    """A circuit, not a timeout for each request."""
    forgetful.redis.turn(mode)
    before = sum(tolerated.values())
    for _ in range(60):
        assert (await forgetful.get(PATH)).status_code == 200
    assert sum(tolerated.values()) - before < 30


async def test_one_command_at_a_time_tries_whether_it_is_back(forgetful):
    """The others go on at once: a Redis that hangs costs a reader now and then a tenth of a second, and never all."""
    forgetful.redis.turn("silent")
    for _ in range(5):
        await forgetful.get(PATH)
    await asyncio.sleep(1.2)  # as long as it is left alone
    before = sum(tolerated.values())
    answers = await asyncio.gather(*(forgetful.get(f"/v1/claims?limit={limit}") for limit in range(40, 90)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(tolerated.values()) - before <= MOST_TRIES


async def test_readiness_reports_it_and_does_not_require_it(forgetful):
    assert (await forgetful.get("/readyz")).json() == {"status": "ready", "postgres": "up", "redis": "up"}
    forgetful.redis.turn("refused")
    answer = await forgetful.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "postgres": "up", "redis": "down"}


async def test_it_is_used_again_when_it_is_back(forgetful):
    forgetful.redis.turn("refused")
    for _ in range(5):
        await forgetful.get(PATH)
    forgetful.redis.turn("ok")
    async with asyncio.timeout(25):
        while "hit" not in (await forgetful.get(PATH)).headers["cache-status"]:
            await asyncio.sleep(0.05)


async def test_a_full_redis_is_survived(forgetful, cluster):
    """Out of memory, it refuses to keep anything; reading goes on, and what it has it is still asked for."""
    await forgetful.get(PATH)
    async with Redis.from_url(cluster.servers.redis_url) as client:
        kept = await client.config_get("maxmemory", "maxmemory-policy")
        try:
            await client.config_set("maxmemory-policy", "noeviction")
            await client.config_set("maxmemory", "1")
            answers = await asyncio.gather(*(forgetful.get(f"/v1/claims?limit={limit}") for limit in range(37, 57)))
            assert {answer.status_code for answer in answers} == {200}
            answer = await forgetful.get(PATH)
            assert answer.headers["cache-status"] == "citable-redis; hit"
        finally:
            await client.config_set("maxmemory", kept["maxmemory"])
            await client.config_set("maxmemory-policy", kept["maxmemory-policy"])


async def test_garbage_in_the_cache_is_loaded_anew(forgetful, cluster):
    good = await forgetful.get(PATH)
    async with Redis.from_url(cluster.servers.redis_url, db=2) as client:
        for garbage in (b"9999999999999999\xc1 not an answer", b"no position", b""):
            async for key in client.scan_iter(f"citable:{VERSION}:*"):
                await client.set(key, garbage)
            again = await forgetful.get(PATH)
            assert again.status_code == 200
            assert again.content == good.content
            assert "hit" in (await forgetful.get(PATH)).headers["cache-status"]
        await client.flushdb()
