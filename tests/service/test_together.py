"""Who asks in the same moment is answered together, each with what is theirs, and with what went wrong."""

import asyncio
import random

import pytest

from service.together import MOST, Together


class Asked:
    """Answers each key with itself doubled, or fails; and keeps what it was asked."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.failure: Exception | None = None
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, what: str, keys: list[int]) -> list[int]:
        self.batches.append((what, keys))
        await self.may_go_on.wait()
        if self.failure is not None:
            raise self.failure
        return [2 * key for key in keys]


@pytest.fixture
async def asked() -> Asked:
    return Asked()


async def test_all_who_ask_in_a_moment_are_one_question(asked):
    together = Together(asked)
    assert await asyncio.gather(*(together.one("a", key) for key in (3, 1, 3, 2))) == [6, 2, 6, 4]
    assert asked.batches == [("a", [3, 1, 3, 2])]
    assert await together.one("a", 4) == 8
    assert asked.batches[1:] == [("a", [4])]


async def test_who_asks_while_others_are_answered_asks_anew(asked):
    together = Together(asked)
    asked.may_go_on.clear()
    first = asyncio.create_task(together.one("a", 1))
    while not asked.batches:
        await asyncio.sleep(0)
    later = [asyncio.create_task(together.one("a", key)) for key in (2, 3)]
    asked.may_go_on.set()
    assert await asyncio.gather(first, *later) == [2, 4, 6]
    assert asked.batches == [("a", [1]), ("a", [2, 3])]


@pytest.mark.parametrize("seed", range(5))
async def test_whoever_asks_whatever_whenever_gets_what_is_theirs(asked, seed):
    chance, together = random.Random(seed), Together(asked)

    async def one(number: int) -> None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        assert await together.one(chance.choice("abc"), number) == 2 * number

    await asyncio.gather(*map(one, range(500)))
    assert sorted(key for _, keys in asked.batches for key in keys) == list(range(500))
    assert len(asked.batches) < 50


async def test_a_crowd_is_several_questions(asked):
    together = Together(asked)
    keys = list(range(2 * MOST + 1))
    assert await asyncio.gather(*(together.one("a", key) for key in keys)) == [2 * key for key in keys]
    assert [len(keys) for _, keys in asked.batches] == [MOST, MOST, 1]


async def test_what_fails_fails_for_those_who_asked_for_it_and_for_nobody_else(asked):
    together = Together(asked)
    asked.failure = LookupError("no")
    found = await asyncio.gather(*(together.one("a", key) for key in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [LookupError] * 3
    asked.failure = None
    assert await together.one("a", 1) == 2


async def test_who_gives_up_takes_nothing_from_the_others(asked):
    together = Together(asked)
    asked.may_go_on.clear()
    tasks = [asyncio.create_task(together.one("a", key)) for key in range(3)]
    while not asked.batches:
        await asyncio.sleep(0)
    tasks[0].cancel()
    asked.may_go_on.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [2, 4]


@pytest.mark.parametrize("steps", [0, 1, 5])
async def test_nobody_waits_for_what_was_cancelled(asked, steps):
    together = Together(asked)
    asked.may_go_on.clear()
    tasks = [asyncio.create_task(together.one("a", key)) for key in range(3)]
    await asyncio.sleep(0)
    for _ in range(steps):
        await asyncio.sleep(0)
    for asking in together._asking:
        asking.cancel()
    asked.may_go_on.set()
    async with asyncio.timeout(20):
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in found] == [asyncio.CancelledError] * 3
        assert await together.one("a", 1) == 2
