"""What Postgres knows about changes: the log from a position onward."""

from collections.abc import Sequence

import msgspec

from db.claims import Served, served
from db.pool import Reading
from db.questions import Questions
from schemas.changes import ChangeFilter, LoggedChange

_ask = Questions("changes.sql")
_between = _ask("changes_between", LoggedChange)
_corrections = _ask("corrections", LoggedChange)
_around = _ask("bodies_around", Served)
_bodies = _ask("bodies_at", Served)

REACH = 20_000
"""How many positions one question looks through for changes that match its filters."""


class Stretch(msgspec.Struct, frozen=True):
    """The changes that match in a stretch of the log, and the position up to which that was looked at."""

    items: list[LoggedChange]
    until: int


async def changes_between(connection: Reading, wanted: ChangeFilter, after: int, until: int, limit: int) -> Stretch:
    """Changes that match every filter, after a position and up to another, the oldest first, at most `limit`.

    What few changes match is looked for among `REACH` positions a call; of named claims, among all.
    """
    reach = until if wanted.claim is not None else min(until, after + REACH)
    asked = (wanted.claim, wanted.topic, wanted.kind, wanted.severity)
    found = await _between.many(connection, after, reach, *asked, limit)
    return Stretch(found, found[-1].position if len(found) == limit else max(after, reach))


async def corrections(
    connection: Reading,
    claims: Sequence[str] | None,
    topics: Sequence[str] | None,
    position: int,
    below: int | None,
    limit: int,
) -> list[LoggedChange]:
    """Major changes of what was published before, as of a position and below another one, the newest first."""
    return await _corrections.many(connection, position, below, claims, topics, limit)


async def versions_of_changes(connection: Reading, changes: Sequence[LoggedChange]) -> list[msgspec.Raw]:
    """The versions that changes made, each as it is served, in the order of the log."""
    return await served(connection, await _bodies.many(connection, [change.position for change in changes]))


async def versions_around(connection: Reading, changes: Sequence[LoggedChange]) -> list[msgspec.Raw]:
    """The versions that changes made and those before them, each once as it is served, in the order of the log."""
    return await served(connection, await _around.many(connection, [change.position for change in changes]))
