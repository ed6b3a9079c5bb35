"""Who may come in, who waits, and who is told to come again."""

import asyncio

import pytest

from schemas.failures import Overloaded
from service.admission import MOST_WAITING, Admission


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admission(clock: Clock, most: int = 2, patience: float = 5.0) -> tuple[Admission, list[float]]:
    waited: list[float] = []
    return Admission(most, patience, clock, waited.append), waited


async def some_wait(door: Admission, count: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(door.come_in()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_as_many_as_there_is_room_for_come_in_at_once(clock):
    door, waited = admission(clock)
    await door.come_in()
    await door.come_in()
    assert (door.inside, waited) == (2, [0.0, 0.0])


async def test_the_rest_have_their_turn_in_the_order_they_came(clock):
    door, waited = admission(clock, most=1)
    await door.come_in()
    first, second, third = await some_wait(door, 3)
    for turn, others in ((first, (second, third)), (second, (third,))):
        clock.now += 1
        door.go_out()
        await turn
        assert not any(task.done() for task in others)
    door.go_out()
    await third
    assert (door.inside, waited) == (1, [0.0, 1.0, 2.0, 2.0])


async def test_who_waits_too_long_is_told_to_come_again(clock):
    door, _ = admission(clock, most=1, patience=0.01)
    await door.come_in()
    with pytest.raises(Overloaded):
        await door.come_in()
    assert (door.inside, len(door.waiting)) == (1, 0)


async def test_who_gives_up_waiting_gives_their_turn_to_the_next(clock):
    door, _ = admission(clock, most=1)
    await door.come_in()
    first, second = await some_wait(door, 2)
    first.cancel()
    door.go_out()
    await second
    with pytest.raises(asyncio.CancelledError):
        await first
    assert door.inside == 1


async def test_a_turn_that_came_too_late_is_passed_on(clock):
    """Given room and cancelled in the same moment: the room is not lost."""
    door, _ = admission(clock, most=1)
    await door.come_in()
    first, second = await some_wait(door, 2)
    door.go_out()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await second
    door.go_out()
    assert door.inside == 0


async def test_a_burst_waits_and_lasting_overload_does_not(clock):
    door, _ = admission(clock, most=2, patience=5.0)
    await door.come_in()
    await door.come_in()
    burst = await some_wait(door, 10)
    assert not door.refuses()
    clock.now += 6
    assert door.refuses()
    with pytest.raises(Overloaded):
        await door.come_in()
    for _ in range(9):  # one waits, and there is room for another to wait
        door.go_out()
    assert not door.refuses()
    late = await some_wait(door, 1)
    assert door.refuses()
    for _ in range(4):
        door.go_out()
    await asyncio.gather(*burst, *late)
    assert (door.inside, door.refuses()) == (0, False)


async def test_it_is_over_when_nobody_was_refused_for_a_while(clock):
    """The queue was empty for a moment: that alone does not make a burst of what comes then."""
    door, _ = admission(clock, most=1, patience=5.0)
    await door.come_in()
    burst = await some_wait(door, 2)
    clock.now += 6
    assert door.refuses()
    for _ in range(2):
        door.go_out()
    await asyncio.gather(*burst)
    clock.now += 1
    again = await some_wait(door, 1)
    assert door.refuses()
    door.go_out()
    await asyncio.gather(*again)
    clock.now += 11
    calm = await some_wait(door, 5)
    assert not door.refuses()
    for _ in range(5):
        door.go_out()
    await asyncio.gather(*calm)


async def test_memory_is_bounded(clock):
    door, _ = admission(clock, most=1)
    await door.come_in()
    waiting = await some_wait(door, MOST_WAITING)
    assert door.refuses()
    with pytest.raises(Overloaded):
        await door.come_in()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert len(door.waiting) == 0


async def test_room_is_taken_once_and_given_up_once(clock):
    door, _ = admission(clock)
    room = door.room()
    room.leave()
    for _ in range(3):
        await room.enter()
    assert door.inside == 1
    for _ in range(3):
        room.leave()
    assert door.inside == 0


async def test_who_was_let_in_and_comes_later_counts_among_those_who_wait(clock):
    """Else more would be let in, while they look elsewhere first, than may wait; and be refused after all."""
    door, _ = admission(clock, most=2, patience=5.0)
    await door.come_in()
    await door.come_in()
    burst = await some_wait(door, 3)
    clock.now += 6
    assert door.refuses()
    assert door.is_scarce
    door.go_out()
    door.go_out()
    await asyncio.sleep(0)
    assert not door.refuses()
    coming = door.room()
    assert door.refuses()
    coming.leave()
    assert not door.refuses()
    clock.now += 11
    assert not door.is_scarce
    for _ in range(3):
        door.go_out()
    await asyncio.gather(*burst)
