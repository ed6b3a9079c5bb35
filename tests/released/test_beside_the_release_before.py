"""Migrations expand: while pods are replaced, those of the release before and ours serve one database, and agree."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from db.migrations import migrate
from db.pool import open_pool
from schemas.keys import Role
from service.release import VERSION
from service.transfer import export_log, restore_log
from tests.cast import key_for
from tests.released.release import Release, Types, types_of, unpacked
from tests.serving import Api, serving
from tests.web.writing import Writer, claim, created, relation

READ = (
    "/v1/claims?limit=100", "/v1/claims?q=patents&limit=50", "/v1/claims?q=10%20bilion%20donloads",
    "/v1/claims?measure=china-share-of-world-ai-patents&sort=-value", "/v1/claims?topic=patents&sort=-stated_on",
    "/v1/claims?as_of=100&limit=20", "/v1/claims/cn-ai-firms-6200", "/v1/claims/cn-ai-firms-6200/versions/1",
    "/v1/claims/cn-ai-firms-6200/versions", "/v1/claims/cn-ai-firms-6200/timemap", "/v1/measures", "/v1/topics",
    "/v1/measures/china-share-of-world-ai-patents", "/v1/sources?limit=50",
)  # fmt: skip
"""What the release before has answers to: each kind of question it asks PostgreSQL."""


@dataclass(frozen=True)
class Upgraded:
    """A curated database of the release before, migrated while that served it; its API and ours, each writing."""

    release: Release
    old: Api
    new: Api
    url: str
    types: Types
    answers: list[tuple[int, bytes]]
    during: list[int]
    editors: dict[str, Writer]
    verifiers: dict[str, Writer]


@pytest.fixture(scope="module")
async def upgraded(cluster, tmp_path_factory) -> AsyncIterator[Upgraded]:
    release = unpacked(tmp_path_factory.mktemp("release"))
    url = cluster.url(await cluster.new_database("unmigrated"))
    settings = {"database_url": url, "redis_url": f"{cluster.servers.redis_url}?db=10"}
    await release.run("migrate", **settings)
    await release.run("import", "db/curated/claims.jsonl", **settings)
    secrets = {
        role: (await release.run("keys", "issue", "--role", role, "--name", f"Old {role}", **settings)).strip()
        for role in ("editor", "verifier")
    }
    types = await prepared(url, release.statements())
    plenty = dict.fromkeys(("reads_per_minute", "key_reads_per_minute", "writes_per_minute"), 1000000)
    async with release.serving(**settings, memory_cache_mb=0, **plenty) as old:
        answers = await all_read(old)
        during = await read_while_migrating(old, url)
        async with serving(url, f"{cluster.servers.redis_url}?db=11", public_url=old.url) as new:
            pool = new.runtime.pool
            yield Upgraded(
                release, old, new, url, types, answers, during,
                {"old": Writer(old, "Old editor", secrets["editor"]),
                 "new": Writer(new, "New editor", await key_for(pool, "New editor", Role.EDITOR))},
                {"old": Writer(old, "Old verifier", secrets["verifier"]),
                 "new": Writer(new, "New verifier", await key_for(pool, "New verifier", Role.VERIFIER))},
            )  # fmt: skip


async def prepared(url: str, asked: dict[str, str]) -> Types:
    """The types of statements as the database has them now."""
    connection = await asyncpg.connect(url)
    try:
        return await types_of(connection, asked)
    finally:
        await connection.close()


async def all_read(api: Api) -> list[tuple[int, bytes]]:
    """What is answered to each of `READ`."""
    return [((answer := await api.get(path)).status_code, answer.content) for path in READ]


async def read_while_migrating(old: Api, url: str) -> list[int]:
    """The status of each answer that readers get from the release before while we migrate."""
    over, statuses = asyncio.Event(), []

    async def read() -> None:
        while not over.is_set():
            statuses.extend(status for status, _ in await all_read(old))

    reader = asyncio.create_task(read())
    pool = await open_pool(url, 1)
    try:
        await migrate(pool)
    finally:
        over.set()
        await pool.close()
        await reader
    return statuses


async def seen_alike(upgraded: Upgraded, id: str, version: int) -> None:
    """Both answer with the same record of a version, within the two seconds the one needs to hear of the other's."""
    async with asyncio.timeout(2):
        while True:
            one, other = [(await api.get(f"/v1/claims/{id}")).json() for api in (upgraded.old, upgraded.new)]
            if one.get("version") == other.get("version") == version:
                break
            await asyncio.sleep(0.01)
    old, new = [(await api.get(f"/v1/claims/{id}/versions/{version}")).json() for api in (upgraded.old, upgraded.new)]
    assert old == {name: new[name] for name in old}
    assert old["digest"] == new["digest"]


def test_it_is_the_release_before(upgraded):
    assert upgraded.release.version == VERSION


def test_no_read_fails_while_we_migrate(upgraded):
    assert len(upgraded.during) >= len(READ)
    assert set(upgraded.during) == {200}


async def test_every_statement_of_it_means_to_postgres_what_it_meant(upgraded):
    assert len(upgraded.types) > 40
    assert await prepared(upgraded.url, upgraded.release.statements()) == upgraded.types


async def test_it_answers_what_it_answered(upgraded):
    assert [status for status, _ in upgraded.answers] == [200] * len(READ)
    assert await all_read(upgraded.old) == upgraded.answers


@pytest.mark.parametrize(("one", "other"), [("old", "new"), ("new", "old")])
async def test_what_one_writes_the_other_reads_and_goes_on_with(upgraded, one, other):
    id = f"cranes-of-the-{one}"
    editor, verifier = upgraded.editors[one], upgraded.verifiers[other]
    body, once = claim(id=id, relations=[relation("supersedes", "cn-ai-firms-6200")]), f'"{id}"'
    first = await editor.create(body, Idempotency_Key=once)
    created(first)
    await seen_alike(upgraded, id, 1)
    again = await Writer(upgraded.editors[other].api, editor.name, editor.secret).create(body, Idempotency_Key=once)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (await verifier.verify(id)).status_code == 201
    await seen_alike(upgraded, id, 2)
    revised = await editor.revise(id, {"quantity": {"value": "4200"}, "statement": "Harbours run 4,200 cranes."})
    assert revised.status_code == 200, revised.text
    await seen_alike(upgraded, id, 3)
    assert (await upgraded.editors[other].retract(id)).status_code == 201
    await seen_alike(upgraded, id, 4)
    many = await editor.create_all([claim(id=f"{id}-{n}") for n in range(3)])
    assert many.status_code in (200, 201), many.text
    await seen_alike(upgraded, f"{id}-2", 1)


async def test_a_key_revoked_by_it_is_none_for_us(upgraded):
    settings = {"database_url": upgraded.url, "redis_url": "redis://127.0.0.1:1"}
    secret = (await upgraded.release.run("keys", "issue", "--role", "editor", "--name", "Gone", **settings)).strip()
    gone = Writer(upgraded.new, "Gone", secret)
    created(await gone.create(claim(id="by-the-gone")))
    (line,) = [line for line in (await upgraded.release.run("keys", **settings)).splitlines() if "Gone" in line]
    await upgraded.release.run("keys", "revoke", line.split()[0], **settings)
    assert (await gone.create(claim(id="by-the-gone-again"))).status_code == 401


async def test_a_log_both_wrote_is_whole_and_restored_to_the_byte(upgraded, pool):
    exported = b"".join([line async for line in export_log(upgraded.new.runtime.pool)])
    assert exported.count(b"\n") >= 175 + 2 * 7
    await restore_log(pool, io.BytesIO(exported))
    assert b"".join([line async for line in export_log(pool)]) == exported


@pytest.mark.parametrize(
    "change",
    [
        "alter table api_key rename column revoked_at to ended_at",
        "alter table idempotency drop column fingerprint",
        "alter table claim_version rename column geography to place",
        "alter table api_key alter column issued_by type varchar(100)",
        "drop function if exists last_day cascade",
    ],
)
async def test_a_migration_that_takes_something_away_is_seen(upgraded, change):
    connection = await asyncpg.connect(upgraded.url)
    try:
        await connection.execute("begin; set local lock_timeout = '20s'")
        await connection.execute(change)
        try:
            found = await types_of(connection, upgraded.release.statements())
        except asyncpg.PostgresError:
            found = {}
        assert found != upgraded.types
    finally:
        await connection.execute("rollback")
        await connection.close()


async def test_a_column_it_knows_nothing_of_and_must_fill_is_seen_by_its_writes(upgraded):
    connection = await asyncpg.connect(upgraded.url)
    editor = upgraded.editors["old"]
    try:
        await connection.execute("alter table claim_version add column desk text not null default 'x'")
        await connection.execute("alter table claim_version alter column desk drop default")
        assert (await editor.create(claim(id="without-a-desk"))).status_code >= 422
    finally:
        await connection.execute("alter table claim_version drop column desk")
        await connection.close()
    created(await editor.create(claim(id="without-a-desk")))
