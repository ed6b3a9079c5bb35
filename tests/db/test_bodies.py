"""What each version is served as is kept beside it, and is that version; where it is not kept, it is written then."""

import shutil

import msgspec
import pytest

from db import migrations
from db.claims import claims_in_history, claims_page, served, versions_of
from db.digest import digest_of
from db.log import _append, _placed, _take, keep_bodies, whole_log
from db.migrations import BODIES, HERE, migrate
from db.pool import reading, unhurried, writing
from schemas.failures import RuleBroken
from schemas.requests import ClaimFilter, Sort
from tests.given import draft, published

KEEP = "insert into claim_body (position, body) values ($1, $2)"


async def append_without_bodies(pool, *drafts):
    """Appends first versions as a release did that kept none."""
    async with writing(pool) as connection:
        head = await _take.only(connection, len(drafts))
        first = head.position - len(drafts) + 1
        versions = [_placed(each, 1, first + place, head.recorded_at) for place, each in enumerate(drafts)]
        await _append.run(connection, versions)
        return versions


async def bodies_in(pool) -> dict[int, bytes]:
    return {row["position"]: row["body"] for row in await pool.fetch("select position, body from claim_body")}


@pytest.mark.parametrize(
    "change",
    [
        {"statement": "Of something else."},
        {"position": 2},
        {"digest": "0" * 64},
        {"recorded_at": "2026-01-01T00:00:00Z"},
        {"recorded_at": None},
        {"more": 1},
        {"topics": []},
    ],
)
async def test_nothing_else_than_the_version_is_kept(change, pool):
    (version,) = await append_without_bodies(pool, draft())
    said = {**msgspec.to_builtins(version), **change}
    with pytest.raises(RuleBroken) as refused:
        async with writing(pool) as connection:
            await connection.execute(KEEP, 1, msgspec.json.encode(said))
    assert refused.value.rule == "body_is_the_version"
    assert await bodies_in(pool) == {}


async def test_nothing_is_kept_where_no_version_is(pool):
    (version,) = await published(pool, draft())
    with pytest.raises(RuleBroken) as refused:
        async with writing(pool) as connection:
            await connection.execute(KEEP, 2, msgspec.json.encode(version))
    assert refused.value.rule == "body_is_the_version"


async def test_what_is_not_kept_is_served_all_the_same(pool):
    kept = await published(pool, draft(id="kept"))
    unkept = await append_without_bodies(pool, draft(id="unkept"), draft(id="neither"))
    as_served = [msgspec.json.encode(version) for version in reversed(kept + unkept)]
    async with reading(pool) as connection:
        for is_head in (True, False):
            page, _ = await claims_page(connection, ClaimFilter(), Sort.NEWEST, 3, 10, is_head=is_head)
            assert [bytes(body) for body in page] == as_served
        in_history = await claims_in_history(connection, ["neither", "nobody", "unkept", "kept"], 3)
        assert [found and bytes(found[1]) for found in in_history] == [as_served[0], None, *as_served[1:]]
        versions = await versions_of(connection, "neither", 3, None, 10)
        assert [bytes(body) for body in await served(connection, versions)] == [as_served[0]]


async def test_a_log_of_an_earlier_release_is_completed_when_it_is_migrated(cluster, tmp_path, monkeypatch):
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    for file in HERE.glob("*.sql"):
        if file.name < BODIES:
            shutil.copy(file, earlier)
    async with cluster.pool("unmigrated") as pool:
        monkeypatch.setattr(migrations, "HERE", earlier)
        await migrate(pool)
        versions = await append_without_bodies(pool, *(draft(id=f"c-{number}") for number in range(450)))
        monkeypatch.undo()
        await migrate(pool)
        assert await bodies_in(pool) == {version.position: msgspec.json.encode(version) for version in versions}
        assert await migrate(pool) == 0


async def test_keeping_them_twice_is_refused_and_changes_nothing(curated_pool):
    before = await bodies_in(curated_pool)
    assert len(before) == 175
    with pytest.raises(RuleBroken):
        async with unhurried(curated_pool) as connection:
            await keep_bodies(connection)
    assert await bodies_in(curated_pool) == before
    async with unhurried(curated_pool, readonly=True) as connection:
        log = [version async for version in whole_log(connection)]
    assert all(version.digest == digest_of(version) for version in log)
    assert before == {version.position: msgspec.json.encode(version) for version in log}
