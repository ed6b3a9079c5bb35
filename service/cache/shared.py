"""The level of the cache that all processes share: Redis or Valkey. Losing it makes answers slower, never wrong.

Every value starts with the point it was read at, and counts at no other. A fill that was read earlier than what is
there is refused, so a slow reader cannot put an old answer back.
"""

from dataclasses import dataclass

from schemas.fields import LARGEST_INTEGER
from service.cache.connection import SharedConnection

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

    def __init__(self, connection: SharedConnection) -> None:
        self._connection = connection
        self._redis = connection.redis
        self._set_unless_older = self._redis.register_script(_SET_UNLESS_OLDER)

    async def get(self, key: str, at: Point) -> bytes | None:
        """The value under a key, if it was read at this very point of this very history."""
        value: bytes | None = await self._connection.asked("a read from Redis", lambda: self._redis.get(key))
        if value is None:
            return None
        if not value[:16].isdigit() or int(value[:16]) > LARGEST_INTEGER:
            await self.forget(key)
        return value[len(at.mark) :] if value.startswith(at.mark) else None

    async def put(self, key: str, at: Point, value: bytes, seconds: int) -> bool:
        """Keeps a value read at a point; whether it was taken, and not refused for a later one."""
        fill = at.mark + value
        taken = await self._connection.asked(
            "a write to Redis", lambda: self._set_unless_older(keys=[key], args=[fill, seconds])
        )
        return bool(taken)

    async def forget(self, key: str) -> None:
        """Removes a value that is none of ours."""
        await self._connection.asked("a removal from Redis", lambda: self._redis.delete(key))
