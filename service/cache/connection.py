"""The way to Redis or Valkey: what it cannot do now is not done, counted, and never an error.

After three failures in a row, it is left alone for a second.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from service.telemetry import tolerate

_WAIT = 0.1
_CONNECTIONS = 32
_FAILURES_IN_A_ROW = 3
_LEAVE_ALONE = 1.0


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

    async def asked(self, what: str, command: Callable[[], Any]) -> Any:
        """The command's answer; None when it failed, or is not tried because the last ones did."""
        if self.is_left_alone:
            return None
        async with self._free:
            if self.is_left_alone:
                return None  # it failed those who waited in front
            try:
                answer = await command()
            except (RedisError, OSError, TimeoutError) as error:
                tolerate(what, error)
                self._failures += 1
                if self._failures >= _FAILURES_IN_A_ROW:
                    self._left_alone_until = self._monotonic() + _LEAVE_ALONE
                return None
            self._failures = 0
            return answer

    @property
    def is_left_alone(self) -> bool:
        """Whether nothing is asked of it now, since it failed."""
        return self._monotonic() < self._left_alone_until

    async def answers(self) -> bool:
        """Whether it can be reached now."""
        return bool(await self.asked("a ping to Redis", self.redis.ping))

    async def close(self) -> None:
        """Lets go of its connections."""
        await self.redis.aclose()
        await self.redis.connection_pool.aclose()
