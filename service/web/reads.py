"""A read under way: which position it answers as of, how its answer is kept, and what its conditions make of it."""

from collections.abc import AsyncGenerator, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple

from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from db.log import is_settled, position_as_of
from db.pool import reading
from schemas.failures import Fault, InvalidRequest
from schemas.keys import Secret
from schemas.languages import Language
from service.admission import Room
from service.cache.coherence import point_of
from service.cache.encodings import coding_for
from service.cache.fills import BYPASSED, Place
from service.cache.languages import language_for
from service.cache.memory import Entry, Fields
from service.cache.policies import CURRENT, PINNED, STALE_FOR, for_keyed
from service.cache.representation import Kept, Representation
from service.cache.shared import Point
from service.loading import K, Load, LoadMany, T
from service.runtime import Runtime
from service.web.asker import Asker
from service.web.conditional import accepted, is_unchanged
from service.web.inputs import read_as_of


class At(NamedTuple):
    """The position an answer is as of, the head of the log then, and whether the caller named it or means "now"."""

    position: int
    head: Point
    pinned: bool


class Answer(ASGIResponse):
    """A response whose fields are encoded already: Litestar calls it, and has nothing to add."""

    def __init__(self, status: int, fields: Fields, body: bytes = b"") -> None:
        self.status_code = status
        self.body = body
        self._fields = fields

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._fields})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class _Left(ASGIResponse):
    """No response: the answer is left where the edge sends it from."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pass


LEFT = _Left()


class Read(Struct, frozen=True):
    """One GET: its runtime, path and header fields, and where to leave its answer for the next one."""

    runtime: Runtime
    path: str
    headers: Mapping[str, str]
    asker: Asker
    place: Place | None = None
    room: Room | None = None
    """What this read takes of what the process can do at once."""

    async def at(self, as_of: str | None, frozen: int | None = None) -> At:
        """The position to answer as of: the one a cursor is `frozen` at. InvalidRequest if it lies in the future."""
        asked = frozen if frozen is not None else None if as_of is None else read_as_of(as_of)
        if isinstance(asked, datetime):
            found = await self.at_instant(asked)
            if found is None:
                raise _future("as_of", "the log is not known up to then")
            return found
        if asked is None:
            head = await self._head()
            return At(head.position, head, pinned=False)
        return At(asked, await self.head_beyond(asked, "as_of" if frozen is None else "cursor"), pinned=True)

    async def head_beyond(self, position: int, parameter: str) -> Point:
        """The head of the log, at a position or beyond it. InvalidRequest if that lies in the future."""
        head = await self._head()
        if position > head.position:
            head = await self._newest()  # another process may have told of it already
        if position > head.position:
            raise _future(parameter, f"the newest position is {head.position}")
        return head

    async def at_instant(self, instant: datetime) -> At | None:
        """The position the log was at in an instant; None if that is later than now."""
        await self.asker.reader()
        async with reading(self.runtime.pool) as connection:
            settled = await is_settled(connection, instant)
        if not settled:
            async with self.aside():
                await self.runtime.settle()
        async with reading(self.runtime.pool) as connection:
            position = await position_as_of(connection, instant)
        if position is None:
            return None
        head = await self._head()
        return At(position, head if position <= head.position else await self._newest(), pinned=True)

    async def drawn(self, key: Hashable, draw: Callable[[], bytes]) -> bytes:
        """What takes long to make, as Drawing makes it. Overloaded if too many wait for such."""
        async with self.aside():
            return await self.runtime.drawing.drawn(key, draw)

    @asynccontextmanager
    async def aside(self) -> AsyncGenerator[None]:
        """Takes no room while the block waits for something else. Overloaded if there is none afterwards."""
        if self.room is None:
            yield
            return
        self.room.leave()
        yield
        await self.room.enter()

    async def _head(self) -> Point:
        """The head of the log: as this process knows it, or as Postgres says where that may not be the newest."""
        coherence = self.runtime.coherence
        is_known = coherence.is_confirmed or self._is_best_known
        if Secret.sent(self.headers.get("authorization", "")) is None and is_known:
            return coherence.head
        return await self._newest()

    @property
    def _is_best_known(self) -> bool:
        """Whether a replica may answer as of what was known before Postgres was down; the edge says that it is old."""
        coherence, is_said = self.runtime.coherence, self.place is not None and self.place.is_sent_by_edge
        return is_said and self.runtime.replicas is not None and coherence.is_down and coherence.age < STALE_FOR

    async def _newest(self) -> Point:
        """The head of the log as Postgres says."""
        await self.asker.reader()
        head = await self.runtime.newest()
        self.runtime.coherence.met(head)
        return point_of(head)

    @property
    def language(self) -> Language:
        """The language the caller reads numbers in."""
        return language_for(self.headers.get("accept-language"))

    def media_type(self, available: Sequence[str]) -> str:
        """The best media type for the caller. NotAcceptable if there is none."""
        return accepted(self.headers.get("accept"), available)

    async def answer(
        self, at: At, load: Load[Representation], *, of: str | None = None, cache_control: str | None = None
    ) -> ASGIResponse:
        """The answer as of a position, loaded and left for the next caller; 304 if it is known.

        `of` names the one claim it depends on, if it is one.
        """
        return await self.give(at, await self.load(at, load), of=of, cache_control=cache_control)

    async def load(self, at: At, load: Load[T]) -> T:
        """What is loaded with a connection, which is given back before anything else is made of it.

        It may be called again, as Loading says. It is taken from the asker's share: RateLimited when nothing is left of
        that.
        """
        await self.asker.reader()
        return await self.runtime.loading.load(load, at.head)

    async def load_one(self, at: At, load: LoadMany[K, T], key: K) -> T:
        """What is loaded as of a position for one key of many, as `load` does."""
        await self.asker.reader()
        return await self.runtime.loading.load_one(load, key, at.position, at.head, self.room)

    async def give(
        self, at: At, made: Representation, *, of: str | None = None, cache_control: str | None = None
    ) -> ASGIResponse:
        """The answer as of a position, of what was loaded: left for the next caller; 304 if it is known."""
        policy = cache_control or (PINNED if at.pinned else CURRENT)
        return await self._left(Kept(made, policy, at.pinned, of), at.head)

    async def _left(self, kept: Kept, at: Point) -> ASGIResponse:
        if self.place is None:
            return await self.send(Entry(kept, at), BYPASSED)
        entry, how = await self.place.keep(kept, at)
        return LEFT if self.place.is_sent_by_edge else await self.send(entry, how)

    async def send(self, entry: Entry, how: bytes | None = None) -> ASGIResponse:
        """An answer as a response: whole, or 304 when the caller's conditions say it is known."""
        coding = coding_for(self.headers.get("accept-encoding"), entry.length)
        request = self.place.request if self.place is not None else None
        variant = await self.runtime.fills.variant(entry, coding, request)
        unchanged = is_unchanged(variant.etag.decode(), self.headers.get("if-match"), self.headers.get("if-none-match"))
        fields = variant.unchanged if unchanged else variant.fields
        if "authorization" in self.headers:
            policy = (b"cache-control", for_keyed(entry.kept.cache_control).encode())
            fields = [policy if name == b"cache-control" else (name, value) for name, value in fields]
        said: Fields = [*fields, (b"cache-status", how)] if how else fields
        return Answer(304, said) if unchanged else Answer(200, said, variant.body)


def _future(parameter: str, why: str) -> InvalidRequest:
    return InvalidRequest([Fault(f"`{parameter}` lies in the future: {why}.", parameter=parameter)])
