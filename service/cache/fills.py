"""Filling the cache: many who miss one answer have it loaded once, by one process of all if Redis can tell them."""

import asyncio
from functools import cached_property

from service.admission import Room
from service.cache.coherence import Coherence
from service.cache.encodings import LONG
from service.cache.keys import answer_key
from service.cache.memory import Entry, Memory, Request, Variant
from service.cache.representation import Kept
from service.cache.shared import Point, SharedCache
from service.telemetry import tolerate

FROM_MEMORY = b"citable-memory; hit"
FROM_REDIS = b"citable-redis; hit"
COLLAPSED = b"citable-memory; fwd=miss; collapsed"
STORED = b"citable-memory; fwd=miss; stored"
MISSED = b"citable-memory; fwd=miss"
BYPASSED = b"citable-memory; fwd=bypass"
"""How an answer was come by (RFC 9211)."""

_PATIENCE = 6.0
"""Seconds to wait for who is loading an answer: a little longer than Postgres may take."""
_POLL = 0.02
_POLLS = 40
"""How often, in seconds, and how many times to look whether another process has loaded what is missed here."""


class Fills:
    """The levels of the cache, nearest first, and what is being loaded into them."""

    def __init__(self, memory: Memory, shared: SharedCache, coherence: Coherence, origin: str) -> None:
        self.memory = memory
        self.shared = shared
        self._coherence = coherence
        self._origin = origin
        self.filling: dict[Request, asyncio.Future[Entry | None]] = {}
        self._encoding: dict[tuple[Entry, str], asyncio.Task[Variant]] = {}

    async def find(self, request: Request, room: Room) -> tuple[Entry | None, bytes, "Place | None"]:
        """What is kept for a request and how it was come by; or else a place to leave it, or neither.

        Whoever gets a place must leave it. Others wait for them; if they leave it empty, one of those takes it, and if
        they do as well, everyone goes on alone. Who looks farther than Redis takes the room for it, and who waits for
        another's answer takes none. Overloaded if there is no room.
        """
        arrived = self._coherence.head.position
        left_empty = 0
        while True:
            entry = self._current(request)
            if entry is not None:
                return entry, FROM_MEMORY, None
            filling = self.filling.get(request)
            if filling is not None:
                room.leave()
                try:
                    async with asyncio.timeout(_PATIENCE):
                        entry = await asyncio.shield(filling)
                except TimeoutError:
                    return None, b"", None
                if entry is None:
                    left_empty += 1
                    if left_empty > 1:
                        return None, b"", None
                    continue
                if self.is_current(entry) or entry.point.position >= arrived >= 0:
                    return entry, COLLAPSED, None
                continue  # it was begun for who came earlier
            place = Place(self, request, self._coherence.log)
            try:
                entry = await self._in_redis(place, room)
            except BaseException:
                place.filled(None)
                raise
            if entry is None:
                return None, b"", place
            self.memory.put(request, entry)
            place.filled(entry)
            return entry, FROM_REDIS, None

    def key_of(self, log: str, request: Request) -> str:
        """What a log's answer to a request is called in Redis."""
        return answer_key(log, self._origin, request)

    def is_current(self, entry: Entry) -> bool:
        """Whether an entry is what would be answered now; if so, it is marked for a quicker look next time."""
        head = self._coherence.head
        if entry.point is head:
            return True
        if self._coherence.is_current(entry.point, entry.kept.of, entry.kept.pinned):
            entry.point = head
            return True
        return False

    def _current(self, request: Request) -> Entry | None:
        entry = self.memory.get(request)
        if entry is not None and not self.is_current(entry):
            self.memory.drop(request)
            return None
        return entry

    async def _in_redis(self, place: "Place", room: Room) -> Entry | None:
        """What another process loaded, or is loading; the room is taken if that is not there yet.

        Where room is scarce nobody waits in it for that.
        """
        if self.shared.is_left_alone:
            await room.enter()
            return None
        key = place.key
        entry = await self._usable(key)
        if entry is not None:
            return entry
        await room.enter()
        place.is_for_us_alone = room.is_scarce
        if not place.is_for_us_alone and not await self.shared.may_load(key):
            for _ in range(_POLLS):
                await asyncio.sleep(_POLL)
                entry = await self._usable(key)
                if entry is not None or await self.shared.may_load(key):
                    break
        return entry

    async def variant(self, entry: Entry, coding: str, request: Request | None) -> Variant:
        """An answer in a coding, which is made the first time it is asked for: beside the loop, if that takes long."""
        found = entry.variants.get(coding)
        if found is None:
            is_long = entry.length > LONG
            made = await self._encoded(entry, coding) if is_long else entry.encoded(coding)
            found = entry.variants.setdefault(coding, made)
            if request is not None:
                self.memory.grown(request, entry)
        return found

    async def _encoded(self, entry: Entry, coding: str) -> Variant:
        """An answer in a coding, made once for all who ask for it meanwhile."""
        encoding = self._encoding.get((entry, coding))
        if encoding is None:
            encoding = asyncio.create_task(asyncio.to_thread(entry.encoded, coding))
            self._encoding[entry, coding] = encoding
            encoding.add_done_callback(lambda _: self._encoding.pop((entry, coding)))
        return await asyncio.shield(encoding)

    async def _usable(self, key: str) -> Entry | None:
        found = await self.shared.get(key)
        if found is None:
            return None
        try:
            entry = Entry(*found)
        except ValueError as error:
            tolerate("an answer read from Redis", error)
            await self.shared.forget(key)
            return None
        return entry if self.is_current(entry) else None


class Place:
    """Where the answer to a request is left by who loads it."""

    def __init__(self, fills: Fills, request: Request, log: str) -> None:
        """`log` is the one that is read."""
        self.request = request
        self.is_sent_by_edge = False
        """Whether what is left here is sent by who gave the place, and needs no other response."""
        self.is_for_us_alone = False
        """Whether other processes neither wait for what is left here nor are given it, since room is scarce."""
        self.left: tuple[Entry, bytes] | None = None
        """What was left, and how it was come by."""
        self._fills = fills
        self._log = log
        self._future: asyncio.Future[Entry | None] = asyncio.get_running_loop().create_future()
        fills.filling[request] = self._future

    @cached_property
    def key(self) -> str:
        """What the answer is called in Redis."""
        return self._fills.key_of(self._log, self.request)

    async def keep(self, kept: Kept, at: Point) -> tuple[Entry, bytes]:
        """Leaves an answer read at a point. One that is late is not stored, and says so."""
        entry = Entry(kept, at)
        stored = self._fills.is_current(entry) and self._fills.memory.put(self.request, entry)
        self.filled(entry)
        is_shared = self._may_share and await self._fills.shared.put(self.key, kept, at)
        how = STORED if is_shared or stored else MISSED
        self.left = (entry, how)
        return self.left

    def filled(self, entry: Entry | None) -> None:
        """Lets those who wait go on."""
        if not self._future.done():
            self._future.set_result(entry)
            del self._fills.filling[self.request]

    async def leave(self) -> None:
        """Gives up the place; whoever finds it empty goes on alone."""
        if not self._future.done():
            self.filled(None)
            if self._may_share:
                await self._fills.shared.may_load_again(self.key)

    @property
    def _may_share(self) -> bool:
        return not (self.is_for_us_alone or self._fills.shared.is_left_alone)
