"""A thousand who ask at once for what nobody has: it is loaded once a process, and all are answered."""

import itertools

import pytest

from tests.stories.line import Line
from tests.stories.stampede import REQUESTS, Asked, stampede
from tests.stories.traffic import Traffic
from tests.telling import tell

PROCESSES = (0, 1, 2)
QUESTIONS = {
    "an item": ("/v1/claims/unread-{number}", "claims_in_history"),
    "a list": ("/v1/claims?limit={number}", "claims_newest_now"),
    "a search": ("/v1/claims?q=walnut&limit={number}", "claims_most_relevant"),
}

_numbers = itertools.count(20)


async def cold(crowd: Traffic, what: str) -> tuple[str, Asked]:
    """An address of a kind that nobody has asked for, and the count of the question it takes."""
    path, question = QUESTIONS[what]
    number = next(_numbers)
    if what == "an item":
        async with Line(crowd.deployment.apis[-1].port) as line:
            await crowd.create(len(crowd.deployment.apis) - 1, f"unread-{number}", line)
    return path.format(number=number), Asked(crowd.deployment, "claims.sql", question)


@pytest.mark.parametrize("what", QUESTIONS)
async def test_at_one_process_it_is_loaded_once(what, crowd):
    path, asked = await cold(crowd, what)
    assert await stampede(crowd.deployment, path, [0]) == {200: REQUESTS}
    tell(f"a stampede at one process for {what}: {asked.times()} loads, {asked.statements()} statements in all")
    assert asked.times() == 1


async def test_at_three_processes_it_is_loaded_once_by_each_at_most(crowd):
    path, asked = await cold(crowd, "a list")
    assert await stampede(crowd.deployment, path, PROCESSES) == {200: REQUESTS}
    tell(f"a stampede at three processes: {asked.times()} loads, {asked.statements()} statements in all")
    assert 1 <= asked.times() <= len(PROCESSES)


@pytest.mark.parametrize("what", ["an item", "a search"])
async def test_without_redis_it_is_loaded_once_by_each(what, crowd):
    valkey = crowd.deployment.valkey
    assert valkey is not None
    await valkey.kill()
    try:
        path, asked = await cold(crowd, what)
        assert await stampede(crowd.deployment, path, PROCESSES) == {200: REQUESTS}
        assert asked.times() == len(PROCESSES)
    finally:
        await valkey.start()
