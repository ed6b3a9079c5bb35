"""`pg_dump` and `pg_restore` bring back the log to the byte, with everything that guards it."""

import asyncio
import io
import os

import asyncpg
import pytest

from db.embedded import _programs
from db.pool import Pool
from service.transfer import export_log, import_claims, restore_log
from tests.cli.claims import claim, file_of
from tests.serving import serving

GUARDS = """
select c.relname, t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid) from pg_trigger t
join pg_class c on c.oid = t.tgrelid where not t.tgisinternal order by 1, 2
"""
CONSTRAINTS = "select conrelid::regclass::text, conname, contype::text, convalidated from pg_constraint order by 1, 2"
READ = ("/v1/claims?limit=100", "/v1/claims?q=patents&limit=50", "/v1/claims/a/versions/1", "/v1/corrections",
        "/v1/claims?measure=china-share-of-world-ai-patents&sort=-value", "/v1/changes?after=0", "/feeds/claims.atom",
        "/v1/claims/cn-ai-firms-6200", "/v1/claims?as_of=100&limit=20", "/v1/measures", "/v1/topics")  # fmt: skip


async def ran(*command: str) -> None:
    """A program of PostgreSQL's that must succeed."""
    process = await asyncio.create_subprocess_exec(
        _programs() / command[0], *command[1:], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def rows(pool: Pool, statement: str) -> list[tuple]:
    """What a statement answers."""
    return [tuple(row) for row in await pool.fetch(statement)]


async def exported(pool: Pool) -> bytes:
    """The whole log."""
    return b"".join([line async for line in export_log(pool)])


@pytest.fixture
async def kept_and_back(cluster, curated_pool, tmp_path):
    """A database in which something happened, and what its dump was restored into."""
    await import_claims(curated_pool, file_of(claim("a"), claim("b")), "desk")
    await import_claims(curated_pool, file_of(claim("a", quantity__value="0.10")), "another desk")
    kept = await curated_pool.fetchval("select current_database()")
    back, dump = await cluster.new_database("unmigrated"), str(tmp_path / "citable.dump")
    await ran("pg_dump", "--format=custom", f"--file={dump}", cluster.url(kept))
    await ran(
        "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={cluster.url(back)}", dump
    )
    async with cluster.pool_on(back, 3) as pool:
        yield curated_pool, pool
    await cluster.drop(back)


async def test_the_log_comes_back_to_the_byte_with_all_that_guards_it(kept_and_back):
    kept, back = kept_and_back
    assert await exported(back) == await exported(kept)
    guards = await rows(kept, GUARDS)
    assert await rows(back, GUARDS) == guards
    assert sum(enabled == "A" for *_, enabled, _ in guards) > 5
    assert await rows(back, CONSTRAINTS) == await rows(kept, CONSTRAINTS)
    for attempt in ("update claim_version set id = 'x' where position = 1", "delete from claim_version"):
        with pytest.raises(asyncpg.PostgresError):
            await back.execute(attempt)


async def test_the_service_serves_the_same_bytes_from_it_and_goes_on(cluster, kept_and_back):
    kept, back = kept_and_back
    answers = []
    for pool in (kept, back):
        name = await pool.fetchval("select current_database()")
        async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=7", memory_cache_mb=0) as api:
            answers.append([((one := await api.get(path)).status_code, one.content) for path in READ])
            assert (await api.get("/readyz")).status_code == 200
    assert answers[0] == answers[1]
    assert {status for status, _ in answers[0]} == {200}
    await import_claims(back, file_of(claim("c")), "desk")
    assert (
        await back.fetchval("select position from log_head") == await kept.fetchval("select position from log_head") + 1
    )


async def test_an_export_of_what_came_back_is_restored_to_the_same_log(kept_and_back, pool):
    kept, back = kept_and_back
    await restore_log(pool, io.BytesIO(await exported(back)))
    assert await exported(pool) == await exported(kept)
