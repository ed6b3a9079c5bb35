"""The outermost layer: a public read whose answer is kept is answered before anything else looks at it.

It says what the layers below would say, with the same bytes and header fields, because it keeps what they said. What it
cannot answer exactly goes on to them, with a place to leave the answer for the next caller.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from db.log import Head
from db.pool import answer_by
from schemas.failures import Overloaded, StoreUnavailable
from schemas.keys import Secret
from service.admission import NO_ROOM, Admission, Room
from service.cache.answer import Answer, Send, send_answer
from service.cache.asked import CROWDED, Asked, Scope, are_tags, asked_of, is_health, tags_of, takes_room
from service.cache.coherence import Coherence, Standing
from service.cache.encodings import coding_for
from service.cache.fills import FROM_MEMORY, Fills, Place
from service.cache.memory import Entry, Variant
from service.cache.policies import for_keyed
from service.telemetry import request_id, tolerate
from service.watching import Seen, Watch

Receive = Any
App = Callable[[Any, Any, Any], Awaitable[None]]
"""ASGI's types, without a framework's own words for them."""

Refuse = Callable[[Scope, Overloaded], Answer]
"""What answers what is refused for want of room."""

_ASKED = "citable.asked"
_ROOM = "citable.room"
"""Where a request's scope has what it asks, once that was looked at, and its room, if it is coming already."""

ANSWER_WITHIN = 10.0
"""Seconds after which a read is given up, wherever it is then."""


class Edge:
    """Wraps an application. `always` are the fields every answer carries, unless it has its own of that name.

    `newest` asks Postgres for the head of the log.
    """

    def __init__(
        self,
        app: App,
        fills: Fills,
        coherence: Coherence,
        watch: Watch,
        *,
        newest: Callable[[], Awaitable[Head]],
        monotonic: Callable[[], float],
        admission: Admission,
        refuse: Refuse,
        always: tuple[tuple[bytes, bytes], ...],
    ) -> None:
        self._app = app
        self._fills = fills
        self._memory = fills.memory
        self._coherence = coherence
        self._watch = watch
        self._newest = newest
        self._monotonic = monotonic
        self._admission = admission
        self._refuse = refuse
        self._always = always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _ASKED not in scope:
            answer = self.at_once(scope)
            if answer is not None:
                await send_answer(answer, scope["method"] == "HEAD", scope, send)
                return
        seen = self._watch.begins(scope, self._monotonic())
        room = scope.get(_ROOM) or self._admission.room()
        try:
            await self._look_further(scope[_ASKED], scope, receive, send, seen, room)
        except Overloaded as failure:
            refused = self._refuse(scope, failure)
            size = await send_answer(refused, scope["method"] == "HEAD", scope, send)
            seen.answered(refused.status, size, None, refused.request_id)
        finally:
            room.leave()
            self._watch.ends(scope, seen)

    def at_once(self, scope: Scope) -> Answer | None:
        """The answer to a request that waits for nothing, and is noted already; None if there is none.

        That is one that memory has, or that there is no room for, and none to wait for. A server that can send it as it
        is asks before it begins the request. One that goes on where others wait is coming from here on, since more may
        be asked before it begins.
        """
        began = self._monotonic()
        asked = asked_of(scope)
        if asked is not None and (answer := self.from_memory(asked, scope, began)) is not None:
            return answer
        return self.taken_in(asked, scope, began)

    def taken_in(self, asked: Asked | None, scope: Scope, began: float | None = None) -> Answer | None:
        """What a request is refused with that memory cannot answer, if there is no room for it; noted already.

        None if it is to begin: it has been looked at then.
        """
        scope[_ASKED] = asked
        if self._admission.waiting and self._would_wait(asked, scope):
            if self._admission.refuses():
                refused = self._refuse(scope, Overloaded(NO_ROOM))
                began = self._monotonic() if began is None else began
                self._watch.turned_away(scope, refused.status, len(refused.body), refused.request_id, began)
                return refused
            scope[_ROOM] = self._admission.room()
        return None

    def from_memory(self, asked: Asked, scope: Scope, began: float | None = None) -> Answer | None:
        """What memory has for anyone, if it was confirmed of late, and in the coding that is asked for; noted already.

        `began` is when it was asked for, if not now.
        """
        began = self._monotonic() if began is None else began
        if asked.authorization is not None or began >= self._coherence.confirmed_until:
            return None
        entry = self._memory.get(asked.request)
        if entry is None or entry.point is not self._coherence.head:
            return None
        variant = entry.variants.get(coding_for(asked.encoding, entry.length))
        if variant is None:
            return None
        answer = self._answer(entry, variant, asked, FROM_MEMORY, Standing.CONFIRMED)
        if answer is not None:
            if entry.route is None:
                entry.route = self._watch.route_of(unquote(scope["raw_path"].decode("latin-1")))
            size = 0 if asked.is_head else len(answer.body)
            self._watch.kept(scope, entry.route, answer.status, size, answer.request_id, began)
        return answer

    def _would_wait(self, asked: Asked | None, scope: Scope) -> bool:
        """Whether a request could not be answered without room of its own."""
        if asked is None:
            return takes_room(scope)
        return asked.request not in self._memory and asked.request not in self._fills.filling

    async def _look_further(
        self, asked: Asked | None, scope: Scope, receive: Receive, send: Send, seen: Seen, room: Room
    ) -> None:
        """Answers what memory has not, within the room and the time there is for that.

        The room is given up before anything is sent: slow readers hold up nobody. Overloaded if there is none.
        """
        send_seen = seen.of(send)

        async def send_outside(message: Any) -> None:
            room.leave()
            await send_seen(message)

        if scope.get(CROWDED) and not is_health(scope):
            raise Overloaded("More connections are open here than there is room for: try again.")
        if asked is None and not takes_room(scope):
            await self._app(scope, receive, send_outside)
            return
        answer_by.set(seen.began + ANSWER_WITHIN)
        place = None
        if asked is not None:
            answer, how, place = await self._found(asked, room)
            if answer is not None:
                room.leave()
                seen.answered(
                    answer.status, await send_answer(answer, asked.is_head, scope, send), how, answer.request_id
                )
                return
        await room.enter()
        scope["state"]["room"] = room  # for who has to wait for something else
        if asked is None or place is None:
            await self._app(scope, receive, send_outside)
            return
        loaded = await self._loaded(asked, place, scope, receive, send_outside)
        if loaded is not None:
            await self._send(*loaded, asked, scope, send, seen, room)

    async def _send(
        self, answer: Answer, how: bytes, asked: Asked, scope: Scope, send: Send, seen: Seen, room: Room
    ) -> None:
        room.leave()
        size = await send_answer(answer, asked.is_head, scope, send)
        seen.answered(answer.status, size, how, answer.request_id)

    async def _found(self, asked: Asked, room: Room) -> tuple[Answer | None, bytes, Place | None]:
        """What is kept, as `_kept` says it; nothing, where that fails."""
        try:
            return await self._kept(asked, room)
        except Overloaded:
            raise
        except Exception as failure:  # noqa: BLE001 - whatever is wrong with what is kept, the layers below can answer
            tolerate("an answer from the cache", failure)
            return None, b"", None

    async def _loaded(
        self, asked: Asked, place: Place, scope: Scope, receive: Receive, send: Send
    ) -> tuple[Answer, bytes] | None:
        """The answer that the layers below left in a place, and how it was come by; None if they sent it."""
        started = False

        async def send_and_leave(message: Any) -> None:
            nonlocal started
            started = True
            await place.leave()  # before it is sent: who asked may never read it, and others wait
            await send(message)

        place.is_sent_by_edge = are_tags(asked.known)
        try:
            scope["state"]["place"] = place
            await self._app(scope, receive, send_and_leave)
        finally:
            await place.leave()
        if place.left is None or started:
            return None
        entry, how = place.left
        variant = await self._fills.variant(entry, coding_for(asked.encoding, entry.length), asked.request)
        standing = Standing.DOWN if self._coherence.is_down else Standing.CONFIRMED
        answer = self._answer(entry, variant, asked, how, standing)
        return None if answer is None else (answer, how)

    async def _kept(self, asked: Asked, room: Room) -> tuple[Answer | None, bytes, Place | None]:
        """The answer that is kept and how it was come by, or a place to leave one, or neither."""
        if asked.authorization is not None:
            await room.enter()  # Postgres is asked for each of them
        is_plain = asked.authorization is None and self._coherence.is_confirmed
        standing = Standing.CONFIRMED if is_plain else await self._standing(asked.authorization)
        if standing is Standing.UNKNOWN:
            return None, b"", None
        entry, how, place = await self._fills.find(asked.request, room)
        if entry is None:
            return None, b"", place
        coding = coding_for(asked.encoding, entry.length)
        variant = await self._fills.variant(entry, coding, asked.request)
        return self._answer(entry, variant, asked, how, standing), how, None

    async def _standing(self, authorization: str | None) -> Standing:
        """Whether what is known of the log is the newest. Who reads with a key is only content with the very newest."""
        if authorization is None or Secret.sent(authorization) is None:
            return await self._coherence.standing()
        try:
            if self._coherence.met(await self._newest()):
                return Standing.CONFIRMED
        except StoreUnavailable:
            return Standing.UNKNOWN
        standing = await self._coherence.standing()
        return standing if standing is Standing.CONFIRMED else Standing.UNKNOWN

    def _answer(self, entry: Entry, variant: Variant, asked: Asked, how: bytes, standing: Standing) -> Answer | None:
        """A kept answer as it is sent; None if it cannot be told here what that is."""
        unchanged = bool(asked.known) and variant.etag in tags_of(asked.known)
        if not unchanged and not are_tags(asked.known):
            return None  # let who knows all the ways to write it decide
        stale = b""
        if standing is Standing.DOWN and not entry.kept.pinned:
            age = int(self._coherence.age)
            if age > entry.fresh_for + entry.stale_for:
                return None
            how = b"%s; ttl=%d; detail=store-unavailable" % (how, entry.fresh_for - age)
            stale = b"age: %d\r\n" % age
        head = variant.head(unchanged, self._always)
        if asked.authorization is not None:
            policy = entry.kept.cache_control
            head = head.replace(_policy(policy), _policy(for_keyed(policy)))
        named = request_id()
        said = b"cache-status: %b\r\nx-request-id: %b\r\n%b" % (how, named.encode(), stale)
        return Answer(304 if unchanged else 200, head, said, b"" if unchanged else variant.body, named)


def _policy(cache_control: str) -> bytes:
    return b"\r\ncache-control: %b\r\n" % cache_control.encode()
