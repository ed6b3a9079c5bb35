"""While one write holds the head of the log, others wait their turn or say so, and nobody who reads waits for them."""

import asyncio
import time

from db.log import hold_head
from db.pool import ANSWER_WITHIN, writing
from schemas.keys import Role
from tests.cast import key_for
from tests.outages.test_kept_answers_go_on import WAITS_FOR_A_LOCK
from tests.web.asking import assert_problem
from tests.web.writing import claim


async def test_readers_do_not_wait_for_writers(breakable):
    api = breakable.api
    key = await key_for(api.runtime.pool, "Desk", Role.EDITOR)
    headers = {"Authorization": f"Bearer {key}"}
    async with writing(api.runtime.pool) as connection:
        await hold_head(connection)
        writes = [asyncio.create_task(api.client.post("/v1/claims", json=claim(), headers=headers)) for _ in range(30)]
        for limit in range(1, 20):
            assert (await api.get(f"/v1/claims?limit={limit}")).status_code == 200
        assert not any(write.done() and write.result().status_code == 201 for write in writes)
    for answer in await asyncio.gather(*writes):
        assert answer.status_code in (201, 503)
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "2"
    assert (await api.client.post("/v1/claims", json=claim(), headers=headers)).status_code == 201


async def test_a_write_under_way_when_postgres_hangs_waits_for_one_deadline(breakable, cluster):
    """And not for another one until it is taken back: who holds no answer holds no place for a writer either."""
    api = breakable.api
    headers = {"Authorization": f"Bearer {await key_for(api.runtime.pool, 'Desk', Role.EDITOR)}"}
    async with cluster.pool_on(breakable.database) as around, writing(around) as connection:
        await hold_head(connection)
        begun = time.monotonic()
        write = asyncio.create_task(api.client.post("/v1/claims", json=claim(), headers=headers, timeout=60))
        async with asyncio.timeout(25):
            while not await connection.fetchval(WAITS_FOR_A_LOCK):
                await asyncio.sleep(0.02)
        breakable.postgres.turn("silent")
        answer = await write
    assert time.monotonic() - begun < 2 * ANSWER_WITHIN
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/store-unavailable")
    breakable.postgres.turn("ok")
    await breakable.recovered("/readyz")
    assert (await breakable.recovered("/v1/claims?limit=1")).json()["position"] == 175


async def test_a_write_without_postgres_says_when_to_try_again(breakable):
    api = breakable.api
    key = await key_for(api.runtime.pool, "Desk", Role.EDITOR)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": '"again"'}
    body = claim()
    breakable.postgres.turn("refused")
    async with asyncio.timeout(30):
        answer = await api.client.post("/v1/claims", json=body, headers=headers)
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/store-unavailable"
    assert answer.json()["detail"] == "Postgres does not answer."  # and not which host, or what it said
    assert answer.headers["retry-after"] == "2"
    breakable.postgres.turn("ok")
    await breakable.recovered("/v1/topics")
    assert (await api.client.post("/v1/claims", json=body, headers=headers)).status_code == 201
    assert_problem(await api.client.post("/v1/claims", json=body, headers={"Authorization": f"Bearer {key}"}), 409)
