"""Below HTTP's manners: what is no HTTP at all, or will not end, is refused in the shape every failure has."""

import asyncio
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import unquote

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from schemas.failures import Failure, Fault, HeadersTooLarge, HeadTooSlow, InvalidRequest, UriTooLong
from service.cache.asked import CROWDED
from service.connections import HEAD_WITHIN, KEPT_FOR, PARTED_WITHIN, TAKEN_WITHIN, Connections
from service.telemetry import request_id as new_request_id
from service.watching import Watch
from service.web.door import Door
from service.web.envelope import ALWAYS, LARGEST_HEADERS, LONGEST_URI
from service.web.problems import problem_answer
from service.web.whole import EXTENSIONS, whole, write_whole

ABORT = "citable.abort"
"""Where a request's scope has what ends its connection at once, whatever of an answer was not taken yet."""

_MOST_UNPARSED = 65_536
_MOST_UNREAD = 33_554_432
"""Bytes: of what has no end in sight, and of a body that is thrown away, since its request was answered. Most clients
read an answer only when they have sent all."""
_MOST_PIPELINED = 250


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 with limits, and a problem document where the parser gives up."""

    watch: Watch | None = None
    door: Door | None = None
    book: Connections
    _refusal: Failure | None = None
    _running: RequestResponseCycle | None = None
    _header_bytes = 0
    _unparsed = 0
    """Bytes since the parser last came to the end of something."""
    _unread = 0
    """Bytes of bodies that were thrown away."""
    _since = 0.0
    """When the connection began to wait for what it waits for, on the event loop's clock."""
    _reads_head = False
    _is_whole = True
    """Whether the newest request has arrived with all of its body."""
    _parted = False
    _pending = 0
    _pending_since = 0.0
    _has_room = True
    _asked = 0
    """How many requests began."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._since = self.loop.time()
        self._has_room = self.book.opened(self)
        if self.book.is_overrun:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the request that is being answered, too: uvicorn tells the newest, which may wait behind it."""
        self.book.closed(self)
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What has no end in sight is not kept: a header field is handed over only once it is whole.

        A request that is the whole of what came, with header fields that were sent before, is not parsed.
        """
        door, asked = self.door if self._rests else None, self._asked
        if door is not None and self._takes_again(data, door):
            return
        self._unparsed += len(data)
        if not self._parted:
            super().data_received(data)
            is_one = self._asked == asked + 1 and self._is_whole and not self._parted
            if door is not None and is_one and self.cycle.keep_alive:
                door.remember(data, self.scope)
            if self._unparsed <= _MOST_UNPARSED or self._parted:
                return
            self._refusal = HeadersTooLarge(f"The header fields have more than {LARGEST_HEADERS} bytes.")
            self.send_400_response("")

    @property
    def _rests(self) -> bool:
        """Whether all that was asked is answered, and what comes now begins the next request."""
        return (
            self._is_whole
            and not self._unparsed
            and self._has_room
            and not self._parted
            and (self.cycle is None or (self.cycle.response_complete and self.cycle.keep_alive))
            and not self.flow.write_paused
            and not self.book.is_leaving()
        )

    def _takes_again(self, request: bytes, door: Door) -> bool:
        """Answers a request that is sent as others were before, or begins it; False if it must be parsed."""
        scope: dict[str, Any] = {"type": "http", "client": self.client, "scheme": self.scheme, "state": {}}
        asked = door.recognized(request, scope)
        if asked is None:
            return False
        answer = door.answer_again(asked, scope)
        if answer is None:
            if not door.may_begin(asked, scope):
                return False
            self._complete(scope)
            answer = door.taken_in(asked, scope)
        self.book.busy(self)
        self._asked += 1
        self._since = self.loop.time()
        if answer is None:
            self._begin_again(scope)
            return True
        body = b"" if scope["method"] == "HEAD" else answer.body
        self.transport.write(whole(answer.head + answer.said, self.server_state.default_headers, body))
        self.server_state.total_requests += 1
        self.book.idle(self)
        return True

    def _complete(self, scope: dict[str, Any]) -> None:
        """Gives a scope what uvicorn says of every request."""
        path = scope["raw_path"].decode("ascii")
        scope |= {
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "root_path": self.root_path,
            "path": unquote(path) if "%" in path else path,
            "state": self.app_state.copy(),
        }

    def _begin_again(self, scope: dict[str, Any]) -> None:
        """Begins a request that was not parsed, and has no body, as uvicorn does when it has parsed one."""
        cycle = self.cycle = self._running = RequestResponseCycle(
            cast("Any", scope),
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=self.on_response_complete,
        )
        cycle.more_body = False
        cycle.message_event.set()
        self._begin(cycle, self.app)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.book.busy(self)
        self._asked += 1
        self._header_bytes = self._unread = 0
        self._reads_head, self._is_whole = True, False
        self._since = self.loop.time()
        if len(self.pipeline) >= _MOST_PIPELINED:
            self._parted = True
            self.transport.abort()
            raise HttpParserError("Too many requests at once.")

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LONGEST_URI:
            self._refusal = UriTooLong(f"The address has more than {LONGEST_URI} bytes.")
            raise HttpParserError("The address is too long.")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > LARGEST_HEADERS:
            self._refusal = HeadersTooLarge(f"The header fields have more than {LARGEST_HEADERS} bytes.")
            raise HttpParserError("The header fields are too large.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._reads_head, self._unparsed = False, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        if not self.cycle.response_complete:
            super().on_body(body)
            return
        self._unread += len(body)  # it was answered before it was read, and what comes now is thrown away
        if self._unread > _MOST_UNREAD:
            self.transport.pause_reading()  # until it is cut off, after a while in which the answer can be read

    def on_message_complete(self) -> None:
        self._unparsed, self._is_whole = 0, True
        super().on_message_complete()
        if self.cycle.response_complete:
            self.book.idle(self)

    def on_response_complete(self) -> None:
        """As uvicorn's, without a timer for each answer: idle connections are looked at now and then."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self._since = self.loop.time()
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._is_whole:
            self.book.idle(self)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        if not self._has_room or self.book.is_leaving():
            cycle.keep_alive = False
        scope: Any = cycle.scope  # ASGI lets servers add what is theirs
        if self.door is not None and not self.pipeline and not cycle.flow.write_paused:
            answer = self.door.answer(scope)
            if answer is not None:
                write_whole(cycle, answer.head + answer.said, b"" if scope["method"] == "HEAD" else answer.body)
                return
        self._begin(cycle, app)

    def _begin(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope: Any = cycle.scope
        scope["extensions"] = EXTENSIONS
        scope[ABORT] = cycle.transport.abort
        if not self._has_room:
            scope[CROWDED] = True
        super()._start_asgi_task(cycle, app)

    def look(self, now: float) -> str | None:
        """Ends the connection if it waits for too long, and says for what."""
        waits, pending = now - self._since, self.transport.get_write_buffer_size()
        if self._pending == 0 or pending < self._pending:
            self._pending_since = now
        self._pending = pending
        if pending and now - self._pending_since > TAKEN_WITHIN:
            why = "slow-reader"
        elif self._reads_head:
            if self.flow.read_paused:
                self._since = now  # it is us who keep it waiting
            elif waits > HEAD_WITHIN:
                self._refusal = HeadTooSlow(f"The request's head did not arrive within {HEAD_WITHIN:.0f} seconds.")
                self.send_400_response("")
                return "slow-head"
            return None
        elif self._parted or (not self._is_whole and self.cycle.response_complete):
            why = "parted" if waits > PARTED_WITHIN else ""
        elif not self._asked:
            why = "silent" if waits > HEAD_WITHIN else ""
        else:
            why = ""
            if (self.cycle is None or self.cycle.response_complete) and waits > KEPT_FOR:
                self.make_way()
        if why:
            self.transport.abort()
        return why or None

    def make_way(self) -> None:
        """Ends the connection, which is idle."""
        self.transport.close()

    def shutdown(self) -> None:
        """Ends the connection after the answer it waits for, or the request it sends."""
        if not self._reads_head or self._parted:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature; its words say too little
        if self.transport.is_closing():
            return
        failure = self._refusal or InvalidRequest(
            [Fault("This is no HTTP/1.1 request: its first lines cannot be read.")]
        )
        request_id = new_request_id()
        status, headers, body = problem_answer(failure, request_id)
        lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%s: %s" % (n.encode(), v.encode("latin-1")) for n, v in headers]
        lines += [b"%s: %s" % field for field in ALWAYS]
        lines += [b"x-request-id: " + request_id.encode(), b"content-length: %d" % len(body), b"connection: close"]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self._part()
        if self.watch is not None:
            self.watch.refused(self.client, status, len(body), request_id)

    def _part(self) -> None:
        """Says nothing more, and listens no more, but lets the other end finish: cut off, it may not read why."""
        self._parted, self._reads_head, self._since = True, False, self.loop.time()
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True  # its answer would come after this one
            running.message_event.set()
        self.transport.write_eof()
        self.transport.pause_reading()
