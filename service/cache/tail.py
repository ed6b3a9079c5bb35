"""The newest changes, read once for everyone who waits for them."""

import asyncio

from db.changes import Stretch, changes_between
from db.pool import Pool, reading
from schemas.changes import ChangeFilter, LoggedChange
from schemas.failures import StoreUnavailable
from service.cache.coherence import Coherence

KEPT = 2000
"""How many changes are kept ready. Whoever reads further back reads from Postgres."""

_EVERY = ChangeFilter()


class Tail:
    """The end of the log. A thousand readers who follow it cost Postgres one question a commit."""

    def __init__(self, pool: Pool, coherence: Coherence) -> None:
        self._pool = pool
        self._coherence = coherence
        self._newest: list[LoggedChange] = []
        self._history = 0
        self._reading = asyncio.Lock()
        self._failures = 0

    async def after(self, wanted: ChangeFilter, position: int, limit: int) -> Stretch:
        """Changes that match after a position, up to where the log is known to go, the oldest first, at most `limit`.

        StoreUnavailable if they must be read from Postgres and it does not answer.
        """
        head = self._coherence.head.position
        if head <= position:
            return Stretch([], position)
        if position >= head - KEPT:
            await self._read_up_to(head)
            is_this_log = self._history == self._coherence.histories
            if is_this_log and self._newest and self._newest[0].position <= position + 1:
                return self._found(wanted, position, limit)
        async with reading(self._pool) as connection:
            return await changes_between(connection, wanted, position, head, limit)

    def _found(self, wanted: ChangeFilter, position: int, limit: int) -> Stretch:
        found: list[LoggedChange] = []
        for change in self._newest[max(0, position + 1 - self._newest[0].position) :]:
            if wanted.matches(change):
                found.append(change)
                if len(found) == limit:
                    return Stretch(found, change.position)
        return Stretch(found, max(position, self._newest[-1].position))

    async def _read_up_to(self, head: int) -> None:
        failures = self._failures
        async with self._reading:
            if self._failures > failures:
                raise StoreUnavailable("Postgres does not answer.", "nor did it those who waited in front")
            history = self._coherence.histories
            newest = self._newest if self._history == history else []
            last = max(newest[-1].position if newest else 0, head - KEPT)
            if last < head or not newest:
                try:
                    async with reading(self._pool) as connection:
                        read = (await changes_between(connection, _EVERY, last, head, KEPT)).items
                except StoreUnavailable:
                    self._failures += 1
                    raise
                newest = [*(newest if newest and newest[-1].position == last else []), *read][-KEPT:]
            if history == self._coherence.histories:
                self._newest, self._history = newest, history
