"""What many ask for in the same moment, asked for at once: most of what a question costs is that it is one.

This is what is called a data loader. (aiodataloader starts two tasks for each batch, keeps hold of neither, and lets
who waits wait for ever when they are cancelled.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar

What = TypeVar("What", bound=Hashable)
Key = TypeVar("Key")
Value = TypeVar("Value")
Wanted = list[tuple[Key, asyncio.Future[Value]]]

MOST = 64
"""How many are asked for at once at most: their answers come in one piece."""


class Together(Generic[What, Key, Value]):
    """Asks for many keys as one, if it is the same that is asked of them."""

    def __init__(self, ask: Callable[[What, list[Key]], Awaitable[Sequence[Value]]]) -> None:
        """`ask` gives the values of some keys, in their order."""
        self._ask = ask
        self._wanted: dict[What, Wanted[Key, Value]] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def one(self, what: What, key: Key) -> Value:
        """What is asked of one key. What fails, fails for all who asked in the same moment."""
        value: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        wanted = self._wanted.get(what)
        if wanted is None:
            wanted = self._wanted[what] = []
            task = asyncio.create_task(self._ask_for_all(what, wanted))
            self._asking.add(task)
            task.add_done_callback(partial(self._asked, what, wanted))
        wanted.append((key, value))
        if len(wanted) == MOST:
            del self._wanted[what]  # whoever comes now begins the next
        return await value

    def is_begun(self, what: What) -> bool:
        """Whether who asks now joins others."""
        return what in self._wanted

    async def _ask_for_all(self, what: What, wanted: Wanted[Key, Value]) -> None:
        await asyncio.sleep(0)  # for all who are awake, and those whose requests have just been read
        self._close(what, wanted)
        found = await self._ask(what, [key for key, _ in wanted])
        for (_, value), one in zip(wanted, found, strict=True):
            if not value.done():
                value.set_result(one)

    def _asked(self, what: What, wanted: Wanted[Key, Value], task: asyncio.Task[None]) -> None:
        """Raises what failed in each who waits still; nobody waits for what was cancelled."""
        self._asking.discard(task)
        self._close(what, wanted)
        failure = None if task.cancelled() else task.exception()
        for _, value in wanted:
            if failure is None:
                value.cancel()
            elif not value.done():
                value.set_exception(failure)

    def _close(self, what: What, wanted: Wanted[Key, Value]) -> None:
        """Nobody joins a batch any more."""
        if self._wanted.get(what) is wanted:
            del self._wanted[what]
