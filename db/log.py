"""The log: taking positions, appending versions, and what position an instant means."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from types import NoneType

import asyncpg
import msgspec

from db.claims import newest_versions
from db.copying import COLUMNS, copied
from db.digest import digest_of
from db.pool import Reading, Writing
from db.questions import Questions
from schemas.claims import ClaimVersion, Draft
from schemas.failures import Fault, LogNotEmpty, RuleBroken, VersionConflict

_ask = Questions("log.sql")
_BATCH = 200
"""How many versions are put there with one statement."""


class Head(msgspec.Struct, frozen=True):
    """Which log this is (another database's is another one), its newest position, and the digest there."""

    log: str
    position: int
    digest: str


class Taken(msgspec.Struct, frozen=True):
    """The newest position taken, and when it was recorded."""

    position: int
    recorded_at: datetime


class Found(msgspec.Struct, frozen=True):
    """The position of an instant; null in the future."""

    position: int | None


_head = _ask("log_head", Head)
_settled_head = _ask("settled_head", int)
_is_settled = _ask("is_settled", bool)
_position_at = _ask("position_at", Found)
_held_head = _ask("hold_head", int)
_take = _ask("take_positions", Taken)
_place = _ask("place_head", Taken)
_finish = _ask("finish_restore", NoneType)
_append = _ask("append_versions", NoneType)
_keep = _ask("keep_bodies", NoneType)
_check_relations = _ask("check_relations", NoneType)
_whole = _ask("whole_log", ClaimVersion)


async def log_head(connection: Reading) -> Head:
    """The head of the log: position 0 while it is empty."""
    return await _head.only(connection)


async def is_settled(connection: Reading, instant: datetime) -> bool:
    """Whether every version recorded by `instant` is certain to be committed, so that its position can be told.

    A writer may have stamped its versions before a recent instant and not committed yet: `settle` waits for it.
    """
    return await _is_settled.value(connection, instant)


async def settle(connection: Reading) -> None:
    """Waits for the write under way, if there is one. StoreUnavailable if it takes longer than two seconds."""
    await _settled_head.value(connection)


async def hold_head(connection: Writing) -> None:
    """Lets nobody else append until the transaction ends: what is read now stays the newest."""
    await _held_head.value(connection)


async def position_as_of(connection: Reading, instant: datetime) -> int | None:
    """The newest position recorded by a settled `instant`, for ever the same; None if `instant` is in the future."""
    return (await _position_at.only(connection, instant)).position


async def append_versions(
    connection: Writing,
    drafts: Sequence[Draft],
    expects: Sequence[int] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[ClaimVersion]:
    """Appends each draft as the next version of its claim, at the next positions, all recorded at one instant.

    `expects` gives the version each draft was made from (0: none yet); without it, whatever is newest. Drafts of one
    claim follow each other. The statement that inserts them refuses a version that does not follow the newest: raises
    VersionConflict then, and RuleBroken when another rule forbids it.
    """
    if not drafts:
        return []
    head = await _take.only(connection, len(drafts))
    if expects is None:
        expects = await _newest_of(connection, drafts)
    first = head.position - len(drafts) + 1
    versions = [
        _placed(draft, expected + 1, first + place, head.recorded_at)
        for place, (draft, expected) in enumerate(zip(drafts, expects, strict=True))
    ]
    try:
        await put_versions(connection, versions, progress)
        if any(draft.relations for draft in drafts):
            await _check_relations.run(connection)
    except asyncpg.CheckViolationError as error:
        if error.constraint_name == "version_follows_previous":
            raise VersionConflict(f"Someone else's came first: {error}.") from error
        raise
    return versions


async def _newest_of(connection: Writing, drafts: Sequence[Draft]) -> list[int]:
    """The version each draft follows, when they are appended one after the other."""
    newest = {version.id: version.version for version in await newest_versions(connection, {d.id for d in drafts})}
    follows = []
    for draft in drafts:
        follows.append(newest.get(draft.id, 0))
        newest[draft.id] = follows[-1] + 1
    return follows


def _placed(draft: Draft, version: int, position: int, recorded_at: datetime) -> ClaimVersion:
    fields = {name: getattr(draft, name) for name in Draft.__struct_fields__}
    placed = ClaimVersion(version=version, position=position, recorded_at=recorded_at, digest="", **fields)
    placed = msgspec.structs.replace(placed, digest=digest_of(placed))
    try:
        return msgspec.convert(msgspec.to_builtins(placed), ClaimVersion)
    except msgspec.ValidationError as error:  # a Struct made in Python was never checked: nobody could read it again
        raise RuleBroken([Fault(f"{draft.id}: {error}.", rule="version_is_readable")]) from error


async def keep_bodies(connection: Writing) -> None:
    """Keeps what every version is served as, in a log that a release wrote which did not."""
    batch: list[ClaimVersion] = []
    async for version in whole_log(connection):
        batch.append(version)
        if len(batch) == _BATCH:
            await _kept(connection, batch, [msgspec.json.encode(version) for version in batch])
            batch = []
    await _kept(connection, batch, [msgspec.json.encode(version) for version in batch])


async def _kept(connection: Writing, versions: Sequence[ClaimVersion], bodies: Sequence[bytes]) -> None:
    await _keep.run(connection, [version.position for version in versions], bodies)


async def whole_log(connection: Writing, after: int = 0) -> AsyncIterator[ClaimVersion]:
    """Every version after a position, in the order of the log, streamed."""
    async for version in _whole.stream(connection, after):
        yield version


async def open_restore(connection: Writing, last: Taken) -> None:
    """Prepares an empty log to take versions up to `last` as they were. LogNotEmpty if it holds any."""
    if await _place.one(connection, last.position, last.recorded_at) is None:
        raise LogNotEmpty("The log is not empty: restore into a new database.")


class Lines(msgspec.Struct):
    """Lines of an export, made ready to be put at the positions from `first` on, which they must name."""

    first: int
    size: int = 0
    bodies: list[bytes] = []
    rows: list[bytes] = []

    def add(self, lines: Sequence[bytes]) -> None:
        """Makes the lines that follow ready, too. `size` is theirs together, in bytes."""
        self.size += sum(map(len, lines))
        self.bodies += [line.rstrip(b"\n") for line in lines]
        self.rows += map(copied, self.bodies[-len(lines) :])


async def put_lines(connection: Writing, lines: Lines) -> None:
    """Puts versions at the positions they name, which a restore must have opened."""
    await connection.copy_to_table("claim_version", source=_once(b"".join(lines.rows)), columns=COLUMNS, format="text")
    kept = enumerate(lines.bodies, lines.first)
    await connection.copy_records_to_table("claim_body", records=kept, columns=("position", "body"))


async def _once(rows: bytes) -> AsyncIterator[bytes]:
    yield rows


async def finish_restore(connection: Writing) -> None:
    """Makes what was restored ready to be read: its views, and their indexes. Takes about as long as the rest."""
    await _finish.run(connection)


async def put_versions(
    connection: Writing, versions: Sequence[ClaimVersion], progress: Callable[[int], None] = lambda _: None
) -> None:
    """Puts versions at the positions they name, which must have been taken."""
    for start in range(0, len(versions), _BATCH):
        batch = versions[start : start + _BATCH]
        bodies = [msgspec.json.encode(version) for version in batch]
        await _append.run(connection, msgspec.Raw(b"[" + b",".join(bodies) + b"]"))
        await _kept(connection, batch, bodies)
        progress(len(batch))
