"""The rate limiter's arithmetic, against a model of it, on a real Valkey."""

import asyncio
import random

import pytest
from redis.asyncio import Redis

from service.cache.connection import SharedConnection
from service.cache.limits import Counters


@pytest.fixture
async def counters(cluster):
    url = f"{cluster.servers.redis_url}?db=6"
    connection = SharedConnection(url, lambda: 0.0)
    await connection.redis.flushdb()
    yield Counters(connection)
    await connection.close()


async def test_a_quiet_caller_has_the_whole_limit_at_once_and_no_more(counters):
    answers = [await counters.spend("l", "a", 10, 60) for _ in range(12)]
    assert [answer.allowed for answer in answers] == [True] * 10 + [False] * 2
    assert [answer.remaining for answer in answers] == [*range(9, -1, -1), 0, 0]
    assert 0 < answers[-1].wait <= 6


async def test_callers_and_limits_do_not_share(counters):
    assert (await counters.spend("l", "a", 1, 60)).allowed
    assert not (await counters.spend("l", "a", 1, 60)).allowed
    assert (await counters.spend("l", "b", 1, 60)).allowed
    assert (await counters.spend("m", "a", 1, 60)).allowed


async def test_many_at_once_get_exactly_the_limit(counters):
    for caller in "abcde":  # on a machine that is busy Redis may not keep up: then nothing is counted
        answers = await asyncio.gather(*(counters.spend("l", caller, 40, 60) for _ in range(200)))
        if None not in answers:
            break
        await asyncio.sleep(2)
    assert sum(answer.allowed for answer in answers) == 40


async def test_who_waits_as_told_is_let_through(counters):
    for _ in range(5):
        await counters.spend("l", "a", 5, 1)
    for _ in range(3):
        refused = await counters.spend("l", "a", 5, 1)
        assert not refused.allowed
        await asyncio.sleep(refused.wait)
        assert (await counters.spend("l", "a", 5, 1)).allowed


async def test_a_count_goes_when_it_says_nothing_more(counters, cluster):
    await counters.spend("l", "a", 100, 60)
    async with Redis.from_url(f"{cluster.servers.redis_url}?db=6") as redis:
        assert 0 < await redis.pttl("citable:limit:l:a") <= 602


@pytest.mark.parametrize("seed", range(4))
async def test_it_is_the_generic_cell_rate_algorithm(seed, counters):
    """No stretch of time lets through more than its share and one burst, and refusals are never for nothing."""
    chance = random.Random(seed)
    quota = chance.randint(2, 9)
    taken = 0
    async with asyncio.timeout(30):
        for _ in range(60):
            answer = await counters.spend("l", "a", quota, 1)
            if answer is None:
                continue  # the machine is so busy that Redis did not answer in time: nobody is stopped then
            taken += answer.allowed
            assert 0 <= answer.remaining < quota
            if not answer.allowed:
                assert answer.wait <= 1 / quota + 0.001
                await asyncio.sleep(answer.wait if chance.random() < 0.2 else 0)
    assert taken >= quota


async def test_when_nobody_can_count_nobody_is_stopped(cluster):
    connection = SharedConnection("redis://127.0.0.1:1/0", lambda: 0.0)
    assert await Counters(connection).spend("l", "a", 1, 60) is None
    await connection.close()
