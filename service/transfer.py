"""Import, export and restore: the log as lines of JSON."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import IO

import msgspec

from db.claims import newest_versions
from db.log import Lines, Taken, append_versions, finish_restore, open_restore, put_lines, whole_log
from db.pool import Pool, unhurried, writing
from schemas.claims import Draft
from schemas.failures import FileRefused, InvalidRequest, RuleBroken, VersionConflict
from schemas.transfer import ImportedClaim, drafted
from service.exported import BATCH_BYTES, ExportedLines
from service.publication import planned
from service.strict import read_json

Progress = Callable[[int], None]
"""Told how many bytes of the file, or versions of the log, were dealt with since it was told last."""

Fault = tuple[int, str, str]
"""A line's number, a JSON Pointer to a field in it, and what is wrong there."""

MOST_FAULTS = 20
TOGETHER = 1000
"""How many lines of an export are stored with one statement."""
_claim_line = msgspec.json.Decoder(ImportedClaim)


class Imported(msgspec.Struct, frozen=True):
    """What an import did: how many claims are new, how many changed, how many were already as the file has them."""

    new: int
    changed: int
    unchanged: int


def _quiet(_: int) -> None:
    pass


async def import_claims(
    pool: Pool, lines: Iterable[bytes], by: str, progress: Progress = _quiet, stored: Progress = _quiet
) -> Imported:
    """Makes the claims read as the file has them, in one transaction. FileRefused names every line that forbids it.

    `by` is who made the new versions, for `change.by`. A claim the file does not name stays as it is. `progress` hears
    of bytes read, `stored` of versions written.
    """
    drafts, numbers = _drafts(lines, by, progress)
    async with unhurried(pool, readonly=True) as connection:
        current = {v.id: v for v in await newest_versions(connection, set(numbers))}
        plan = await planned(connection, drafts, current)
    _refuse([(numbers.get(b.id, 0), b.pointer, f"{b.sentence} ({b.rule})") for b in plan.broken])
    try:
        async with writing(pool, patient=True) as connection:
            await append_versions(connection, plan.changes, plan.expects, stored)
    except VersionConflict as conflict:
        raise FileRefused("Someone changed a claim of the file meanwhile: import again.") from conflict
    except RuleBroken as broken:
        raise FileRefused(f"The file breaks the rule {broken.rule}: {broken.detail}") from broken
    new = sum(1 for expected in plan.expects if expected == 0)
    changed = sum(change.id in numbers for change in plan.changes)
    return Imported(new=new, changed=len(plan.changes) - new, unchanged=len(numbers) - changed)


def _drafts(lines: Iterable[bytes], by: str, progress: Progress) -> tuple[list[Draft], dict[str, int]]:
    drafts: list[Draft] = []
    numbers: dict[str, int] = {}
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        progress(len(line))
        try:
            claim = read_json(line, _claim_line)
        except InvalidRequest as refused:
            faults += [(number, fault.pointer or "", fault.detail) for fault in refused.faults]
            continue
        if claim.id in numbers:
            faults.append((number, "/id", f"{claim.id} is already on line {numbers[claim.id]}."))
            continue
        numbers[claim.id] = number
        try:
            drafts.append(drafted(claim, by))
        except InvalidRequest as refused:
            faults += [(number, fault.pointer or "", fault.detail) for fault in refused.faults]
    _refuse(faults)
    if not drafts:
        raise FileRefused("The file holds no claims.")
    return drafts, numbers


def _refuse(faults: list[Fault]) -> None:
    if faults:
        faults.sort()
        raise FileRefused("Nothing was imported: the file has faults.", faults[:MOST_FAULTS])


async def export_log(pool: Pool, progress: Progress = _quiet) -> AsyncIterator[bytes]:
    """The whole log, a line of JSON each version, as it stood when the export began."""
    async with unhurried(pool, readonly=True) as connection:
        async for version in whole_log(connection):
            progress(1)
            yield msgspec.json.encode(version) + b"\n"


async def restore_log(
    pool: Pool, file: IO[bytes], progress: Progress = _quiet, finishing: Callable[[], None] = lambda: None
) -> Taken:
    """Puts an exported log into an empty database, exactly as it was; returns its head.

    Every line is checked, while Postgres stores those before it: that positions and versions follow each other, that
    times never go back, and that the digest is its content's. FileRefused names the first line that fails, and nothing
    is restored; LogNotEmpty if the database holds a version. `progress` hears of bytes when they are checked and when
    they are stored; `finishing` is told when all are, and what lists look through is made of them.
    """
    checks = ExportedLines(file, progress)
    last = checks.last()
    if last is None:
        await _read_to_the_end(checks)
        raise FileRefused("The file holds no versions.")
    try:
        async with unhurried(pool) as connection:
            await open_restore(connection, last)
            lines = await _next_lines(checks, 1)
            while lines.bodies:
                checking = asyncio.create_task(_next_lines(checks, lines.first + len(lines.bodies)))
                storing = asyncio.create_task(put_lines(connection, lines))
                await asyncio.wait([checking, storing])  # neither is left under way when the other fails
                following = await checking
                await storing
                progress(lines.size)
                lines = following
            finishing()
            await finish_restore(connection)
    except RuleBroken as broken:
        await _read_to_the_end(checks)
        raise FileRefused(f"The file breaks the rule {broken.rule}: {broken.detail}") from broken
    return last


async def _next_lines(checks: ExportedLines, first: int) -> Lines:
    """The next lines, checked, to be stored together; none at the end.

    It pauses again and again, so that Postgres is sent what it stores meanwhile.
    """
    lines = Lines(first)
    while len(lines.bodies) < TOGETHER and lines.size < BATCH_BYTES:
        more = checks.next_lines()
        if not more:
            break
        lines.add(more)
        await asyncio.sleep(0)
    return lines


async def _read_to_the_end(checks: ExportedLines) -> None:
    """Raises FileRefused for the first line that is wrong, if there is one: what was noticed may follow from it."""
    while await asyncio.to_thread(checks.next_lines):
        pass
