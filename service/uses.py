"""When keys were last used: noted once a minute and key at most, beside the requests, never in their way."""

import asyncio
from collections.abc import Callable

from db.keys import key_was_used
from db.pool import Pool, writing
from schemas.failures import StoreUnavailable
from service.telemetry import count, tolerate

_EVERY = 60.0
"""Seconds."""


class Uses:
    """The uses this process has noted."""

    def __init__(self, pool: Pool, monotonic: Callable[[], float]) -> None:
        self._pool = pool
        self._monotonic = monotonic
        self._noted: dict[str, float] = {}
        self._noting: set[asyncio.Task[None]] = set()

    def note(self, key: str) -> None:
        """Notes that a key was used, unless that was noted within the minute."""
        now = self._monotonic()
        if now - self._noted.get(key, -_EVERY) < _EVERY:
            return
        self._noted[key] = now
        task = asyncio.create_task(self._write(key))
        self._noting.add(task)
        task.add_done_callback(lambda done: self._noted_or_not(key, done))

    async def close(self) -> None:
        """Waits for what is being noted."""
        await asyncio.gather(*self._noting, return_exceptions=True)

    async def _write(self, key: str) -> None:
        async with writing(self._pool) as connection:
            await key_was_used(connection, key)

    def _noted_or_not(self, key: str, task: "asyncio.Task[None]") -> None:
        """Nobody waits for a note, so whatever kept one from being written is said here; the next use tries again."""
        self._noting.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._noted.pop(key, None)
            if isinstance(error, StoreUnavailable):
                count("a note of a key's use")
            else:
                tolerate("a note of a key's use", error)
