"""Applies `migrations/*.sql`, in order, once each, and refuses one that was edited after it was applied."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import NoneType

import msgspec

from db.log import keep_bodies
from db.measures import label_measures
from db.pool import Pool, Reading, Writing, reading, unhurried
from db.questions import Questions
from schemas.failures import CannotStart

HERE = Path(__file__).parent / "migrations"
CURATED = Path(__file__).parent / "curated"
LONGEST = 3600.0
"""Seconds one migration may take."""
BODIES = "0012_bodies.sql"
"""After it, what each version is served as is written: which only Python can."""


class Applied(msgspec.Struct, frozen=True):
    """A migration the database has, and the SHA-256 of the text it had then."""

    name: str
    sha256: str


class Label(msgspec.Struct, frozen=True):
    """What a measure is called, as a line of `curated/measures.jsonl`."""

    id: str
    label: str


_ask = Questions("migrations.sql")
_applied = _ask("applied_migrations", Applied)
_there = _ask("migrations_are_kept", bool)
_remember = _ask("remember_migration", NoneType)
_keep = _ask("keep_migrations", NoneType)
_encoding = _ask("database_encoding", str)
_alone = _ask("one_migrator_at_a_time", NoneType)


def fingerprints() -> dict[str, str]:
    """Every migration's file name with the SHA-256 of its text, in the order they apply."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(HERE.glob("*.sql"))}


async def migrate(pool: Pool, say: Callable[[str], None] = lambda _: None) -> int:
    """Brings the database up to this release: its tables, and curated measures' labels. How many migrations it took."""
    async with unhurried(pool) as connection:
        if await _encoding.value(connection) != "UTF8":
            raise CannotStart("The database is not encoded in UTF8, so it cannot hold every text: create it anew.")
        await connection.execute("set local lock_timeout = 0")  # another migrator may take its time
        await _alone.run(connection, within=LONGEST)
        await _keep.run(connection)
        applied = await _recorded(connection)
        pending = _pending(applied)
        for name in pending:
            say(f"applying {name}")
            await connection.execute("set local lock_timeout = '5s'")
            await connection.execute((HERE / name).read_text(), timeout=LONGEST)
            await _remember.run(connection, name, fingerprints()[name])
        if BODIES in pending:
            await keep_bodies(connection)
        await _label_curated_measures(connection)
    return len(pending)


async def is_migrated(connection: Reading) -> bool:
    """Whether the database has every migration of this release."""
    if not await _there.value(connection):
        return False
    return set(fingerprints()) <= set(await _recorded(connection))


async def require_migrated(pool: Pool) -> None:
    """CannotStart unless the database has every migration of this release."""
    async with reading(pool) as connection:
        if not await is_migrated(connection):
            raise CannotStart("The database lacks migrations of this release: run `citable migrate` first.")


async def _recorded(connection: Reading) -> dict[str, str]:
    return {applied.name: applied.sha256 for applied in await _applied.many(connection)}


def _pending(applied: dict[str, str]) -> list[str]:
    ours = fingerprints()
    for name, sha256 in applied.items():
        if name in ours and ours[name] != sha256:
            raise CannotStart(f"Migration {name} was edited after this database applied it. Add a new one instead.")
    return [name for name in ours if name not in applied]


async def _label_curated_measures(connection: Writing) -> None:
    lines = (CURATED / "measures.jsonl").read_bytes().splitlines()
    labels = [msgspec.json.decode(line, type=Label) for line in lines]
    await label_measures(connection, {label.id: label.label for label in labels})
