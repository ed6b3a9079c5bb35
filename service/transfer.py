"""Import, export and restore: the log as lines of JSON."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import IO, Any

import msgspec

from db.claims import newest_versions
from db.digest import digest_of
from db.log import Taken, append_versions, open_restore, put_versions, whole_log
from db.pool import Pool, unhurried, writing
from schemas.claims import ClaimVersion, Draft
from schemas.failures import FileRefused, InvalidRequest, RuleBroken, VersionConflict
from schemas.transfer import ImportedClaim, drafted
from service.publication import planned
from service.strict import read_json

Progress = Callable[[int], None]
"""Told how many bytes of the file, or versions of the log, were dealt with since it was told last."""

Fault = tuple[int, str, str]
"""A line's number, a JSON Pointer to a field in it, and what is wrong there."""

MOST_FAULTS = 20
_claim_line = msgspec.json.Decoder(ImportedClaim)
_version_line = msgspec.json.Decoder(ClaimVersion)


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
        claim: ImportedClaim | None = _decoded(_claim_line, number, line, faults)
        if claim is None:
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


def _decoded(decoder: msgspec.json.Decoder[Any], number: int, line: bytes, faults: list[Fault]) -> Any:
    """The line as what the decoder reads, or None with a fault that says where it is wrong."""
    try:
        return read_json(line, decoder)
    except InvalidRequest as refused:
        faults += [(number, fault.pointer or "", fault.detail) for fault in refused.faults]
    return None


async def export_log(pool: Pool, progress: Progress = _quiet) -> AsyncIterator[bytes]:
    """The whole log, a line of JSON each version, as it stood when the export began."""
    async with unhurried(pool, readonly=True) as connection:
        async for version in whole_log(connection):
            progress(1)
            yield msgspec.json.encode(version) + b"\n"


async def restore_log(pool: Pool, file: IO[bytes], progress: Progress = _quiet) -> Taken:
    """Puts an exported log into an empty database, exactly as it was; returns its head.

    Every line is checked first: that positions and versions follow each other, that times never go back, and that the
    digest is its content's. FileRefused names the first line that fails; LogNotEmpty if the database holds a version.
    """
    last: Taken | None = None
    for version in _checked(file, progress):
        last = Taken(position=version.position, recorded_at=version.recorded_at)
    if last is None:
        raise FileRefused("The file holds no versions.")
    file.seek(0)
    try:
        async with unhurried(pool) as connection:
            await open_restore(connection, last)
            batch: list[ClaimVersion] = []
            for line in file:
                batch.append(_version_line.decode(line))
                if len(batch) == 1000:
                    await put_versions(connection, batch)
                    batch.clear()
                progress(len(line))
            await put_versions(connection, batch)
    except RuleBroken as broken:
        raise FileRefused(f"The file breaks the rule {broken.rule}: {broken.detail}") from broken
    return last


def _checked(file: IO[bytes], progress: Progress) -> Iterator[ClaimVersion]:
    """The versions of an export, each checked against the ones before it."""
    faults: list[Fault] = []
    newest: dict[str, int] = {}
    before: ClaimVersion | None = None
    for number, line in enumerate(file, 1):
        version: ClaimVersion | None = _decoded(_version_line, number, line, faults)
        if version is not None and line.rstrip(b"\n") != msgspec.json.encode(version):
            faults.append((number, "", "The line is not as an export writes it: something was added or changed."))
        elif version is not None:
            fault = _misplaced(version, before, number, newest.get(version.id, 0))
            if fault:
                faults.append((number, *fault))
        if faults or version is None:
            number, pointer, sentence = faults[0]
            raise FileRefused("Nothing was restored: the file is no export of a log.", [(number, pointer, sentence)])
        newest[version.id] = version.version
        before = version
        progress(len(line))
        yield version


def _misplaced(
    version: ClaimVersion, before: ClaimVersion | None, position: int, newest: int
) -> tuple[str, str] | None:
    if version.position != position:
        return "/position", f"Position {version.position} stands where {position} belongs."
    if version.version != newest + 1:
        return "/version", f"Version {version.version} of {version.id} stands where {newest + 1} belongs."
    if before and version.recorded_at < before.recorded_at:
        return "/recorded_at", "It was recorded before the version in front of it."
    if version.digest != digest_of(version):
        return "/digest", "The digest is not that of this version: the line was changed."
    return None
