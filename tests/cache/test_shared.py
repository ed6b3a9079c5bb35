"""What all processes share is never older than what it replaces, and never another history's."""

import asyncio

import pytest

from db.migrations import migrate
from service.cache.connection import SharedConnection
from service.cache.keys import answer_key
from service.cache.representation import Kept, Representation
from service.cache.shared import Point, SharedCache
from tests.given import draft, published
from tests.serving import serving


@pytest.fixture
async def shared(cluster):
    connection = SharedConnection(f"{cluster.servers.redis_url}?db=3", lambda: 0.0)
    yield SharedCache(connection)
    await connection.redis.flushdb()
    await connection.close()


def said(text: str) -> Kept:
    found = Representation(text.encode(), "text/plain", '"x"', (("link", "<a>"),))
    return Kept(found, "public, max-age=30", pinned=False, of="a")


def at(position: int, digest: str = "d" * 16) -> Point:
    return Point(position, digest)


async def test_an_answer_comes_back_as_it_was_with_the_point_it_was_read_at(shared):
    for point in (at(12), at(0, ""), at(9_007_199_254_740_991, "0123456789abcdef")):
        assert await shared.put(f"claim-{point.position}", said("what it says"), point)
        assert await shared.get(f"claim-{point.position}") == (said("what it says"), point)
    assert await shared.get("another") is None


async def test_a_fill_that_was_read_earlier_is_refused(shared):
    assert await shared.put("claim", said("newer"), at(12))
    assert not await shared.put("claim", said("older"), at(9))
    assert await shared.get("claim") == (said("newer"), at(12))
    assert await shared.put("claim", said("newest"), at(100))
    assert await shared.get("claim") == (said("newest"), at(100))


async def test_one_loads_and_the_others_are_told(shared):
    asked = await asyncio.gather(*(shared.may_load("claim") for _ in range(20)))
    assert sum(asked) == 1
    await shared.put("claim", said("loaded"), at(1))
    assert await shared.may_load("claim")
    assert not await shared.may_load("claim")
    await shared.may_load_again("claim")
    assert await shared.may_load("claim")


@pytest.mark.parametrize("garbage", [b"9999999999999999\xc1 not an answer", b"no position", b"", b"\xff" * 40])
async def test_what_is_none_of_ours_is_removed(shared, garbage):
    await shared._redis.set("claim", garbage)
    assert await shared.get("claim") is None
    assert not await shared._redis.exists("claim")


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


def test_no_two_requests_have_one_key():
    keys = {
        answer_key(log, origin, (path, query, accept, language))
        for log in ("one", "other")
        for origin in ("https://a.example", "https://b.example")
        for path in (b"/v1/claims", b"/v1/topics")
        for query in (b"", b"a", b"b")
        for accept in (b"", b"a")
        for language in (b"", b"de")
    }
    assert len(keys) == 96
