"""What keeps this process's answers those of the log: it is told of commits, and compares positions on a timer.

Being told only wakes. What counts is the last look at the log: for `LEASE` seconds after a look began, what it found
is taken for the newest. A process that was stopped, or whose connection died unheard, finds its lease run out.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from enum import Enum

from db.listening import Listener, News
from db.log import Head
from schemas.failures import StoreUnavailable
from service.cache.shared import Point
from service.telemetry import Outage, count, tolerate

EVERY = 0.5
"""Seconds between two looks when nothing is heard."""
LEASE = 1.5
"""Seconds that a look is good for, from when it began. The bound of how stale a missed notification can make anyone."""
CONNECT_WITHIN = 1.0
ANSWER_WITHIN = 0.5
_AGAIN = 0.2
_DOWN_FOR = _AGAIN + 3 * CONNECT_WITHIN
"""Seconds that a failure is good for: longer than the next attempt takes, which waits for two connections at most."""
_LONG_UNHEARD = 10
"""How many times the log is asked for before an operator hears that nobody can listen."""
_PATIENCE = 2 * (ANSWER_WITHIN + 2 * CONNECT_WITHIN)
"""Seconds a request waits to learn whether the log can be looked at: twice as long as it takes to find out."""
_MOST_POINTS = 1000
_MOST_CHANGED = 1000
_MOST_REMEMBERED = 10_000

_NOWHERE = Point(-1, "")

Listen = Callable[[], AbstractAsyncContextManager[Listener]]
Ask = Callable[[], Awaitable[Head]]


class Standing(Enum):
    """Whether what this process knows of the log is the newest there is."""

    CONFIRMED = "confirmed"
    DOWN = "down"
    """Postgres cannot be asked: what was known before is the best there is."""
    UNKNOWN = "unknown"


class Coherence:
    """What this process knows of the log's head, and which answers that makes old."""

    def __init__(self, listen: Listen, ask: Ask, monotonic: Callable[[], float]) -> None:
        """`listen` opens the connection that is told; `ask` is how to learn the head without it."""
        self.log = ""
        self.head = _NOWHERE
        self.confirmed_until = 0.0
        self._listen = listen
        self._ask = ask
        self._monotonic = monotonic
        self._listener: Listener | None = None
        self._looked_at = 0.0
        self._doubted_at = 0.0
        self._down_until = 0.0
        self._seen: dict[int, str] = {}
        self._changed: dict[str, int] = {}
        self._learned = asyncio.Event()
        self._moved = asyncio.Event()
        self._away = Outage(
            "PostgreSQL is away: what is kept goes on being answered, the rest is 503",
            "PostgreSQL is back",
            monotonic,
        )
        self._unheard = Outage(
            "nobody can listen for changes: the log is asked for them instead", "changes are heard of again", monotonic
        )
        self.histories = 0
        """How many histories of the log were followed: whoever keeps parts of one must not add those of another."""

    def is_current(self, point: Point, of: str | None, pinned: bool) -> bool:
        """Whether an answer read when the head was at a point is what would be read now.

        `of` names the one claim it depends on, if it depends on no other; a `pinned` one does not change at all.
        """
        if point == self.head:
            return True
        if self._seen.get(point.position) != point.digest:
            return False  # another history, or too long ago
        return pinned or (of is not None and self._changed.get(of, 0) <= point.position)

    @property
    def age(self) -> float:
        """Seconds since the log was last looked at."""
        return self._monotonic() - self._looked_at

    @property
    def was_looked_at(self) -> bool:
        """Whether the log ever was looked at."""
        return bool(self.log)

    @property
    def is_confirmed(self) -> bool:
        """Whether the log was looked at just now."""
        return self._monotonic() < self.confirmed_until

    @property
    def is_down(self) -> bool:
        """Whether Postgres was found not to answer just now, and what was known before is the best there is."""
        return self.head is not _NOWHERE and self._monotonic() < self._down_until

    async def standing(self) -> Standing:
        """Whether the log was looked at just now, or cannot be; waits while that is being found out.

        Doubts that come after the call are not waited for: what they are about happens beside it.
        """
        doubted_at = self._doubted_at
        until = self._monotonic() + _PATIENCE
        while True:
            now = self._monotonic()
            if self._looked_at >= doubted_at and now < self._looked_at + LEASE:
                return Standing.CONFIRMED
            if now < self._down_until:
                return Standing.DOWN
            if now >= until:
                return Standing.UNKNOWN
            self._wake()
            with suppress(TimeoutError):
                async with asyncio.timeout(until - now):
                    await self._learned.wait()

    async def moved(self, position: int, within: float) -> bool:
        """Waits until the head is known to be beyond a position, `within` seconds at most: whether it is."""
        until = self._monotonic() + within
        while self.head.position <= position:
            left = until - self._monotonic()
            if left <= 0:
                return False
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()
        return True

    def doubt(self) -> None:
        """Something newer may have been told: nothing counts until a look that begins from now on, or fails."""
        self._doubted_at = self._monotonic()
        self.confirmed_until = self._down_until = 0.0  # whoever told it has reached Postgres
        self._wake()

    def met(self, head: Head) -> bool:
        """Takes note of a head read elsewhere; whether it is the one known here."""
        same = (head.log, point_of(head)) == (self.log, self.head)
        if not same and (head.log != self.log or head.position >= self.head.position):
            self.doubt()
        return same

    @asynccontextmanager
    async def following(self) -> AsyncGenerator[None]:
        """Follows the log until the block ends."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self) -> None:
        attempts = unheard = 0
        error: Exception = StoreUnavailable("nothing was asked yet")
        while True:
            try:
                async with self._listen() as listener:
                    self._listener = listener
                    while True:
                        await self._look(listener)
                        self._unheard.end()
                        attempts = unheard = 0
                        await listener.woken(within=EVERY)
            except StoreUnavailable as failure:
                count("a look at the log")
                error = failure
            except Exception as failure:  # noqa: BLE001 - whatever it is, following goes on, and says so
                tolerate("following the log", failure)
                error = failure
            self._listener = None
            attempts += 1
            if attempts > 1:  # the first failure may be the connection's, or this process was stopped meanwhile
                if not await self._look_unheard():
                    self._fail(error)
                elif (unheard := unheard + 1) == _LONG_UNHEARD:  # after an outage, both come back one after the other
                    self._unheard.begin(error)
                await asyncio.sleep(_AGAIN)

    async def _look(self, listener: Listener) -> None:
        began, known = self._monotonic(), self.head
        news = await listener.news_since(known.position, _MOST_CHANGED + 1)
        if self.head is known:
            self._learn(news)
            self._looked(began)
        else:
            self._wake()  # a newer one was met meanwhile

    async def _look_unheard(self) -> bool:
        """Looks the other way, when nobody can listen: whether there is an answer. What changed is not told then."""
        began = self._monotonic()
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                head = await self._ask()
        except (StoreUnavailable, TimeoutError):
            count("a look at the log without listening")
            return False
        if (head.log, point_of(head)) != (self.log, self.head):
            self._forget(head.log, point_of(head))
        self._looked(began)
        return True

    def _learn(self, news: News) -> None:
        head = Point(news.position, news.digest[:16])
        gap = len(news.changed) > _MOST_CHANGED or len(self._changed) + len(news.changed) > _MOST_REMEMBERED
        if news.log != self.log or news.digest_then[:16] != self.head.digest or gap:
            self._forget(news.log, head)
        elif head != self.head:
            self._changed.update(dict.fromkeys(news.changed, head.position))
            self._seen[head.position] = head.digest
            if len(self._seen) > _MOST_POINTS:
                del self._seen[next(iter(self._seen))]
            self.head = head
            self._tell_moved()

    def _looked(self, began: float) -> None:
        self._looked_at, self._down_until = began, 0.0
        self._away.end()
        if began >= self._doubted_at:
            self.confirmed_until = began + LEASE
        else:
            self._wake()  # it began before what was to be seen
        self._tell()

    def _fail(self, error: Exception) -> None:
        self._away.begin(error)
        now = self._monotonic()
        self._down_until = now + _DOWN_FOR
        if self._looked_at < self._doubted_at:
            self._forget(self.log, _NOWHERE)  # something newer may have been told already
        self._tell()

    def _forget(self, log_name: str, head: Point) -> None:
        """Another history, or more changes than were looked at: nothing that was read before counts."""
        self.log, self.head = log_name, head
        self._seen = {head.position: head.digest}
        self._changed = {}
        self.histories += 1
        self._tell_moved()

    def _tell_moved(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    def _tell(self) -> None:
        self._learned.set()
        self._learned = asyncio.Event()

    def _wake(self) -> None:
        if self._listener is not None:
            self._listener.wake()


def point_of(head: Head) -> Point:
    """The point a head is at."""
    return Point(head.position, head.digest[:16])
