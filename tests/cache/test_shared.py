"""The cache never answers with something older than it knows of."""

import asyncio

import pytest

from db.migrations import migrate
from service.cache.connection import SharedConnection
from service.cache.keys import answer_key
from service.cache.representation import Representation
from service.cache.shared import Point, SharedCache
from service.cache.tiers import Tiers
from tests.given import draft, published
from tests.serving import serving


@pytest.fixture
async def shared(cluster):
    now = [0.0]
    connection = SharedConnection(f"{cluster.servers.redis_url}?db=3", lambda: now[0])
    yield SharedCache(connection)
    await connection.redis.flushdb()
    await connection.close()


async def freely() -> None:
    """Anyone may load."""


def said(text: str) -> Representation:
    return Representation(text.encode(), "text/plain", '"x"')


def at(position: int, digest: str = "d" * 64) -> Point:
    return Point(position, digest)


async def test_a_fill_that_was_read_earlier_is_refused(shared):
    assert await shared.put("claim", at(12), b"newer", 60)
    assert not await shared.put("claim", at(9), b"older", 60)
    assert await shared.get("claim", at(12)) == b"newer"
    assert await shared.put("claim", at(100), b"newest", 60)
    assert await shared.get("claim", at(100)) == b"newest"


async def test_an_answer_counts_only_at_the_point_it_was_read_at(shared):
    await shared.put("claim", at(12), b"read at twelve", 60)
    assert await shared.get("claim", at(11)) is None
    assert await shared.get("claim", at(12)) == b"read at twelve"
    assert await shared.get("claim", at(13)) is None


async def test_another_history_of_the_same_log_is_not_taken_for_ours(shared):
    """A database taken back to an earlier point writes other versions at the same positions."""
    await shared.put("claim", at(12, "a" * 64), b"what was lost", 60)
    assert await shared.get("claim", at(12, "b" * 64)) is None
    assert await shared.put("claim", at(12, "b" * 64), b"what came instead", 60)
    assert await shared.get("claim", at(12, "b" * 64)) == b"what came instead"
    assert await shared.put("empty", at(0, ""), b"nothing yet", 60)
    assert await shared.get("empty", at(0, "")) == b"nothing yet"


async def test_many_misses_load_once(shared):
    tiers, loads = Tiers(shared), []

    async def load():
        loads.append(1)
        await asyncio.sleep(0.05)
        return said("loaded")

    found = await asyncio.gather(
        *(tiers.get_or_load("key", at(5), load, pinned=False, admit=freely) for _ in range(50))
    )
    assert {answer.body for answer, _ in found} == {b"loaded"}
    assert len(loads) == 1


async def test_a_load_that_fails_fails_for_all_who_wait_and_for_nobody_after(shared):
    tiers, attempts = Tiers(shared), []

    async def load():
        attempts.append(1)
        await asyncio.sleep(0.02)
        if len(attempts) == 1:
            raise LookupError("the first time")
        return said("the second time")

    failed = await asyncio.gather(
        *(tiers.get_or_load("k", at(5), load, pinned=False, admit=freely) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(failure, LookupError) for failure in failed)
    answer, _ = await tiers.get_or_load("k", at(5), load, pinned=False, admit=freely)
    assert answer.body == b"the second time"


async def test_one_who_gives_up_waiting_does_not_spoil_it_for_the_others(shared):
    tiers = Tiers(shared)

    async def load():
        await asyncio.sleep(0.1)
        return said("loaded")

    first = asyncio.create_task(tiers.get_or_load("k", at(5), load, pinned=False, admit=freely))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(tiers.get_or_load("k", at(5), load, pinned=False, admit=freely))
    await asyncio.sleep(0.02)
    first.cancel()
    assert (await second)[0].body == b"loaded"


async def test_a_correction_is_read_at_once_by_every_process(cluster):
    """Two processes' worth of caches on one Redis: what one wrote, the other never answers stale."""
    name = await cluster.new_database("curated")
    url, redis_url = cluster.url(name), f"{cluster.servers.redis_url}?db=4"
    path = "/v1/claims/cn-ai-firms-6200"
    async with serving(url, redis_url) as one, serving(url, redis_url) as other:
        for _ in range(2):
            await one.get(path)
            before = await other.get(path)
        assert "hit" in before.headers["cache-status"]
        await published(one.runtime.pool, draft(id="cn-ai-firms-6200", change__kind="correction"))
        after = await other.get(path)
        assert after.json()["version"] == 2
        assert after.headers["etag"] != before.headers["etag"]
        assert (await one.get("/v1/claims")).json()["position"] == 176
        assert (await one.get(f"{path}?as_of=175")).json()["version"] == 1
    await cluster.drop(name)


async def test_databases_that_share_a_redis_do_not_share_answers(cluster):
    """A log that was imported anew starts at position 1 again, beside what is kept of the old one."""
    redis_url, path = f"{cluster.servers.redis_url}?db=5", "/v1/claims/harbour-cranes-4100"
    answers = []
    for number in ("4100", "5200"):
        name = await cluster.new_database("unmigrated")
        async with cluster.pool_on(name) as pool:
            await migrate(pool)
            await published(pool, draft(quantity__value=number))
        async with serving(cluster.url(name), redis_url) as api:
            answers += [(await api.get(path)).json()["quantity"]["value"] for _ in range(2)]
        await cluster.drop(name)
    assert answers == ["4100", "4100", "5200", "5200"]


def test_no_two_answers_have_one_key():
    keys = {
        answer_key(log, path, what, position)
        for log in ("one", "other")
        for path in ("/v1/claims", "/v1/topics")
        for what in ("", "a", "b")
        for position in (None, 1, 2)
    }
    assert len(keys) == 36
