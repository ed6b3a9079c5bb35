"""Mirroring: the log of another Citable, copied position by position and checked, and followed from then on."""

import asyncio
import random
from collections.abc import Callable

import msgspec

from db.digest import digest_of
from db.log import log_head
from db.mirrors import is_known_until, mirror, mirrored, put_mirrored
from db.pool import Pool, reading, writing
from schemas.claims import ClaimVersion
from schemas.failures import InvalidRequest, MirrorRefused, OriginUnavailable, RuleBroken, StoreUnavailable
from service.origin import Origin
from service.screening import read_screened

WAIT = 25
"""Seconds the origin is asked to wait for a change."""
LONGEST_PAUSE = 60.0
"""Seconds between two attempts while it does not answer, at most."""

Say = Callable[[str], None]


async def begin_mirror(pool: Pool, origin: Origin) -> None:
    """Makes this database a mirror of the origin, which must answer: nothing follows an address that was mistyped.

    MirrorRefused unless its log is a beginning of the origin's.
    """
    async with reading(pool) as connection:
        other = await mirrored(connection)
    if other not in (None, origin.url):
        raise MirrorRefused(f"This database is a mirror of {other}: `citable promote` ends that.")
    await origin.position()
    await compare(pool, origin)
    async with writing(pool) as connection:
        await mirror(connection, origin.url)


async def is_mirror_of(pool: Pool, origin: Origin) -> bool:
    """Whether this database follows the origin: it was made to, and is not promoted."""
    async with reading(pool) as connection:
        return await mirrored(connection) == origin.url


async def compare(pool: Pool, origin: Origin) -> None:
    """MirrorRefused unless this log, as far as it goes, is the origin's: one digest tells, the newest."""
    async with reading(pool) as connection:
        head = await log_head(connection)
    if head.position and await origin.digest_at(head.position) != head.digest:
        raise MirrorRefused(
            f"Position {head.position} holds another version here than at {origin.url}: the logs are not the same."
        )


async def catch_up(pool: Pool, origin: Origin, wait: int = 0) -> int:
    """Copies what comes after the head, a page of it; how many versions. Nothing is stored that does not check."""
    async with reading(pool) as connection:
        head = await log_head(connection)
    told = await origin.lines_after(head.position, wait)
    versions = await asyncio.to_thread(lambda: [(_checked(line, origin), line) for line in told.lines])
    expected = range(head.position + 1, head.position + 1 + len(versions))
    if [version.position for version, _ in versions] != list(expected):
        raise MirrorRefused(f"{origin.url} answers with other positions than those after {head.position}.")
    try:
        async with writing(pool, patient=True) as connection:
            await put_mirrored(connection, versions)
            if told.until is not None:
                await is_known_until(connection, told.until)
    except RuleBroken as broken:
        raise MirrorRefused(f"What follows position {head.position} cannot be copied: {broken.detail}") from broken
    return len(versions)


async def follow(pool: Pool, origin: Origin, say: Say) -> None:
    """Follows the origin for ever; outages are waited out.

    MirrorRefused when the origin's log is no longer the one that was, or this one has become a log of its own.
    """
    failed, is_compared = 0, False
    while True:
        try:
            if not await is_mirror_of(pool, origin):
                raise MirrorRefused(f"This log no longer follows {origin.url}: serve it with `citable run`.")
            if failed or not is_compared:
                await compare(pool, origin)
                is_compared = True
            await catch_up(pool, origin, WAIT)
        except (OriginUnavailable, StoreUnavailable) as failure:
            if not failed:
                say(f"{failure.detail} It is asked again until it does.")
            failed += 1
            await asyncio.sleep(max(pause_after(failed), getattr(failure, "wait", 0.0)))
        else:
            if failed:
                say(f"{origin.url} answers again")
            failed = 0


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time, a minute at most, not in step."""
    longest = min(2.0 ** min(failures, 10), LONGEST_PAUSE)  # an outage may be longer than a float can count
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _checked(line: bytes, origin: Origin) -> ClaimVersion:
    """A line as a version. MirrorRefused unless it is written as we write it, and its digest is its content's."""
    try:
        version: ClaimVersion = read_screened(line, ClaimVersion)
    except InvalidRequest as refused:
        raise MirrorRefused(
            f"{origin.url} has a version this release cannot read ({refused.faults[0].detail}) Upgrade the mirror."
        ) from refused
    if line != msgspec.json.encode(version):
        raise MirrorRefused(f"{origin.url} writes versions otherwise than this release does: upgrade the mirror.")
    if version.digest != digest_of(version):
        raise MirrorRefused(f"Version {version.version} of {version.id} was changed: its digest is not its content's.")
    return version
