"""What Postgres knows of the claims a text may repeat."""

from collections.abc import Sequence

import msgspec

from db.pool import Reading
from db.questions import Questions
from schemas.matching import Held

_ask = Questions("matching.sql")

NEWEST = 50
"""How many matches of a search are looked at: the newest ones."""
BEST = 16
"""How many claims a passage is compared with."""
_ERA = 2048

Search = tuple[str, float]


class WordCount(msgspec.Struct, frozen=True):
    """A word, and how many versions it stands in."""

    word: str
    versions: int


class Recalled(msgspec.Struct, frozen=True):
    """The version at a position, which matches searches of a passage: the first is 0."""

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
    connection: Reading, searches: Sequence[Sequence[Search]], position: int, *, is_head: bool = False
) -> list[list[Held]]:
    """For the searches of each passage, the published claims in force at `position` whose matches say most.

    A search is a tsquery, and how much it says that a claim matches it.

    `is_head` says that `position` was the head of the log a moment ago, which is quicker to answer if it still is.
    """
    alike = list(dict.fromkeys(tuple(some) for some in searches))  # a text may say the same again and again
    asked = [(nth, search) for nth, some in enumerate(alike) for search in some]
    places, texts = [nth for nth, _ in asked], [search[0] for _, search in asked]
    weights = [search[1] for _, search in asked]
    found = await _recalled.many(connection, position, places, texts, weights, NEWEST, BEST, is_head)
    held = {one.position: one for one in await _held.many(connection, list({one.position for one in found}))}
    claims: dict[tuple[Search, ...], list[Held]] = {some: [] for some in alike}
    for one in found:
        claims[alike[one.nth]].append(held[one.position])
    return [claims[tuple(some)] for some in searches]
