"""What Postgres knows of the claims a text may repeat."""

from collections.abc import Sequence

import msgspec

from db.pool import Reading
from db.questions import Questions
from schemas.matching import Held

_ask = Questions("matching.sql")

NEWEST = 100
"""How many matches of a search are ranked: the newest ones."""
BEST = 12
"""How many claims a passage is compared with."""
_ERA = 2048


class WordCount(msgspec.Struct, frozen=True):
    """A word, and how many versions it stands in."""

    word: str
    versions: int


class Recalled(msgspec.Struct, frozen=True):
    """The version at a position, which matches a search: the first is 1."""

    nth: int
    position: int


_counts = _ask("word_counts", WordCount)
_recalled = _ask("claims_recalled", Recalled)
_held = _ask("claims_held", Held)


def sampled(position: int) -> tuple[int, int]:
    """The positions whose versions say how rare words are as of one: the newest whole era of the log, or all of it.

    What they hold never changes.
    """
    era = position // _ERA
    return ((era - 1) * _ERA + 1, era * _ERA) if era else (1, position)


async def word_counts(connection: Reading, first: int, last: int) -> list[WordCount]:
    """In how many of the versions from one position to another each word stands."""
    return await _counts.many(connection, first, last)


async def claims_recalled(
    connection: Reading, searches: Sequence[str], position: int, *, is_head: bool = False
) -> list[list[Held]]:
    """For each search, the published claims in force at `position` that match it best.

    `is_head` says that `position` was the head of the log a moment ago, which is quicker to answer if it still is.
    """
    asked = list(dict.fromkeys(search for search in searches if search))
    found = await _recalled.many(connection, position, asked, NEWEST, BEST, is_head)
    held = {one.position: one for one in await _held.many(connection, list({one.position for one in found}))}
    by_search: dict[str, list[Held]] = {search: [] for search in ("", *asked)}
    for one in found:
        by_search[asked[one.nth - 1]].append(held[one.position])
    return [by_search[search] for search in searches]
