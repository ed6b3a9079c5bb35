"""Texts checked against the log, so many at once, with what the log knows of words.

They are read and compared beside the event loop, one at a time: a thread that computes holds the interpreter, and
whoever asks for what memory has would wait for each of them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from db.matching import claims_recalled, sampled, word_counts
from db.pool import Pool, reading
from schemas.failures import Overloaded
from schemas.matching import Held, Match, Matches, Unmatched
from service.matching.checking import compared_passages, compared_to, judged, match_of, read_text
from service.matching.passages import Passage, Text
from service.matching.recalling import rarity, searches
from service.matching.similarity import Rarity

AT_ONCE = 2
"""How many texts are checked at once: while Postgres is asked for one, another is read."""
WAITING = 32
"""How many may wait: an article takes a tenth of a second, the longest text most of one."""
_KEPT = 4

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Texts:
    """Checks texts. What it keeps of a log is how rare its words are: a few thousand words, as of four places in it."""

    def __init__(self) -> None:
        self._rarities: OrderedDict[tuple[int, int], Rarity] = OrderedDict()
        self._some = asyncio.Semaphore(AT_ONCE)
        self._computing = asyncio.Lock()
        self._waiting = 0

    async def check(self, pool: Pool, text: str, position: int, limit: int, *, is_head: bool = False) -> Matches:
        """What is found in a text, as of a position of the log, with so many candidates a passage.

        `is_head` is what it is to `claims_recalled`. Overloaded if too many wait for their turn.
        """
        async with self._in_turn():
            read = await self._beside(read_text, text)
            passages = compared_passages(read)
            rare = await self._rarity(pool, position)
            asked = await self._beside(searches, passages, rare, position)
            async with reading(pool) as connection:
                recalled = await claims_recalled(connection, asked, position, is_head=is_head)
            claims = _going_on(passages, recalled)
            return await self._beside(_matches, read, claims, rare, position, limit)

    async def _beside(self, work: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
        async with self._computing:
            return await asyncio.to_thread(work, *args, **kwargs)

    @asynccontextmanager
    async def _in_turn(self) -> AsyncGenerator[None]:
        if self._waiting >= WAITING:
            raise Overloaded("As many texts are being checked as there is patience for: try again.")
        self._waiting += 1
        try:
            await self._some.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._some.release()

    async def _rarity(self, pool: Pool, position: int) -> Rarity:
        place = sampled(position)
        kept = self._rarities.get(place)
        if kept is None:
            async with reading(pool) as connection:
                counts = await word_counts(connection, *place)
            kept = rarity([(one.word, one.versions) for one in counts], place[1] - place[0] + 1)
            self._rarities[place] = kept
        self._rarities.move_to_end(place)
        while len(self._rarities) > _KEPT:
            self._rarities.popitem(last=False)
        return kept


def _going_on(passages: Sequence[Passage], recalled: Sequence[Sequence[Held]]) -> list[list[Held]]:
    """The claims of each passage, with those of the first that stated the same number."""
    first: dict[object, Sequence[Held]] = {}
    claims: list[list[Held]] = []
    for passage, found in zip(passages, recalled, strict=True):
        said = [one.key for one in passage.quantities if one.key is not None]
        every = {held.position: held for number in said for held in first.get(number, ())}
        every |= {held.position: held for held in found}
        for number in said:
            first.setdefault(number, found)
        claims.append(list(every.values()))
    return claims


def _matches(text: Text, claims: Sequence[Sequence[Held]], rare: Rarity, position: int, limit: int) -> Matches:
    items: list[Match] = []
    unmatched: list[Unmatched] = []
    for passage, held in zip(compared_passages(text), claims, strict=True):
        found = match_of(text, passage, judged(passage, held, rare, limit))
        if isinstance(found, Match):
            items.append(found)
        elif not passage.is_vague:
            unmatched.append(found)
    return Matches(items=items, unmatched=unmatched, compared_to=compared_to(text), position=position)
