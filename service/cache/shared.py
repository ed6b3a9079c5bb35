"""The level of the cache that all processes share: Redis or Valkey. Losing it makes answers slower, never wrong.

Every value starts with the point it was read at, and counts at no other. A fill that was read earlier than what is
there is refused, so a slow reader cannot put an old answer back. After three failures in a row, Redis is left alone for
a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from schemas.fields import LARGEST_INTEGER
from service.telemetry import tolerate

_WAIT = 0.1
_FAILURES_IN_A_ROW = 3
_LEAVE_ALONE = 1.0

_SET_UNLESS_OLDER = """
local kept = redis.call('GETRANGE', KEYS[1], 0, 15)
if kept ~= '' and kept > string.sub(ARGV[1], 1, 16) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""


@dataclass(frozen=True)
class Point:
    """A position, and the digest of the version there: what tells two histories of one log apart."""

    position: int
    digest: str

    @property
    def mark(self) -> bytes:
        """What a value read at this point starts with: sixteen digits, which sort as numbers do, and the digest."""
        return f"{self.position:016}{self.digest[:16]:-<16}".encode()


class SharedCache:
    """Values with the points they were read at."""

    def __init__(self, url: str, monotonic: Callable[[], float]) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=32,
            timeout=_WAIT,
            socket_timeout=_WAIT,
            socket_connect_timeout=_WAIT,
            retry=Retry(NoBackoff(), 0),
        )
        self._redis = Redis(connection_pool=pool)
        self._set_unless_older = self._redis.register_script(_SET_UNLESS_OLDER)
        self._monotonic = monotonic
        self._failures = 0
        self._left_alone_until = 0.0

    async def get(self, key: str, at: Point) -> bytes | None:
        """The value under a key, if it was read at this very point of this very history."""
        value: bytes | None = await self._asked("a read from Redis", lambda: self._redis.get(key))
        if value is None:
            return None
        if not value[:16].isdigit() or int(value[:16]) > LARGEST_INTEGER:
            await self.forget(key)
        return value[len(at.mark) :] if value.startswith(at.mark) else None

    async def put(self, key: str, at: Point, value: bytes, seconds: int) -> bool:
        """Keeps a value read at a point; whether it was taken, and not refused for a later one."""
        fill = at.mark + value
        taken = await self._asked("a write to Redis", lambda: self._set_unless_older(keys=[key], args=[fill, seconds]))
        return bool(taken)

    async def forget(self, key: str) -> None:
        """Removes a value that is none of ours."""
        await self._asked("a removal from Redis", lambda: self._redis.delete(key))

    async def answers(self) -> bool:
        """Whether it can be reached now."""
        return bool(await self._asked("a ping to Redis", self._redis.ping))

    async def close(self) -> None:
        """Lets go of its connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.aclose()

    async def _asked(self, what: str, command: Callable[[], Any]) -> Any:
        """The command's answer; None when it failed, or is not tried because the last ones did."""
        if self._monotonic() < self._left_alone_until:
            return None
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
