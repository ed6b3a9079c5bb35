"""Readers who ask at times of their own, whatever becomes of the answers: an open loop."""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tests.stories.line import Line

HOT = (
    "/v1/claims/cn-ai-patents-60pct",
    "/v1/claims?limit=7",
    "/v1/claims?topic=patents",
    "/v1/claims?q=patents",
    "/v1/claims/cn-ai-patents-60pct/versions",
    "/v1/measures/china-share-of-world-ai-patents",
    "/v1/changes?after=170",
    "/claims/cn-ai-patents-60pct",
    "/feeds/claims.atom",
    "/embed/claims/cn-ai-patents-60pct",
)
"""What everyone asks for: of each kind of answer one."""
_UNANSWERED = 0


class Asked(NamedTuple):
    """A read: when it was to be sent, and for how many seconds from then on its answer was waited for.

    `status` is 0 if there was no answer; `level` is how the answer was come by, as `Cache-Status` has it.
    """

    is_hot: bool
    path: str
    due: float
    took: float
    status: int
    is_stale: bool
    level: str


class Readers:
    """Reads at one process, so many a second: of what is hot, and, every `cold_every`, of what nobody has asked for."""

    def __init__(self, port: int, rate: float, cold_every: int, seed: str) -> None:
        self.asked: list[Asked] = []
        self._port = port
        self._rate = rate
        self._cold_every = cold_every
        self._hot = itertools.cycle(HOT)
        self._cold = _cold(random.Random(seed))
        self._lines: list[Line] = []
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["Readers"]:
        """Reads until the block ends, and until what was asked then is answered."""
        asking = asyncio.create_task(self._ask_on())
        try:
            yield self
        finally:
            asking.cancel()
            await asyncio.gather(asking, *self._under_way, return_exceptions=True)
            for line in self._lines:
                line.close()
            await asyncio.sleep(0)

    async def warm(self) -> None:
        """Asks once for everything hot, so that it is kept."""
        async with Line(self._port) as line:
            for path in HOT:
                answer = await line.get(path)
                assert answer.status == 200, f"{path}: {answer.status}"

    def between(self, begin: float, end: float, *, hot: bool | None = None) -> "Figures":
        """What was to be sent in a time, in figures; only what is hot, or what is not, if that is said."""
        return Figures([a for a in self.asked if begin <= a.due < end and hot in (None, a.is_hot)])

    async def _ask_on(self) -> None:
        start = time.monotonic()
        for number in itertools.count():
            due = start + number / self._rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            is_hot = number % self._cold_every != 0
            task = asyncio.create_task(self._ask(is_hot, next(self._hot if is_hot else self._cold), due))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _ask(self, is_hot: bool, path: str, due: float) -> None:
        line = self._lines.pop() if self._lines else Line(self._port)
        status, is_stale, level = _UNANSWERED, False, ""
        try:
            answer = await line.get(path)
            status, is_stale = answer.status, answer.is_stale
            level = answer.headers.get("cache-status", "")
        except (OSError, EOFError, TimeoutError) as error:
            level = type(error).__name__
        self.asked.append(Asked(is_hot, path, due, time.monotonic() - due, status, is_stale, level))
        self._lines.append(line)


class Figures:
    """Reads of one time, in figures."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.asked = asked
        self.took = sorted(a.took for a in asked)

    @property
    def failed(self) -> list[Asked]:
        """Those that were not answered as was wanted."""
        return [a for a in self.asked if a.status != 200]

    @property
    def available(self) -> float:
        """The part that was answered as was wanted."""
        return 1 - len(self.failed) / len(self.asked)

    @property
    def stale(self) -> int:
        """How many answers said that they may be old."""
        return sum(a.is_stale for a in self.asked)

    def quantile(self, part: float) -> float:
        """The seconds within which a part of them was answered."""
        return self.took[min(len(self.took) - 1, int(part * len(self.took)))]

    def told(self) -> dict[str, Any]:
        """Them, for who writes them down; milliseconds."""
        quantiles = {name: round(self.quantile(part) * 1000, 1) for name, part in _QUANTILES.items()}
        return {"reads": len(self.asked), "failed": len(self.failed), "stale": self.stale, **quantiles}


_QUANTILES = {"p50": 0.5, "p99": 0.99, "max": 1.0}


def _cold(chance: random.Random) -> Iterator[str]:
    """Addresses that nobody has asked for: pages as of positions of the past, in no order."""
    every = [
        f"/v1/claims?limit={limit}&as_of={position}&sort={sort}"
        for limit in range(1, 21)
        for position in range(60, 170)
        for sort in ("id", "-value")
    ]
    chance.shuffle(every)
    return iter(every)
