"""The second listener, which Prometheus asks: one address, `/metrics`, and nobody can make it hang.

It answers in threads, so that it does while the API has more requests than it can take, or hangs. A connection has
some seconds for all it does; there are a few at once, and where one too many comes the oldest gives way.
"""

import errno
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from schemas.failures import CannotStart
from service.telemetry import log

PATH = "/metrics"
WITHIN = 5.0
"""Seconds a connection has, from when it is accepted to the last byte of its answer."""
MOST = 16
"""How many connections there are at once: those of a few Prometheus and of an operator with curl."""
_LOOKED_EVERY = 0.2
"""Seconds between two looks at connections that had their time."""


class _Answer(BaseHTTPRequestHandler):
    """An answer to one request, after which the connection is closed."""

    timeout = WITHIN
    default_request_version = "HTTP/1.0"  # else what is no HTTP is answered without a status line
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = "text/plain; charset=utf-8"
    server: "_Server"

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != PATH:
            self.send_error(404, f"There is {PATH} here, and nothing else")
            return
        text = generate_latest(self.server.registry)
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def do_HEAD(self) -> None:
        self.do_GET()

    def version_string(self) -> str:
        """What answers."""
        return "Citable"

    def log_message(self, *_: object) -> None:
        """Nothing: who reads the metrics is no news."""


class _Server(ThreadingMixIn, TCPServer):
    """A thread a connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, registry: CollectorRegistry, monotonic: Callable[[], float]) -> None:
        """OSError if it cannot listen there."""
        self.registry = registry
        self._monotonic = monotonic
        self._since: dict[socket.socket, float] = {}
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Answer)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begins with a connection, for which the oldest gives way if there are too many."""
        if len(self._since) >= MOST:
            self._end(next(iter(self._since)))
        self._since[request] = self._monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Ends with a connection."""
        self._since.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Ends the connections that had their time: called again and again while it serves."""
        until = self._monotonic() - WITHIN
        for request, since in list(self._since.items()):
            if since < until:
                self._end(request)

    def handle_error(self, *_: Any) -> None:
        """Whoever asked went away, or was too slow: nothing to say. Anything else is a mistake of ours."""
        if not isinstance(sys.exception(), OSError):
            log.exception("an answer to Prometheus failed")

    def _end(self, request: socket.socket) -> None:
        """Wakes the thread that reads from a connection or writes to it, which then closes it."""
        self._since.pop(request, None)
        with suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)


@contextmanager
def answering(host: str, port: int, registry: CollectorRegistry, monotonic: Callable[[], float]) -> Iterator[None]:
    """Answers on a port what a registry has, until the block ends. CannotStart if it cannot be listened on."""
    try:
        server = _Server(host, port, registry, monotonic)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} of {host} is in use: stop what listens there, or set CITABLE_METRICS_PORT."
            ) from error
        raise CannotStart(f"{host}:{port} cannot be listened on for metrics: {error.strerror}.") from error
    with server:
        thread = Thread(target=server.serve_forever, args=(_LOOKED_EVERY,), name="citable metrics", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
