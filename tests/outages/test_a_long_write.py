"""While a write holds the head of the log, only those who must wait for it do, and nobody else is kept from reading."""

import asyncio
from collections import Counter

from db.log import append_versions
from db.pool import writing
from service.admission import NO_ROOM
from tests.given import draft


async def instant_of(pool):
    async with pool.acquire() as connection:
        now = await connection.fetchval("select clock_timestamp()")
    return now.isoformat().replace("+00:00", "Z")


async def test_a_reader_of_this_moment_waits_for_the_write_under_way(breakable):
    pool = breakable.api.runtime.pool
    async with writing(pool) as connection:
        await append_versions(connection, [draft()])
        asking = asyncio.create_task(breakable.get(f"/v1/claims?limit=1&as_of={await instant_of(pool)}"))
        done, _ = await asyncio.wait([asking], timeout=0.3)
        assert not done
    answer = await asking
    assert answer.status_code == 200
    assert answer.json()["position"] == 176


async def test_many_readers_of_this_moment_do_not_starve_the_others(breakable):
    """Each is told to come again: because of the write, or on a slow machine because there was no room in time."""
    pool = breakable.api.runtime.pool
    async with writing(pool) as connection:
        await append_versions(connection, [draft()])
        path = f"/v1/claims?limit=1&as_of={await instant_of(pool)}"
        waiting = [asyncio.create_task(breakable.get(path)) for _ in range(40)]
        await asyncio.sleep(0.2)
        for other in ("/v1/claims?limit=2", "/v1/claims/cn-ai-firms-6200", "/readyz", "/v1/claims?as_of=100"):
            assert (await breakable.get(other)).status_code == 200, other
        answers = await asyncio.gather(*waiting)
    assert {answer.status_code for answer in answers} == {503}
    why = Counter(answer.json()["detail"] for answer in answers)
    assert any("A write is under way" in detail for detail in why), why
    assert all("A write is under way" in detail or detail == NO_ROOM for detail in why), why
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert (await breakable.get(path)).json()["position"] == 176
