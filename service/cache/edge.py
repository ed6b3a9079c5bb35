"""The outermost layer: a public read whose answer is kept is answered before anything else looks at it.

It says what the layers below would say, with the same bytes and header fields, because it keeps what they said. What it
cannot answer exactly goes on to them, with a place to leave the answer for the next caller.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from db.log import Head
from schemas.failures import StoreUnavailable
from schemas.keys import Secret
from schemas.languages import Language
from service.cache.coherence import Coherence, Standing
from service.cache.encodings import coding_for
from service.cache.fills import FROM_MEMORY, Fills, Place
from service.cache.languages import language_for
from service.cache.memory import Entry, Fields, Request, Variant
from service.cache.policies import for_keyed
from service.telemetry import request_id, tolerate
from service.watching import Seen, Watch

Scope = Any
Receive = Any
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
"""ASGI's types, without a framework's own words for them."""

WHOLE = "citable.whole"
"""What a server's extension of ASGI is called that sends an answer at once: `await whole(send, head, body)`.

`head` is the status line and the lines of fields, without the empty one after them.
"""

COVERED = (b"/v1/", b"/feeds/", b"/claims/", b"/measures/", b"/corrections", b"/embed/", b"/oembed")
"""Where the addresses begin whose answers are views of the log. The page at `/` itself is one, too."""

_WAITING = b"/v1/changes"
"""Where addresses begin that may wait for what has not happened yet: such an answer is not kept."""

_READ_HERE = frozenset({b"accept", b"accept-encoding", b"accept-language", b"authorization", b"if-none-match"})
_DECIDING = _READ_HERE | {b"accept-datetime", b"if-match"}
"""The fields that decide an answer, and those of them that this layer understands."""
_LONGEST_KEY = 2048


def is_covered(path: bytes) -> bool:
    """Whether what is at a path is a view of the log."""
    return path == b"/" or path.startswith(COVERED)


class Asked(NamedTuple):
    """A public read: what its answer is kept under, and what decides how that is dressed."""

    request: Request
    is_head: bool
    encoding: str | None
    known: bytes
    authorization: str | None


class Answer(NamedTuple):
    """What is sent: a status, header fields, and a body, which HEAD leaves out.

    `head` is the status and the fields as they are written, if they are; `said` are the lines of this answer alone.
    """

    status: int
    fields: Fields
    head: bytes
    said: bytes
    body: bytes
    request_id: str


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
        always: Sequence[tuple[bytes, bytes]],
    ) -> None:
        self._app = app
        self._fills = fills
        self._memory = fills.memory
        self._coherence = coherence
        self._watch = watch
        self._newest = newest
        self._monotonic = monotonic
        self._always = always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._monotonic()
        asked = _asked(scope)
        coherence = self._coherence
        entry = None if asked is None else self._memory.get(asked.request)
        if (
            asked is None
            or entry is None
            or entry.point is not coherence.head
            or asked.authorization is not None
            or began >= coherence.confirmed_until
            or (variant := entry.variants.get(coding_for(asked.encoding, entry.length))) is None
            or (answer := self._answer(entry, variant, asked, FROM_MEMORY, Standing.CONFIRMED)) is None
        ):
            seen = self._watch.begins(scope, began)
            try:
                if asked is None:
                    await self._app(scope, receive, seen.of(send))
                else:
                    await self._answer_slowly(asked, scope, receive, send, seen)
            finally:
                self._watch.ends(scope, seen)
        else:
            size = await _send(answer, asked.is_head, scope, send)
            if entry.route is None:
                entry.route = self._watch.route_of(scope["path"])
            self._watch.kept(scope, entry.route, answer.status, size, answer.request_id, began)

    async def _answer_slowly(self, asked: Asked, scope: Scope, receive: Receive, send: Send, seen: Seen) -> None:
        """Answers what is not ready, or not known to be current: looks at the log, in Redis, and then below."""
        try:
            answer, how, place = await self._kept(asked)
        except Exception as failure:  # noqa: BLE001 - whatever is wrong with what is kept, the layers below can answer
            tolerate("an answer from the cache", failure)
            answer, how, place = None, b"", None
        if answer is not None:
            seen.answered(answer.status, await _send(answer, asked.is_head, scope, send), how, answer.request_id)
            return
        if place is None:
            await self._app(scope, receive, seen.of(send))
            return
        send_seen = seen.of(send)

        started = False

        async def send_and_leave(message: Any) -> None:
            nonlocal started
            started = True
            await place.leave()  # before it is sent: who asked may never read it, and others wait
            await send_seen(message)

        place.is_sent_by_edge = _are_tags(asked.known)
        try:
            scope["state"]["place"] = place
            await self._app(scope, receive, send_and_leave)
        finally:
            await place.leave()
        if place.left is not None and not started:
            entry, how = place.left
            variant = await self._fills.variant(entry, coding_for(asked.encoding, entry.length), asked.request)
            standing = Standing.DOWN if self._coherence.is_down else Standing.CONFIRMED
            loaded = self._answer(entry, variant, asked, how, standing)
            if loaded is not None:
                seen.answered(loaded.status, await _send(loaded, asked.is_head, scope, send), how, loaded.request_id)

    async def _kept(self, asked: Asked) -> tuple[Answer | None, bytes, Place | None]:
        """The answer that is kept and how it was come by, or a place to leave one, or neither."""
        standing = await self._standing(asked.authorization)
        if standing is Standing.UNKNOWN:
            return None, b"", None
        entry, how, place = await self._fills.find(asked.request)
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
        unchanged = bool(asked.known) and variant.etag in _tags(asked.known)
        if not unchanged and not _are_tags(asked.known):
            return None  # let who knows all the ways to write it decide
        stale = b""
        if standing is Standing.DOWN and not entry.kept.pinned:
            age = int(self._coherence.age)
            if age > entry.fresh_for + entry.stale_for:
                return None
            how = b"%s; ttl=%d; detail=store-unavailable" % (how, entry.fresh_for - age)
            stale = b"age: %d\r\n" % age
        fields, head = variant.dressed(unchanged, self._always)
        named = request_id()
        said = b"cache-status: %s\r\nx-request-id: %s\r\n%s" % (how, named.encode(), stale)
        if asked.authorization is not None:
            fields = [(n, for_keyed(v.decode()).encode()) if n == b"cache-control" else (n, v) for n, v in fields]
            head = b""
        return Answer(304 if unchanged else 200, fields, head, said, b"" if unchanged else variant.body, named)


def _asked(scope: Scope) -> Asked | None:
    """What a request asks for, if that can be answered here at all."""
    method, path = scope["method"], scope["raw_path"]
    if (method != "GET" and method != "HEAD") or not is_covered(path):
        return None
    if path.startswith(_WAITING) and (path.endswith(b"/stream") or b"wait" in scope["query_string"]):
        return None
    given: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _DECIDING:
            if name in given or name not in _READ_HERE:
                return None  # on several lines, or one that this layer does not understand
            given[name] = value
    if not given:
        return Asked((path, scope["query_string"], b"", b""), method == "HEAD", None, b"", None)
    accept = given.get(b"accept", b"").strip()
    request = (path, scope["query_string"], b"" if accept == b"*/*" else accept, _language(given))
    if sum(map(len, request)) > _LONGEST_KEY:
        return None
    encoding, authorization = given.get(b"accept-encoding"), given.get(b"authorization")
    return Asked(
        request,
        method == "HEAD",
        None if encoding is None else encoding.decode("latin-1"),
        given.get(b"if-none-match", b""),
        None if authorization is None else authorization.decode("latin-1"),
    )


def _language(given: Mapping[bytes, bytes]) -> bytes:
    """The language numbers are written in; empty if that is English."""
    language = language_for(given[b"accept-language"].decode("latin-1")) if b"accept-language" in given else Language.EN
    return b"" if language is Language.EN else language.encode()


def _tags(known: bytes) -> list[bytes]:
    return [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]


def _are_tags(known: bytes) -> bool:
    """Whether an `If-None-Match` field is a list of entity tags, or not there: not `*`, nor something else."""
    return not known or all(tag[:1] == b'"' == tag[-1:] for tag in _tags(known))


async def _send(answer: Answer, is_head: bool, scope: Scope, send: Send) -> int:
    """Sends an answer: at once, where the server can do that. How many bytes its body had."""
    body = b"" if is_head else answer.body
    whole = scope.get("extensions", {}).get(WHOLE)
    if whole is not None and answer.head:
        await whole(send, answer.head + answer.said, body)
        return len(body)
    said = [line.split(b": ", 1) for line in answer.said.splitlines()]
    await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.fields, *said]})
    await send({"type": "http.response.body", "body": body})
    return len(body)
