"""Exporting the log and restoring it into an empty database: what comes back is what was, to the byte."""

import asyncio
import io

import pytest

from schemas.failures import FileRefused, LogNotEmpty
from service.transfer import Imported, export_log, import_claims, restore_log
from tests.cli.claims import claim, file_of, log_of

FOREIGN = claim("b", statement='Œuvres: 6 200 “calls” — 日本 🗼 \\ " / e\u0301.', scope="Two\nlines\tand a tab.")


async def exported(pool) -> bytes:
    return b"".join([line async for line in export_log(pool)])


@pytest.fixture
async def empty(cluster):
    async with cluster.pool() as opened:
        yield opened


@pytest.fixture
async def lived(curated_pool):
    """A curated log in which something happened: corrections, a supersession, a retraction."""
    await import_claims(curated_pool, file_of(claim("a"), FOREIGN), "desk")
    await import_claims(curated_pool, file_of(claim("a", quantity__value="0.10")), "another desk")
    newer = claim("c", relations=[{"type": "supersedes", "claim": "a"}])
    await import_claims(curated_pool, file_of(newer), "desk")
    retracted = {**FOREIGN, "lifecycle": "retracted", "change": {"note": "Counted twice."}}
    await import_claims(curated_pool, file_of(retracted), "desk")
    return curated_pool


async def views_of(pool):
    tables = {"claim_index": "position", "citation": "position, ordinal", "search_word": "word"}
    async with pool.acquire() as connection:
        return {
            table: [tuple(row) for row in await connection.fetch(f"select * from {table} order by {order}")]
            for table, order in tables.items()
        }


async def bodies_of(pool):
    async with pool.acquire() as connection:
        rows = await connection.fetch("select position, body from claim_body order by position")
    return [tuple(row) for row in rows]


async def test_what_each_version_is_served_as_is_a_line_of_the_export(lived):
    lines = (await exported(lived)).splitlines()
    assert await bodies_of(lived) == list(enumerate(lines, 1))


async def test_a_restored_log_is_the_same_versions_at_the_same_positions_and_exports_the_same_bytes(lived, empty):
    before = await exported(lived)
    head = await restore_log(empty, io.BytesIO(before))
    assert await log_of(empty) == await log_of(lived)
    assert await exported(empty) == before
    assert head.position == before.count(b"\n") == len(await log_of(lived))


async def test_every_view_of_a_restored_log_is_the_same(lived, empty):
    await restore_log(empty, io.BytesIO(await exported(lived)))
    assert await views_of(empty) == await views_of(lived)
    assert await bodies_of(empty) == await bodies_of(lived)


async def test_a_restored_log_goes_on_where_the_other_ended(lived, empty):
    await restore_log(empty, io.BytesIO(await exported(lived)))
    last = (await log_of(empty))[-1]
    imported = await import_claims(empty, file_of(claim("c", scope="Since then.")), "desk")
    assert imported == Imported(new=0, changed=1, unchanged=0)
    new = (await log_of(empty))[-1]
    assert (new.position, new.version) == (last.position + 1, 2)
    assert new.recorded_at > last.recorded_at


async def test_a_log_that_holds_something_is_not_restored_into(lived, empty):
    file = await exported(lived)
    await import_claims(empty, file_of(claim("mine")), "desk")
    before = await log_of(empty)
    with pytest.raises(LogNotEmpty):
        await restore_log(empty, io.BytesIO(file))
    assert await log_of(empty) == before


async def test_a_log_is_restored_once(lived, empty):
    file = await exported(lived)
    await restore_log(empty, io.BytesIO(file))
    with pytest.raises(LogNotEmpty):
        await restore_log(empty, io.BytesIO(file))
    assert await exported(empty) == file


async def test_an_empty_log_exports_nothing_and_nothing_is_no_export(empty):
    assert await exported(empty) == b""
    with pytest.raises(FileRefused):
        await restore_log(empty, io.BytesIO(b""))


async def test_restoring_tells_of_every_byte_twice_and_exporting_of_every_version(lived, empty):
    versions, read = [], []
    file = b"".join([line async for line in export_log(lived, versions.append)])
    await restore_log(empty, io.BytesIO(file), read.append)
    assert sum(versions) == file.count(b"\n")
    assert sum(read) == 2 * len(file)


async def test_three_thousand_versions_are_restored(pool, empty):
    await import_claims(pool, file_of(*(claim(f"claim-{n}") for n in range(3000))), "desk")
    file = await exported(pool)
    assert (await restore_log(empty, io.BytesIO(file))).position == 3000
    assert await exported(empty) == file


async def test_two_restores_at_once_restore_once(lived, empty):
    file = await exported(lived)
    answers = await asyncio.gather(
        restore_log(empty, io.BytesIO(file)), restore_log(empty, io.BytesIO(file)), return_exceptions=True
    )
    assert sum(isinstance(answer, LogNotEmpty) for answer in answers) == 1, answers
    assert await exported(empty) == file


async def test_an_export_is_one_state_of_the_log_whatever_is_imported_meanwhile(lived):
    whole = await exported(lived)
    stream = export_log(lived)
    lines = [await anext(stream)]
    await import_claims(lived, file_of(claim("meanwhile")), "desk")
    lines += [line async for line in stream]
    assert b"".join(lines) == whole
