"""Without Postgres, answers that are kept go on, and say that they may be old; without Redis, they go on as ever."""

import asyncio
import time

import msgspec
import pytest

from db.log import hold_head
from db.pool import writing
from schemas.claims import ClaimVersion
from schemas.keys import Role
from tests.cast import key_for
from tests.outages.conftest import Breakable
from tests.stories.line import Line
from tests.web.asking import append_next
from tests.web.writing import claim

ID = "cn-ai-patents-60pct"
PATH = f"/v1/claims/{ID}"
KINDS = {
    "item": PATH,
    "list": "/v1/claims?limit=7",
    "filtered list": "/v1/claims?topic=patents",
    "search": "/v1/claims?q=patents",
    "version": f"{PATH}/versions/1",
    "versions": f"{PATH}/versions",
    "measure": "/v1/measures/china-share-of-world-ai-patents",
}
BOUND = 2.0
"""Seconds after which everyone sees what there is, once it can be seen."""
PROMPT = 5.0
"""Seconds that two hundred answers may take together while Postgres is down."""

WAITS_FOR_A_LOCK = """
select exists(
    select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()
)
"""

MODES = pytest.mark.parametrize("mode", ["refused", "silent"])


async def warm(breakable: Breakable) -> dict[str, object]:
    """An answer of each kind that this process keeps."""
    for path in KINDS.values():
        await breakable.get(path)
    kept = {path: await breakable.get(path) for path in KINDS.values()}
    for answer in kept.values():
        assert answer.status_code == 200
        assert "citable-memory; hit" in answer.headers["cache-status"]
        assert "age" not in answer.headers
    return kept


async def told_as_stale(breakable: Breakable, path: str = PATH):
    """The first answer that says Postgres is down; until then they are the same without saying it."""
    async with asyncio.timeout(25):
        while "store-unavailable" not in (answer := await breakable.get(path)).headers.get("cache-status", ""):
            assert answer.status_code == 200
            await asyncio.sleep(0.02)
    return answer


def assert_stale(answer) -> None:
    """The answer says where it comes from, that Postgres is down, and how old it is."""
    assert "citable-memory; hit" in answer.headers["cache-status"]
    assert "detail=store-unavailable" in answer.headers["cache-status"]
    assert int(answer.headers["age"]) >= 0


@MODES
async def test_every_kind_goes_on_with_the_same_bytes_and_says_that_it_may_be_old(mode, breakable):
    kept = await warm(breakable)
    breakable.postgres.turn(mode)
    await told_as_stale(breakable)
    for path, before in kept.items():
        during = await breakable.get(path)
        assert during.status_code == 200, path
        assert during.content == before.content
        for field in ("etag", "content-type", "repr-digest", "cache-control"):
            assert during.headers[field] == before.headers[field], field
        assert_stale(during)


@MODES
async def test_who_has_the_answer_is_told_304_and_that_it_may_be_old(mode, breakable):
    kept = await warm(breakable)
    breakable.postgres.turn(mode)
    await told_as_stale(breakable)
    for path, before in kept.items():
        during = await breakable.get(path, If_None_Match=before.headers["etag"])
        assert during.status_code == 304, path
        assert during.content == b""
        assert during.headers["etag"] == before.headers["etag"]
        assert_stale(during)
        head = await breakable.api.client.head(path)
        assert (head.status_code, head.headers["etag"]) == (200, before.headers["etag"])
        assert_stale(head)


@MODES
async def test_what_is_not_kept_is_a_problem_that_says_when_to_try_again(mode, breakable):
    await warm(breakable)
    breakable.postgres.turn(mode)
    await told_as_stale(breakable)
    for path in ("/v1/claims/cn-ai-firms-6200", "/v1/claims?limit=8", f"{PATH}/versions/2"):
        answer = await breakable.get(path)
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/store-unavailable"
        assert int(answer.headers["retry-after"]) > 0
        assert "age" not in answer.headers


@MODES
async def test_stale_answers_come_promptly(mode, breakable):
    kept = await warm(breakable)
    breakable.postgres.turn(mode)
    await told_as_stale(breakable)
    async with Line(breakable.api.port) as line:
        began = time.monotonic()
        answers = [await line.get(path) for _ in range(200 // len(kept) + 1) for path in kept]
        assert time.monotonic() - began <= PROMPT
    assert {answer.status for answer in answers} == {200}
    assert all(answer.is_stale for answer in answers)


@MODES
async def test_nobody_is_refused_while_it_turns_out_that_postgres_is_down(mode, breakable):
    """From the first moment of the outage, and through the one in which nobody knows yet."""
    kept = await warm(breakable)
    breakable.postgres.turn(mode)
    for _ in range(15):
        for path, answer in zip(kept, await asyncio.gather(*(breakable.get(path) for path in kept)), strict=True):
            assert answer.status_code == 200
            assert answer.content == kept[path].content
        await asyncio.sleep(0.1)
    assert (await told_as_stale(breakable)).status_code == 200


@MODES
async def test_what_changed_meanwhile_is_shown_once_postgres_is_back(mode, breakable, cluster):
    kept = await warm(breakable)
    breakable.postgres.turn(mode)
    await told_as_stale(breakable)
    newest = msgspec.json.decode(kept[PATH].content, type=ClaimVersion)
    async with cluster.pool_on(breakable.database) as around:
        (added,) = await append_next(
            around, [newest], lambda draft: msgspec.structs.replace(draft, scope="Counted anew.")
        )
    assert (await breakable.get(PATH)).content == kept[PATH].content
    breakable.postgres.turn("ok")
    back = time.monotonic()
    async with asyncio.timeout(25):
        while (fresh := await breakable.get(PATH)).status_code != 200 or "age" in fresh.headers:
            await asyncio.sleep(0.02)
    assert time.monotonic() - back <= BOUND
    assert fresh.json()["version"] == added.version
    for path in KINDS.values():
        answer = await breakable.get(path)
        assert answer.status_code == 200
        assert "age" not in answer.headers
        assert "store-unavailable" not in answer.headers["cache-status"]
        if path != KINDS["version"]:
            assert answer.content != kept[path].content


async def test_a_write_that_postgres_did_not_answer_takes_no_kept_answer_away(breakable, cluster):
    """Nobody was told anything that is newer than what is kept."""
    kept = await warm(breakable)
    headers = {"Authorization": f"Bearer {await key_for(breakable.api.runtime.pool, 'Desk', Role.EDITOR)}"}
    async with cluster.pool_on(breakable.database) as around, writing(around) as connection:
        await hold_head(connection)
        write = asyncio.create_task(breakable.api.client.post("/v1/claims", json=claim(), headers=headers))
        async with asyncio.timeout(25):
            while not await connection.fetchval(WAITS_FOR_A_LOCK):
                await asyncio.sleep(0.02)
        breakable.postgres.turn("refused")
        assert (await write).status_code == 503
    await told_as_stale(breakable)
    for path, before in kept.items():
        during = await breakable.get(path)
        assert during.content == before.content
        assert_stale(during)


@MODES
async def test_without_redis_kept_answers_come_from_memory_and_others_from_postgres(mode, breakable):
    kept = await warm(breakable)
    breakable.redis.turn(mode)
    for _ in range(3):
        for path, before in kept.items():
            during = await breakable.get(path)
            assert during.status_code == 200
            assert during.content == before.content
            assert "citable-memory; hit" in during.headers["cache-status"]
            assert "age" not in during.headers
            known = await breakable.get(path, If_None_Match=before.headers["etag"])
            assert known.status_code == 304
    for limit in range(8, 20):
        assert (await breakable.get(f"/v1/claims?limit={limit}")).status_code == 200
