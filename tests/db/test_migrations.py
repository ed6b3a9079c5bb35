"""Migrations: in order, once each, whoever else applies them; and whole or not at all."""

import asyncio
import re
import shutil
from pathlib import Path

import asyncpg
import pytest

from db import migrations
from db.migrations import HERE, is_migrated, migrate, require_migrated
from db.pool import open_pool, reading
from schemas.failures import CannotStart

NAMES = sorted(file.name for file in HERE.glob("*.sql"))


@pytest.fixture
async def bare(cluster):
    """A pool on a database in which nothing was ever made."""
    async with cluster.pool("template0") as opened:
        yield opened


async def tables_of(pool) -> set[str]:
    async with pool.acquire() as connection:
        rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def applied_by(pool) -> list[str]:
    async with pool.acquire() as connection:
        return [row["name"] for row in await connection.fetch("select name from schema_migration order by applied_at")]


async def test_they_are_applied_in_order_and_said(bare):
    said = []
    assert await migrate(bare, said.append) == len(NAMES)
    assert said == [f"applying {name}" for name in NAMES]
    assert await applied_by(bare) == NAMES


async def test_they_are_applied_once(bare):
    await migrate(bare)
    before = await applied_by(bare)
    said = []
    assert await migrate(bare, said.append) == 0
    assert said == []
    assert await applied_by(bare) == before


async def test_two_at_the_same_time_apply_them_once(bare, cluster):
    other = await open_pool(cluster.url(await bare.fetchval("select current_database()")), 1)
    try:
        counts = await asyncio.gather(migrate(bare), migrate(other), migrate(bare), migrate(other))
    finally:
        await other.close()
    assert sorted(counts) == [0, 0, 0, len(NAMES)]
    assert await applied_by(bare) == NAMES


async def test_one_waits_as_long_as_another_takes(bare, cluster):
    async with bare.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute("select pg_advisory_xact_lock(hashtext('citable migrations'))")
        waiting = asyncio.create_task(migrate(bare))
        await asyncio.sleep(3)  # longer than any other lock is waited for
        assert not waiting.done(), waiting
        await transaction.rollback()
        assert await waiting == len(NAMES)


async def test_one_that_was_edited_after_it_was_applied_is_refused_by_name(bare, tmp_path, monkeypatch):
    await migrate(bare)
    shutil.copytree(HERE, tmp_path / "edited")
    with (tmp_path / "edited" / NAMES[1]).open("a") as file:
        file.write("-- a remark\n")
    (tmp_path / "edited" / "9999_next.sql").write_text("create table never_made (id int);")
    monkeypatch.setattr(migrations, "HERE", tmp_path / "edited")
    with pytest.raises(CannotStart, match=NAMES[1]):
        await migrate(bare)
    assert "never_made" not in await tables_of(bare)


async def test_one_that_breaks_off_leaves_nothing_of_itself_nor_of_those_before_it(bare, tmp_path, monkeypatch):
    shutil.copytree(HERE, tmp_path / "broken")
    (tmp_path / "broken" / "9999_broken.sql").write_text("create table half (id int); insert into half select 1 / 0;")
    monkeypatch.setattr(migrations, "HERE", tmp_path / "broken")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(bare)
    assert await tables_of(bare) == set()
    monkeypatch.undo()
    assert await migrate(bare) == len(NAMES)


async def test_a_next_one_is_applied_alone_and_keeps_the_log(curated_pool, tmp_path, monkeypatch):
    before = await curated_pool.fetch("select digest from claim_version order by position")
    shutil.copytree(HERE, tmp_path / "next")
    (tmp_path / "next" / "9999_next.sql").write_text("create table next (id int);")
    monkeypatch.setattr(migrations, "HERE", tmp_path / "next")
    with pytest.raises(CannotStart, match="migrate"):
        await require_migrated(curated_pool)
    assert await migrate(curated_pool) == 1
    await require_migrated(curated_pool)
    assert await curated_pool.fetch("select digest from claim_version order by position") == before


async def test_a_database_of_a_later_release_is_taken_as_it_is(curated_pool):
    await curated_pool.execute("insert into schema_migration (name, sha256) values ('9999_later.sql', 'whatever')")
    await require_migrated(curated_pool)
    assert await migrate(curated_pool) == 0


async def test_a_database_that_was_never_migrated_says_what_to_do(bare):
    async with reading(bare) as connection:
        assert not await is_migrated(connection)
    with pytest.raises(CannotStart, match="citable migrate"):
        await require_migrated(bare)


def test_migrations_only_add_to_tables_so_that_the_release_before_goes_on_beside():
    """What a pod of the release before reads or writes is there, under its name, as long as it may run."""
    contracting = r"drop\s+(table|column|view)|rename\s+(to|column)|\btype\s+\w+\s+using|set\s+not\s+null"
    of_a_restore = re.compile(r"drop table restored_\w+;")  # tables a function makes and drops in one transaction
    found = {
        file.name: [taken[0] for taken in re.finditer(contracting, of_a_restore.sub("", statements_of(file)), re.I)]
        for file in sorted(HERE.glob("*.sql"))
    }
    assert {name: taken for name, taken in found.items() if taken} == {}


def statements_of(file: Path) -> str:
    """The text of a migration without comments."""
    return re.sub(r"--.*", "", file.read_text())
