"""Who is worked for: so many at once, a few more wait their turn in order, and the rest are told at once to come again.

A service that takes in more than it can do ends up late for everyone, so what is too much is refused while that is
still cheap ("Handling Overload", Site Reliability Engineering, chapter 21).
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from schemas.failures import Overloaded

NO_ROOM = "More is asked here than can be answered in time: try again."
_CALM = 2
"""How many times their patience nobody must be refused before all may wait again."""
MOST_WAITING = 1000
"""How many wait at most: more than can have their turn in time, but memory is bounded."""


class Admission:
    """Room for some at once. `waited` is told how many seconds each had to wait for it.

    Whoever comes in a burst waits their turn, for `patience` seconds at most. Where there was always somebody waiting
    for as long as that, it is no burst: more is asked than can be done. From then on no more may wait than can be
    worked for at once, until nobody does, so that those who have their turn are not late besides ("Fail at Scale", ACM
    Queue 13(8), 2015, after CoDel, RFC 8289).
    """

    def __init__(
        self, most: int, patience: float, monotonic: Callable[[], float], waited: Callable[[float], None]
    ) -> None:
        self.inside = 0
        self.coming = 0
        """How many may take room soon: who was not refused, and has something else to do before."""
        self.waiting: deque[asyncio.Future[None]] = deque()
        self._most = most
        self._patience = patience
        self._monotonic = monotonic
        self._waited = waited
        self._waited_for_since = 0.0
        self._refused_at = -math.inf

    @property
    def is_full(self) -> bool:
        """Whether as many wait as can be worked for at once, or are about to."""
        return len(self.waiting) + self.coming >= self._most

    @property
    def is_scarce(self) -> bool:
        """Whether somebody was refused, and not long ago: then what is only of use to others may be left out."""
        return self._monotonic() - self._refused_at < _CALM * self._patience

    def refuses(self) -> bool:
        """Whether who comes now may not even wait.

        It goes on so until nobody was refused for a while: a queue this short is empty now and then.
        """
        return self.is_full and self._refuses(len(self.waiting) + self.coming)

    def _refuses(self, length: int) -> bool:
        if length < self._most:
            return False
        now = self._monotonic()
        is_behind = self.waiting and now - self._waited_for_since > self._patience
        if length < MOST_WAITING and not is_behind and not self.is_scarce:
            return False
        self._refused_at = now
        return True

    def room(self) -> "Room":
        """Room for one, which is not taken yet. Whoever has it must leave it in the end."""
        return Room(self)

    @asynccontextmanager
    async def one_more(self) -> AsyncGenerator[None]:
        """Room for one more until the block ends. Overloaded if there is none in time."""
        room = Room(self)
        await room.enter()
        try:
            yield
        finally:
            room.leave()

    async def come_in(self) -> None:
        """Waits for room, and takes it. Overloaded if there is none in time."""
        if self.inside < self._most:
            self.inside += 1
            self._waited(0.0)
            return
        if self._refuses(len(self.waiting)):
            raise Overloaded(NO_ROOM)
        began = self._monotonic()
        if not self.waiting:
            self._waited_for_since = began
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.go_out()  # it was given room when it had given up
            else:
                with suppress(ValueError):  # it was passed over already
                    self.waiting.remove(turn)
            if isinstance(error, TimeoutError):
                self._refused_at = self._monotonic()
                raise Overloaded(NO_ROOM) from error
            raise
        finally:
            self._waited(self._monotonic() - began)

    def go_out(self) -> None:
        """Gives up room that was taken: whoever waits the longest has it then."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.inside -= 1


class Room:
    """What one may take once, and gives up once, however often it is said. Until then they are coming."""

    __slots__ = ("_admission", "_is_coming", "_is_taken")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._is_coming = True
        self._is_taken = False
        admission.coming += 1

    @property
    def is_scarce(self) -> bool:
        """As Admission's."""
        return self._admission.is_scarce

    async def enter(self) -> None:
        """Takes it. Overloaded as Admission."""
        if not self._is_taken:
            self._comes_no_more()
            await self._admission.come_in()
            self._is_taken = True

    def leave(self) -> None:
        """Gives it up."""
        self._comes_no_more()
        if self._is_taken:
            self._is_taken = False
            self._admission.go_out()

    def _comes_no_more(self) -> None:
        if self._is_coming:
            self._is_coming = False
            self._admission.coming -= 1
