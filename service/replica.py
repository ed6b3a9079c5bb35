"""Loading answers from replicas, as long as they have what is known: and when to leave them alone."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from db.pool import Pool, Reading
from db.replica import Known, close_replica, is_used_up, reading_replica, require_replica
from schemas.failures import Failure, ReplicaBehind, ReplicaFailed, ReplicaUnavailable
from service.telemetry import tolerate

T = TypeVar("T")

ANSWERED, BEHIND, DOWN, FAILED, BUSY = "answered", "behind", "down", "failed", "busy"
"""What becomes of a read: a replica answered it, or the primary was asked, and why."""

_LEAVE_ALONE = 1.0
"""Seconds until a replica that is down is looked at again."""
_CATCH_UP, _MOST_CATCH_UP = 0.02, 0.3
"""Seconds a replica that is behind is left alone the first time, and at most: twice as many each time it still is."""


class Replicas:
    """The replicas at one address. One that is down is asked by nobody until it has answered again.

    `came` is told what became of each read.
    """

    def __init__(self, pool: Pool, size: int, monotonic: Callable[[], float], came: Callable[[str], None]) -> None:
        self._pool = pool
        self._size = size
        self._monotonic = monotonic
        self._came = came
        self._reading = 0
        self._behind_until = 0.0
        self._pause = _CATCH_UP
        self._mending: asyncio.Task[None] | None = None

    @property
    def are_down(self) -> bool:
        """Whether nothing is read from them until they have answered again."""
        return self._mending is not None

    async def load(
        self, load: Callable[[Reading], Awaitable[T]], known: Known, otherwise: Callable[[], Awaitable[T]]
    ) -> T:
        """What is loaded from a replica that has all that is known; if there is none just now, what is `otherwise`."""
        came = self._why_not()
        if came is ANSWERED:
            self._reading += 1
            try:
                async with reading_replica(self._pool, known) as connection:
                    answer = await load(connection)
            except ReplicaBehind:
                came = BEHIND
                self._let_catch_up()
            except ReplicaUnavailable as failure:
                came = DOWN
                self._leave_alone(failure)
            except ReplicaFailed as failure:
                came = FAILED  # if more than this is wrong, the next read cannot begin
                tolerate("a read from a replica", failure)
            except Failure:
                self._came(ANSWERED)  # that there is no such thing, say
                raise
            else:
                self._came(ANSWERED)
                self._pause = _CATCH_UP
                return answer
            finally:
                self._reading -= 1
        self._came(came)
        return await otherwise()

    def _why_not(self) -> str:
        """What is known to become of a read before it is tried."""
        if self._mending is not None:
            return DOWN
        if self._monotonic() < self._behind_until:
            return BEHIND
        return BUSY if self._reading >= self._size or is_used_up(self._pool) else ANSWERED

    def _let_catch_up(self) -> None:
        if self._monotonic() >= self._behind_until:
            self._behind_until = self._monotonic() + self._pause
            self._pause = min(2 * self._pause, _MOST_CATCH_UP)

    def _leave_alone(self, failure: ReplicaUnavailable) -> None:
        if self._mending is None:
            tolerate("a read from a replica", failure)
            self._mending = asyncio.create_task(self._mend())

    async def _mend(self) -> None:
        """Waits until they answer: so no reader has to find out."""
        while True:
            await asyncio.sleep(_LEAVE_ALONE)
            try:
                await require_replica(self._pool)
                break
            except Exception as failure:  # noqa: BLE001 - a task that ended here would leave them alone for good
                tolerate("a look at a replica", failure)
        self._mending = None

    async def open(self) -> None:
        """Looks whether they answer; if not, goes on looking. CannotStart if the address is none."""
        try:
            await require_replica(self._pool)
        except ReplicaUnavailable as failure:
            self._leave_alone(failure)

    async def close(self) -> None:
        """Lets go of the connections."""
        if self._mending is not None:
            self._mending.cancel()
            with suppress(asyncio.CancelledError):
                await self._mending
        await close_replica(self._pool)
