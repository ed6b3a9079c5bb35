"""A version cut into a row for COPY is the version PostgreSQL reads from its JSON."""

from itertools import islice
from random import Random

import msgspec

from db.copying import COLUMNS, copied
from db.pool import unhurried
from tests.bench.corpus import corpus_lines
from tests.given import fields

SIGNS = [
    "\\",
    '"',
    "\n",
    "\t",
    "\r",
    "\b",
    "\x01",
    "/",
    "\\n",
    "\\N",
    "\\.",
    "\\u0041",
    "{",
    "}",
    ",",
    "null",
    "é",
    "🗼",
]


def hostile_versions(chance: Random, count: int) -> list[bytes]:
    """Versions whose texts hold whatever means something to JSON, to COPY or to PostgreSQL."""

    def text() -> str:
        return "".join(chance.choice(SIGNS) for _ in range(chance.randint(1, 8)))

    versions = []
    for position in range(1, count + 1):
        record = fields(
            statement=f"Of{text()}",
            scope=chance.choice([None, text()]),
            stated_on=chance.choice([None, "2026-01"]),
            attributed_to=f"{text()}.",
            topics=chance.sample(["ports", "null", "n"], chance.randint(0, 3)),
            verification__rationale=text(),
            change__note=chance.choice([None, text()]),
        )
        placed = {"version": 1, "position": position, "recorded_at": "2026-01-01T00:00:00.5Z", "digest": "0" * 64}
        versions.append(msgspec.json.encode({**record, **placed}))
    return versions


async def rows_of(pool, bodies):
    """What is stored of versions that are copied, and of the same ones when PostgreSQL reads their JSON."""

    async def rows():
        yield b"".join(map(copied, bodies))

    async with unhurried(pool) as connection:
        await connection.execute("create temporary table bare on commit drop as select * from claim_version limit 0")
        await connection.copy_to_table("bare", source=rows(), columns=COLUMNS, format="text")
        stored = await connection.fetch("select * from bare order by position")
        array = msgspec.Raw(b"[" + b",".join(bodies) + b"]")
        read = await connection.fetch(
            "select * from jsonb_populate_recordset(null::claim_version, $1) order by position", array
        )
    return [tuple(row) for row in stored], [tuple(row) for row in read]


async def test_a_copied_version_is_what_postgres_reads_of_it(pool):
    stored, read = await rows_of(pool, hostile_versions(Random(3), 500))
    assert stored == read
    assert len(stored) == 500


async def test_versions_as_there_are_many_are_copied_as_they_are(pool):
    stored, read = await rows_of(pool, [line.rstrip(b"\n") for line in islice(corpus_lines(100), 300)])
    assert stored == read
    assert len(stored) == 300


async def test_every_column_of_the_log_is_copied(pool):
    async with pool.acquire() as connection:
        names = await connection.fetch(
            "select attname from pg_attribute where attrelid = 'claim_version'::regclass and attnum > 0"
        )
    assert {row["attname"] for row in names} == set(COLUMNS)
