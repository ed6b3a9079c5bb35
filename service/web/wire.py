"""Below HTTP's manners: what is no HTTP at all, or will not end, is refused in the shape every failure has."""

import socket
from typing import Any

import uvicorn
from httptools import HttpParserError
from litestar.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from schemas.failures import Failure, Fault, HeadersTooLarge, InvalidRequest, UriTooLong
from service.cache.edge import WHOLE
from service.followers import Followers
from service.telemetry import request_id as new_request_id
from service.watching import Watch
from service.web.envelope import ALWAYS, LARGEST_HEADERS, LONGEST_URI
from service.web.problems import problem_answer

ABORT = "citable.abort"
"""Where a request's scope has what ends its connection at once, whatever of an answer was not taken yet."""

_REASON = {400: b"Bad Request", 414: b"URI Too Long", 431: b"Request Header Fields Too Large"}


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 with limits, and a problem document where the parser gives up."""

    watch: Watch | None = None
    _refusal: Failure | None = None
    _header_bytes = 0
    _running: RequestResponseCycle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the request that is being answered, too: uvicorn tells the newest, which may wait behind it."""
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0

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

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        cycle.scope["extensions"] = _EXTENSIONS
        cycle.scope[ABORT] = cycle.transport.abort  # type: ignore[literal-required] # ASGI lets servers add theirs
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature; its words say too little
        failure = self._refusal or InvalidRequest(
            [Fault("This is no HTTP/1.1 request: its first lines cannot be read.")]
        )
        request_id = new_request_id()
        status, headers, body = problem_answer(failure, request_id)
        lines = [b"HTTP/1.1 %d %s" % (status, _REASON[status])]
        lines += [b"%s: %s" % (n.encode(), v.encode("latin-1")) for n, v in headers]
        lines += [b"%s: %s" % field for field in ALWAYS]
        lines += [b"x-request-id: " + request_id.encode(), b"content-length: %d" % len(body), b"connection: close"]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()
        if self.watch is not None:
            self.watch.refused(self.client, status, len(body), request_id)


async def _send_whole(send: Any, head: bytes, body: bytes) -> None:
    """Sends an answer as uvicorn's `send` does, but for looking at each header field again.

    `head` begins with the status line and ends after its last field; a body has its length there.
    """
    cycle: RequestResponseCycle = send.__self__
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    lines = [head, *(b"%s: %s\r\n" % field for field in cycle.default_headers)]
    if not cycle.keep_alive:
        lines.append(b"connection: close\r\n")
    cycle.transport.write(b"".join((*lines, b"\r\n", body)))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


_EXTENSIONS: dict[str, Any] = {WHOLE: _send_whole}


class Server(uvicorn.Server):
    """A server that asks those who wait for changes to connect elsewhere before it waits for them to end."""

    def __init__(self, config: uvicorn.Config, followers: Followers) -> None:
        super().__init__(config)
        self._followers = followers

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops accepting, lets requests under way finish, and ends."""
        self._followers.leaving.set()
        await super().shutdown(sockets)


def server_config(app: ASGIApp, trusted_proxies: str | None, watch: Watch | None = None) -> uvicorn.Config:
    """How uvicorn serves the application, in production and in tests alike; `watch` sees what never gets to it.

    A request's address is its socket's. Where that is one of `trusted_proxies`, it is the last one in
    `X-Forwarded-For` that is not.
    """
    return uvicorn.Config(
        app,
        loop="none",
        http=type("Watched", (Protocol,), {"watch": watch}),
        lifespan="on",
        log_config=None,  # what it says goes where everything goes
        log_level="error",  # what it warns of is what somebody sent, and has a line of ours
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or "",
    )
