"""Loading what answers are made of: from replicas if there are any, and together what is asked for in one moment."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, NamedTuple, TypeVar, cast

from db.pool import Pool, Reading, is_pressed, reading
from db.replica import Known
from service.admission import Room
from service.cache.coherence import Coherence
from service.cache.shared import Point
from service.replica import Replicas
from service.together import Together

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

Load = Callable[[Reading], Awaitable[T]]
LoadMany = Callable[[Reading, list[K], int], Awaitable[list[T]]]
"""What loads values for some keys, in their order, as of a position."""


class _Batch(NamedTuple):
    """What can be loaded together: the same of each key, as of one position, seen from one head of the log."""

    load: LoadMany[Any, Any]
    position: int
    head: Point


class Loading:
    """Loads with connections, which are given back before anything is made of what was loaded.

    A replica that has all of the log that is known here is read, the primary if there is none: then what loads may be
    called again.
    """

    def __init__(self, pool: Pool, replicas: Replicas | None, coherence: Coherence) -> None:
        self._pool = pool
        self._replicas = replicas
        self._coherence = coherence
        self._together: Together[_Batch, Any, Any] = Together(self._batch)

    async def load(self, load: Load[T], head: Point) -> T:
        """What is loaded where all of the log up to its head is."""

        async def from_primary() -> T:
            async with reading(self._pool) as connection:
                return await load(connection)

        log = self._coherence.log
        if self._replicas is None or not log:
            return await from_primary()
        return await self._replicas.load(load, Known(log, head.position, head.digest), from_primary)

    async def load_one(self, load: LoadMany[K, T], key: K, position: int, head: Point, room: Room | None) -> T:
        """What is loaded for one key: with the others who ask for such in this moment, unless there is little time.

        Who begins keeps their room for all of them, and who joins gives theirs up.
        """
        batch = _Batch(load, position, head)
        if is_pressed():
            return cast("T", (await self._batch(batch, [key]))[0])
        if room is not None and self._together.is_begun(batch):
            room.leave()
        return cast("T", await self._together.one(batch, key))

    async def _batch(self, batch: _Batch, keys: list[Any]) -> list[Any]:
        return await self.load(lambda connection: batch.load(connection, keys, batch.position), batch.head)
