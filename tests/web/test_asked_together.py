"""What many ask in the same moment is loaded with few statements, and each gets what they would have got alone."""

import asyncio
from collections import Counter
from contextlib import contextmanager

import msgspec
import pytest

from db import questions
from db.pool import answer_by, reading
from schemas.failures import StoreUnavailable
from service.admission import Admission
from tests.stories.line import Line

LOADS = ("claims.sql:claims_in_history", "claims.sql:versions_in_history")


@pytest.fixture
def statements(monkeypatch):
    """How often each statement was asked since the test began."""
    counted = Counter()

    @contextmanager
    def count(name: str):
        counted[name] += 1
        yield

    monkeypatch.setattr(questions, "around", [count])
    return counted


async def asked_at_once(api, requests) -> list:
    lines = [Line(api.port) for _ in requests]
    await asyncio.gather(*(line.open() for line in lines))
    asked = zip(lines, requests, strict=True)
    answers = await asyncio.gather(*(line.get(path, **fields) for line, (path, fields) in asked))
    for line in lines:
        line.close()
    return answers


async def test_a_crowd_is_few_statements_and_nobody_is_told_anothers(bare, statements):
    ids = [row["id"] for row in await bare.runtime.pool.fetch("select distinct id from claim_version order by id")]
    paths = [f"/v1/claims/{id}" for id in ids[:120]]
    statements.clear()
    answers = await asked_at_once(bare, [(path, {}) for path in paths])
    assert [msgspec.json.decode(answer.content)["id"] for answer in answers] == ids[:120]
    assert statements[LOADS[0]] <= len(paths) / 4


async def test_each_gets_what_they_would_alone(bare, statements):
    tag = (await bare.get("/v1/claims/cn-ai-firms-6200")).headers["etag"]
    requests = [
        ("/v1/claims/cn-ai-patents-60pct", {}),
        ("/v1/claims/cn-ai-patents-60pct", {"accept_language": "de"}),
        ("/v1/claims/cn-ai-patents-60pct?as_of=3", {}),
        ("/v1/claims/cn-ai-patents-60pct?as_of=175", {}),
        ("/v1/claims/cn-ai-firms-6200", {"if_none_match": tag}),
        ("/v1/claims/cn-ai-firms-6200", {"if_none_match": '"p1-0"'}),
        ("/v1/claims/cn-ai-firms-6200", {"method": "HEAD"}),
        ("/v1/claims/nobodys", {}),
        ("/v1/claims/NOBODYS", {}),
        ("/v1/claims/cn-ai-patents-60pct/versions/1", {}),
        ("/v1/claims/cn-ai-firms-6200/versions/1", {}),
        ("/v1/claims/cn-ai-firms-6200/versions/2", {}),
        ("/v1/claims/nobodys/versions/1", {}),
        ("/v1/claims?limit=1", {}),
    ]
    own = ("date", "x-request-id", "cache-status")

    def told(answer):
        body = b"" if answer.status >= 400 else answer.raw
        return answer.status, {n: v for n, v in answer.headers.items() if n not in own}, body

    alone = [told((await asked_at_once(bare, [request]))[0]) for request in requests]
    assert {status for status, _, _ in alone} == {200, 304, 400, 404}
    for _ in range(5):
        assert [told(answer) for answer in await asked_at_once(bare, requests)] == alone


async def test_who_has_little_time_presses_nobody_else(bare, statements):
    at = bare.runtime.coherence.head
    gone = asyncio.get_running_loop().time() - 1

    async def load(connection, keys, position):
        statements["keys"] += 1
        assert position == at.position
        return keys

    async def hurried():
        answer_by.set(gone)
        return await bare.runtime.loading.load_one(load, "hurried", at.position, at, None)

    async def patient(key):
        return await bare.runtime.loading.load_one(load, key, at.position, at, None)

    found = await asyncio.gather(patient("a"), hurried(), patient("b"), return_exceptions=True)
    assert found[::2] == ["a", "b"]
    assert isinstance(found[1], StoreUnavailable)
    assert statements["keys"] == 1


async def test_what_fails_fails_for_each_of_them_and_the_next_are_answered(bare):
    path = "/v1/claims/cn-ai-firms-6200"
    async with reading(bare.runtime.pool) as connection:
        await connection.execute("alter table claim_body rename to claim_body_away")
        try:
            answers = await asked_at_once(bare, [(f"{path}?as_of={position}", {}) for position in (170, 170, 171)])
        finally:
            await connection.execute("alter table claim_body_away rename to claim_body")
    problems = [msgspec.json.decode(answer.content) for answer in answers]
    assert [problem["status"] for problem in problems] == [500] * 3
    assert len({problem["request_id"] for problem in problems}) == 3
    assert (await bare.get(path)).status_code == 200


async def test_one_room_is_kept_for_all_who_are_loaded_together_and_nobody_queues_for_it_twice(bare):
    at, asked, may_end = bare.runtime.coherence.head, asyncio.Queue(), asyncio.Event()
    door = Admission(3, 5.0, asyncio.get_running_loop().time, lambda _: None)

    async def load(connection, keys, position):
        asked.put_nowait(keys)
        await may_end.wait()
        return keys

    async def one(key):
        room = door.room()
        await room.enter()
        try:
            return await bare.runtime.loading.load_one(load, key, at.position, at, room)
        finally:
            room.leave()

    tasks = [asyncio.create_task(one(key)) for key in range(3)]
    assert await asked.get() == [0, 1, 2]
    assert door.inside == 1
    others = [asyncio.create_task(one(key)) for key in (3, 4)]  # there is room for them meanwhile
    assert await asked.get() == [3, 4]
    assert door.inside == 2
    may_end.set()
    assert await asyncio.gather(*tasks, *others) == [0, 1, 2, 3, 4]
    assert (door.inside, door.coming, len(door.waiting)) == (0, 0, 0)
