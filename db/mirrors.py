"""What Postgres knows about being a mirror: a copy of the log of another Citable."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from types import NoneType

import msgspec

from db.log import Lines, Taken, put_lines
from db.pool import Reading, Writing
from db.questions import Questions
from schemas.claims import ClaimVersion
from schemas.failures import StoreUnavailable

_ask = Questions("mirrors.sql")


class Mirrored(msgspec.Struct, frozen=True):
    """The address of the Citable whose log this is a copy of; None if this is a log of its own."""

    mirrors: str | None


_mirrored = _ask("mirrored", Mirrored)
_mirror = _ask("mirror", NoneType)
_known = _ask("is_known_until", NoneType)
_advance = _ask("advance_mirror", Taken)


async def mirrored(connection: Reading) -> str | None:
    """The address of the Citable whose log this is a copy of; None if this is a log of its own."""
    return (await _mirrored.only(connection)).mirrors


async def mirror(connection: Writing, origin: str | None) -> None:
    """Makes this log a copy of the one at an address, which only follows it; or a log of its own again."""
    await _mirror.run(connection, origin)


async def is_known_until(connection: Writing, instant: datetime) -> None:
    """Notes that everything the other log recorded up to an instant is here: later ones cannot be answered as of."""
    await _known.run(connection, instant)


async def put_mirrored(connection: Writing, versions: Sequence[tuple[ClaimVersion, bytes]]) -> None:
    """Puts versions that follow the head where they stand in the log they come from, each with its line.

    StoreUnavailable if someone else did so meanwhile. RuleBroken if they do not follow, or one is none of ours.
    """
    for recorded_at, together in groupby(versions, key=lambda each: each[0].recorded_at):
        group = list(together)
        first, last = group[0][0].position, group[-1][0].position
        if await _advance.one(connection, first - 1, last, recorded_at) is None:
            raise StoreUnavailable(f"Position {first} does not follow the head of this log: look again.")
        lines = Lines(first)
        lines.add([line for _, line in group])
        await put_lines(connection, lines)
