"""What is not kept cannot be answered without Postgres: a clear 503 that ends by itself, and no request hangs."""

import asyncio

import pytest

from db.pool import ANSWER_WITHIN, answer_by, reading
from schemas.failures import StoreUnavailable

PATH = "/v1/claims/cn-ai-patents-60pct"


@pytest.mark.parametrize("mode", ["refused", "silent"])
async def test_every_request_ends_with_a_problem_that_says_when_to_try_again(mode, breakable):
    assert (await breakable.get("/v1/measures")).status_code == 200
    breakable.postgres.turn(mode)
    answers = await asyncio.gather(*(breakable.get(path) for path in (PATH, "/v1/claims", "/v1/topics", PATH)))
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/store-unavailable"
        assert int(answer.headers["retry-after"]) > 0
    breakable.postgres.turn("ok")
    assert (await breakable.recovered(PATH)).json()["id"] == "cn-ai-patents-60pct"


@pytest.mark.parametrize("mode", ["refused", "silent"])
async def test_alive_and_ready_are_different_questions(mode, breakable):
    breakable.postgres.turn(mode)
    assert (await breakable.get("/livez")).status_code == 200
    readiness = await breakable.get("/readyz")
    assert readiness.status_code == 503
    assert readiness.json()["postgres"] == "down"
    breakable.postgres.turn("ok")
    assert (await breakable.recovered("/readyz")).json()["status"] == "ready"


async def test_a_connection_that_was_cut_is_replaced(breakable):
    await breakable.get(PATH)
    breakable.postgres.hang_up()
    assert (await breakable.recovered(PATH)).status_code == 200


async def test_many_who_wait_for_changes_wait_for_one_deadline_together(breakable):
    """Not for one after the other, though one reads for all."""
    await breakable.get("/v1/changes?after=175")
    breakable.postgres.turn("silent")
    answers = await asyncio.gather(*(breakable.get("/v1/changes?after=170&wait=1") for _ in range(40)))
    assert {answer.status_code for answer in answers} == {503}
    breakable.postgres.turn("ok")
    assert (await breakable.recovered("/v1/changes?after=170&wait=1")).json()["next_after"] == 175


async def test_a_pool_in_use_refuses_in_time_and_recovers(breakable):
    """Every connection held: whoever comes next is told so, and does not wait for ever."""
    pool = breakable.api.runtime.pool
    held = [await pool.acquire() for _ in range(pool.get_max_size())]
    answer = await breakable.get(PATH)
    assert answer.status_code == 503
    for connection in held:
        await pool.release(connection)
    assert (await breakable.get(PATH)).status_code == 200


async def test_what_needs_no_database_is_served(breakable):
    breakable.postgres.turn("refused")
    for path in ("/openapi.json", "/docs", "/problems/store-unavailable"):
        assert (await breakable.get(path)).status_code == 200


async def test_who_has_little_time_left_is_told_in_that_time_and_in_our_words(breakable):
    """Not after a ROLLBACK that is waited for as long as for any answer, and not in the driver's words."""
    pool, loop = breakable.api.runtime.pool, asyncio.get_running_loop()

    async def hurried() -> None:
        async with reading(pool) as connection:
            breakable.postgres.turn("silent")
            await connection.fetchval("select 1")

    began = loop.time()
    answer_by.set(began + 1)
    with pytest.raises(StoreUnavailable, match="could not be had in time"):
        await hurried()
    assert loop.time() - began < ANSWER_WITHIN
    breakable.postgres.turn("ok")
    answer_by.set(None)
    assert (await breakable.recovered(PATH)).status_code == 200


async def test_who_gives_up_with_little_time_left_has_given_up(breakable):
    pool = breakable.api.runtime.pool

    async def hurried() -> None:
        answer_by.set(asyncio.get_running_loop().time() + 3)
        async with reading(pool) as connection:
            asking.set()
            await connection.fetchval("select pg_sleep(2)")

    asking = asyncio.Event()
    task = asyncio.create_task(hurried())
    await asking.wait()
    breakable.postgres.turn("silent")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(ANSWER_WITHIN):
            await task
    breakable.postgres.turn("ok")
    assert (await breakable.recovered(PATH)).status_code == 200
