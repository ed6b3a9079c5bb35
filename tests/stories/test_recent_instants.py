"""The answer to "as of t" never changes, not even while a write stamped before t is still under way."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from db.log import append_versions, is_settled, log_head, position_as_of, settle
from db.pool import reading, writing
from schemas.failures import StoreUnavailable
from tests.given import draft, published


async def database_now(pool):
    async with pool.acquire() as connection:
        return await connection.fetchval("select clock_timestamp()")


async def as_of(pool, instant):
    async with reading(pool) as connection:
        if not await is_settled(connection, instant):
            await settle(connection)
        return await position_as_of(connection, instant)


async def test_a_recent_instant_waits_for_the_write_under_way(pool):
    await published(pool, draft())
    async with writing(pool) as connection:
        await append_versions(connection, [draft(id="second")])
        instant = await database_now(pool)
        asking = asyncio.create_task(as_of(pool, instant))
        done, _ = await asyncio.wait([asking], timeout=0.3)
        assert not done, "it answered without the version that was already stamped"
    assert await asking == 2
    assert await as_of(pool, instant) == 2


async def test_a_recent_instant_does_not_wait_for_a_write_given_up(pool):
    await published(pool, draft())
    asking = []

    async def write_and_give_up():
        async with writing(pool) as connection:
            await append_versions(connection, [draft(id="second")])
            asking.append(asyncio.create_task(as_of(pool, await database_now(pool))))
            await asyncio.sleep(0.1)
            raise KeyError("given up")

    with pytest.raises(KeyError):
        await write_and_give_up()
    assert await asking[0] == 1


async def test_an_older_instant_waits_for_nobody(pool):
    (first,) = await published(pool, draft())
    await published(pool, draft(id="second"))
    async with writing(pool) as connection:
        await append_versions(connection, [draft(id="third")])
        assert await asyncio.wait_for(as_of(pool, first.recorded_at), 1) == 1
        assert await asyncio.wait_for(as_of(pool, first.recorded_at - timedelta(microseconds=1)), 1) == 0
        assert await asyncio.wait_for(as_of(pool, datetime(2001, 1, 1, tzinfo=UTC)), 1) == 0


async def test_an_instant_in_the_future_has_no_position(pool):
    assert await as_of(pool, await database_now(pool) + timedelta(seconds=30)) is None


async def test_a_write_that_held_its_positions_too_long_is_refused(pool):
    """Instants older than a minute are read without waiting, so no write may be that old when it commits."""

    async def write_for_a_minute():
        async with writing(pool) as connection:
            await append_versions(connection, [draft()])
            await connection.execute("update log_head set taken_at = taken_at - interval '61 seconds'")

    with pytest.raises(StoreUnavailable) as refused:
        await write_for_a_minute()
    assert "nothing of it was stored" in refused.value.detail
    async with reading(pool) as connection:
        assert (await log_head(connection)).position == 0


async def test_two_writers_commit_in_the_order_of_their_positions(pool):
    order = []

    async def write(id, hold):
        async with writing(pool) as connection:
            (version,) = await append_versions(connection, [draft(id=id)])
            await asyncio.sleep(hold)
        order.append(version.position)

    first = asyncio.create_task(write("slow", 0.2))
    await asyncio.sleep(0.05)
    await asyncio.gather(first, write("quick", 0))
    assert order == [1, 2]
