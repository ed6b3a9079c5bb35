"""The way to Redis or Valkey: what it cannot do now is not done, counted, and never an error.

After three failures in a row, it is left alone; once a second, one command tries whether it answers again. A Redis that
has no room, or may only be read, still answers: what it has is read, and nothing is kept.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from service.telemetry import SETTLED, Outage, count, tolerate

_WAIT = 0.1
_CONNECTIONS = 32
_FAILURES_IN_A_ROW = 3
_LEAVE_ALONE = 1.0
_NOT_SAVED = "MISCONF "
"""How Redis begins to say that it takes no writes since it cannot save them."""


class SharedConnection:
    """A connection to Redis that all who use it share, its luck included."""

    def __init__(self, url: str, monotonic: Callable[[], float]) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_WAIT,
            socket_timeout=_WAIT,
            socket_connect_timeout=_WAIT,
            retry=Retry(NoBackoff(), 0),
        )
        self.redis = Redis(connection_pool=pool)
        self._monotonic = monotonic
        self._free = asyncio.Semaphore(_CONNECTIONS)
        self._failures = 0
        self._left_alone_until = 0.0
        self._away = Outage(
            "Redis is away: reads go to PostgreSQL, and no limit is counted",
            "Redis is back",
            monotonic,
        )
        self._full = Outage("Redis keeps nothing new", "Redis keeps answers again", monotonic, settled=SETTLED)

    async def asked(self, what: str, command: Callable[[], Any], *, needs_room: bool = False) -> Any:
        """The command's answer; None when it failed, or is not tried because the last ones did.

        What `needs_room` is refused by a Redis that keeps nothing, so if it succeeds, this one keeps things.
        """
        if self.is_left_alone:
            return None
        async with self._free:
            if self.is_left_alone:
                return None  # it failed those who waited in front
            if self._failures >= _FAILURES_IN_A_ROW:
                self._leave_alone()  # the others go on without it while this one tries
            try:
                answer = await command()
            except (RedisError, OSError, TimeoutError) as error:
                self._failed(what, error)
                return None
            self._answered()
            if needs_room:
                self._full.end()
            return answer

    @property
    def is_left_alone(self) -> bool:
        """Whether nothing is asked of it now, since it failed."""
        return self._monotonic() < self._left_alone_until

    async def answers(self) -> bool:
        """Whether it can be reached now."""
        return bool(await self.asked("a ping to Redis", self.redis.ping))

    def _failed(self, what: str, error: Exception) -> None:
        if isinstance(error, OutOfMemoryError | ReadOnlyError) or str(error).startswith(_NOT_SAVED):
            count(what)
            self._answered()
            self._full.begin(error)
            return
        self._failures += 1
        if isinstance(error, ResponseError):
            tolerate(what, error)  # it answers, and not what was expected
        else:
            count(what)
        if self._failures >= _FAILURES_IN_A_ROW:
            self._leave_alone()
            self._away.begin(error)

    def _answered(self) -> None:
        self._failures, self._left_alone_until = 0, 0.0
        self._away.end()

    def _leave_alone(self) -> None:
        self._left_alone_until = self._monotonic() + _LEAVE_ALONE

    async def close(self) -> None:
        """Lets go of its connections."""
        await self.redis.aclose()
        await self.redis.connection_pool.aclose()
