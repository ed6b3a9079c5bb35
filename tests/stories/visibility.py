"""How long after a write was answered every process shows it: one change at a time, and a poller at each process."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.stories.checker import About
from tests.stories.line import Line
from tests.stories.traffic import BOUND, Traffic

PAUSE = 0.003
"""Seconds between two reads of a poller."""
WITHIN = 30.0
"""Seconds to wait for a change that is never seen. It is a bound on hanging."""


class Visibility:
    """Changes of one claim, and for each process the seconds until it first showed each of them."""

    def __init__(self, traffic: Traffic) -> None:
        self.seconds: list[list[float]] = [[] for _ in traffic.deployment.apis]
        self._traffic = traffic
        self._id = traffic.ids[0]
        self._first: list[dict[int, float]] = [{} for _ in traffic.deployment.apis]
        self._news = asyncio.Event()

    async def measure(self, changes: int, writers: Sequence[int]) -> None:
        """Makes so many changes, through these processes in turn, each when all have seen the one before.

        Stops at the first that takes longer to be seen than it ever may.
        """
        chance = random.Random(20261123)
        ports = [api.port for api in self._traffic.deployment.apis]
        async with AsyncExitStack() as open_lines:
            lines = [await open_lines.enter_async_context(Line(port)) for port in [*ports, *ports]]
            polling = [asyncio.create_task(self._poll(process, lines[process])) for process in range(len(ports))]
            try:
                for number in range(changes):
                    process = writers[number % len(writers)]
                    write = await self._traffic.revise(process, self._id, lines[len(ports) + process])
                    assert write.position is not None, self._traffic.figures()
                    async with asyncio.timeout(WITHIN):
                        while not all(write.position in first for first in self._first):
                            self._news.clear()
                            await self._news.wait()
                    for seconds, first in zip(self.seconds, self._first, strict=True):
                        seconds.append(max(0.0, first[write.position] - write.returned))
                    if max(seconds[-1] for seconds in self.seconds) > BOUND:
                        break
                    await asyncio.sleep(chance.random() * 0.01)
            finally:
                for task in polling:
                    task.cancel()
                await asyncio.gather(*polling, return_exceptions=True)

    async def _poll(self, process: int, line: Line) -> None:
        path, about = f"/v1/claims/{self._id}", About("claim", self._id)
        while True:
            read = await self._traffic.read(process, path, about, line)
            if read and read.position not in self._first[process]:
                self._first[process][read.position or 0] = time.monotonic()
                self._news.set()
            await asyncio.sleep(PAUSE)

    def quantile(self, process: int, part: float) -> float:
        """The milliseconds within which a process showed this part of the changes."""
        ordered = sorted(self.seconds[process])
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    def figures(self) -> str:
        """The median, the 99th percentile and the longest, for each process."""
        return "; ".join(
            f"process {process}: p50 {self.quantile(process, 0.5):.1f} ms, p99 {self.quantile(process, 0.99):.1f} ms, "
            f"max {self.quantile(process, 1):.1f} ms"
            for process in range(len(self.seconds))
        )
