"""Import, export and restore: the log as lines of JSON."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import IO, Any

import msgspec

from db.claims import missing_claims, newest_superseding, newest_versions
from db.digest import digest_of
from db.log import Taken, append_versions, open_restore, put_versions, whole_log
from db.pool import Pool, reading, unhurried, writing
from schemas.claims import ClaimVersion, Draft, RelationType
from schemas.failures import FileRefused, RuleBroken, VersionConflict
from schemas.fields import LARGEST_INTEGER
from schemas.rules import broken_rules
from schemas.transfer import ImportedClaim, drafted
from schemas.verification import Lifecycle
from service.revision import revisions, supersession_circle, unretractable

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
    async with reading(pool) as connection:
        wanted = {draft.id for draft in drafts}
        named = {relation.claim for draft in drafts for relation in draft.relations}
        unknown = set(await missing_claims(connection, sorted(named - wanted), LARGEST_INTEGER))
        superseded = {r.claim for d in drafts for r in d.relations if r.type is RelationType.SUPERSEDES}
        current = {version.id: version for version in await newest_versions(connection, wanted | superseded)}
        superseding = await newest_superseding(connection, wanted)
    changes = revisions(drafts, current, superseding)
    _refuse(_faults_between(drafts, numbers, current, unknown) + _faults_within(changes, numbers))
    expects = [current[change.id].version if change.id in current else 0 for change in changes]
    try:
        async with writing(pool) as connection:
            await append_versions(connection, changes, expects, stored)
    except VersionConflict as conflict:
        raise FileRefused(f"{conflict.detail} Someone changed it meanwhile: import again.") from conflict
    except RuleBroken as broken:
        raise FileRefused(f"The file breaks the rule {broken.rule}: {broken.detail}.") from broken
    new = sum(1 for expected in expects if expected == 0)
    return Imported(new=new, changed=len(changes) - new, unchanged=len(wanted) - sum(c.id in wanted for c in changes))


def _drafts(lines: Iterable[bytes], by: str, progress: Progress) -> tuple[list[Draft], dict[str, int]]:
    drafts: list[Draft] = []
    numbers: dict[str, int] = {}
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        progress(len(line))
        claim = _decoded(_claim_line, number, line, faults)
        if claim is None:
            continue
        if claim.id in numbers:
            faults.append((number, "/id", f"{claim.id} is already on line {numbers[claim.id]}."))
            continue
        numbers[claim.id] = number
        drafts.append(drafted(claim, by))
    _refuse(faults)
    if not drafts:
        raise FileRefused("The file holds no claims.")
    return drafts, numbers


def _faults_between(
    drafts: Sequence[Draft], numbers: dict[str, int], current: dict[str, ClaimVersion], unknown: set[str]
) -> list[Fault]:
    """What is wrong with the file in front of what the log already holds."""
    faults: list[Fault] = []
    for draft in drafts:
        before = current.get(draft.id)
        if before and Lifecycle.RETRACTED in (before.lifecycle, draft.lifecycle):
            faults += [(numbers[draft.id], f"/{name}", sentence) for name, sentence in unretractable(draft, before)]
        for place, relation in enumerate(draft.relations):
            if relation.claim in unknown:
                pointer = f"/relations/{place}/claim"
                faults.append((numbers[draft.id], pointer, f"There is no claim {relation.claim}."))
            if relation in draft.relations[:place]:
                faults.append((numbers[draft.id], f"/relations/{place}", "The relation is there already."))
    circle = supersession_circle(drafts, current)
    if circle is not None:
        faults.append((numbers.get(circle, 0), "/relations", f"{circle} would supersede itself, through others."))
    return faults


def _faults_within(changes: Sequence[Draft], numbers: dict[str, int]) -> list[Fault]:
    return [
        (numbers.get(change.id, 0), broken.pointer, f"{broken.sentence} ({broken.rule})")
        for change in changes
        for broken in broken_rules(change)
    ]


def _refuse(faults: list[Fault]) -> None:
    if faults:
        faults.sort()
        raise FileRefused("Nothing was imported: the file has faults.", faults[:MOST_FAULTS])


def _decoded(decoder: msgspec.json.Decoder[Any], number: int, line: bytes, faults: list[Fault]) -> Any:
    """The line as what the decoder reads, or None with a fault that says where it is wrong."""
    if not line.strip():
        faults.append((number, "", "The line is empty."))
        return None
    try:
        return decoder.decode(line)
    except msgspec.ValidationError as error:
        sentence, pointer = told(error)
        faults.append((number, pointer, sentence))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        faults.append((number, "", f"The line is not JSON in UTF-8: {error}"))
    return None


def told(error: msgspec.ValidationError) -> tuple[str, str]:
    """A validation error's sentence, and the JSON Pointer (RFC 6901) to the field it is about."""
    sentence, _, path = str(error).partition(" - at `")
    pointer = path.rstrip("`").removeprefix("$").replace("[", "/").replace("]", "").replace(".", "/")
    return sentence.replace("(?!\\n)", "") + ".", pointer


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
        raise FileRefused(f"The file breaks the rule {broken.rule}: {broken.detail}.") from broken
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
