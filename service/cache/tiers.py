"""Reading through the cache: Redis, then Postgres, with one load per key at a time in this process."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from service.cache.representation import Representation
from service.cache.shared import Point, SharedCache
from service.telemetry import tolerate

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Representation).decode

Load = Callable[[], Awaitable[Representation]]

_NOW_SECONDS = 86_400
_PINNED_SECONDS = 3_600


class Tiers:
    """The levels of the cache, nearest first."""

    def __init__(self, shared: SharedCache) -> None:
        self.shared = shared
        self._loading: dict[tuple[str, Point], asyncio.Task[tuple[Representation, bool]]] = {}

    async def get_or_load(
        self, key: str, at: Point, load: Load, *, pinned: bool, admit: Callable[[], Awaitable[None]]
    ) -> tuple[Representation, str]:
        """The answer under a key as of a point of the log, and how it was come by (RFC 9211, Cache-Status).

        `pinned` says that the key names the position, so that its answer is the same for ever. `admit` is called before
        anything is loaded for this caller, and may refuse.
        """
        kept = await self._kept(key, at)
        if kept is not None:
            return kept, "hit"
        await admit()
        flight = (key, at)
        task = self._loading.get(flight)
        if task is None:
            task = asyncio.create_task(self._fill(key, at, load, _PINNED_SECONDS if pinned else _NOW_SECONDS))
            self._loading[flight] = task
            task.add_done_callback(lambda _: self._loading.pop(flight, None))
            loaded, stored = await asyncio.shield(task)
            return loaded, "fwd=miss; stored" if stored else "fwd=miss"
        loaded, _ = await asyncio.shield(task)
        return loaded, "fwd=miss; collapsed"

    async def _kept(self, key: str, at: Point) -> Representation | None:
        value = await self.shared.get(key, at)
        if value is None:
            return None
        try:
            return _decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            tolerate("a value read from Redis", error)
            await self.shared.forget(key)
            return None

    async def _fill(self, key: str, at: Point, load: Load, seconds: int) -> tuple[Representation, bool]:
        loaded = await load()
        return loaded, await self.shared.put(key, at, _encode(loaded), seconds)
