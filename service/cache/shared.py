"""The level of the cache that all processes share: Redis or Valkey. Losing it makes answers slower, never wrong.

Every value starts with the point of the log it was read at. A fill that was read earlier than what came within the last
minute is refused, so a slow reader cannot put an old answer back; what a lost history left is replaced.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from service.cache.connection import SharedConnection
from service.cache.representation import Kept
from service.telemetry import tolerate
from service.together import Together

_SET_UNLESS_OLDER = """
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then redis.call('DEL', KEYS[1]) end
local kept = redis.call('GETRANGE', KEYS[1], 0, 15)
redis.call('DEL', KEYS[2])
if kept > string.sub(ARGV[1], 1, 16) and redis.call('TTL', KEYS[1]) > ARGV[2] - 60 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
_SECONDS = 3_600
"""How long an answer is kept: there are as many as there are ways to ask."""
_LOADING = 1000
"""Milliseconds another process's load is waited for at most, should it have died."""
_MARK = 32

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode


@dataclass(frozen=True)
class Point:
    """A position, and the beginning of the digest of the version there: what tells two histories of one log apart."""

    position: int
    digest: str

    @property
    def mark(self) -> bytes:
        """What a value read at this point starts with: sixteen digits, which sort as numbers do, and the digest."""
        return f"{self.position:016}{self.digest:-<16}".encode()


class SharedCache:
    """Answers with the points they were read at."""

    def __init__(self, connection: SharedConnection) -> None:
        self._connection = connection
        self._redis = connection.redis
        self._set_unless_older = self._redis.register_script(_SET_UNLESS_OLDER)
        self._values = Together(self._read)

    @property
    def is_left_alone(self) -> bool:
        """Whether nothing is asked of Redis now, since it failed."""
        return self._connection.is_left_alone

    async def get(self, key: str) -> tuple[Kept, Point] | None:
        """The answer under a key, and the point it was read at. What is none of ours is removed."""
        value = None if self.is_left_alone else await self._values.one(None, key)
        if value is None:
            return None
        try:
            point = Point(int(value[:16]), value[16:_MARK].decode("ascii").rstrip("-"))
            return _decode(value[_MARK:]), point
        except (msgspec.DecodeError, ValueError) as error:
            tolerate("a value read from Redis", error)
            await self.forget(key)
            return None

    async def _read(self, _: None, keys: list[str]) -> list[bytes | None]:
        found: list[bytes | None] | None = await self._connection.asked(
            "a read from Redis", lambda: self._redis.mget(keys)
        )
        return found or [None] * len(keys)

    async def put(self, key: str, kept: Kept, at: Point) -> bool:
        """Keeps an answer read at a point; whether it was taken, and not refused for a later one."""

        def set_unless_older() -> Any:
            return self._set_unless_older(keys=[key, _loading(key)], args=[at.mark + _encode(kept), _SECONDS])

        return bool(await self._connection.asked("a write to Redis", set_unless_older))

    async def forget(self, key: str) -> None:
        """Removes an answer that no process can use."""
        await self._connection.asked("a removal from Redis", lambda: self._redis.delete(key))

    async def may_load(self, key: str) -> bool:
        """Whether nobody else is loading the answer to be kept under a key: then others are told that we are."""

        async def claim() -> str:
            return "ours" if await self._redis.set(_loading(key), b"", nx=True, px=_LOADING) else "theirs"

        whose: str | None = await self._connection.asked("a claim in Redis", claim, needs_room=True)
        return whose != "theirs"

    async def may_load_again(self, key: str) -> None:
        """Takes back that we are loading: it came to nothing."""
        await self.forget(_loading(key))


def _loading(key: str) -> str:
    return f"{key}:loading"
