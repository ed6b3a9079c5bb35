"""What is noticed of each request: how long it took, which level of the cache answered, and, if wanted, a line.

All of it beside the request. What costs more than to note it down is done by who reads the metrics, and by the thread
that writes the log.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any

from service.lines import Answered, Lines
from service.metrics import REQUESTS_IN_PROGRESS, Metrics
from service.spans import Begun, Spans
from service.trace import trace_of

OTHER = "other"
"""The route of what is none of our addresses, and a method that is none of HTTP's: so there are as many as we have."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_RESULTS = {2: "done", 3: "done", 4: "refused", 5: "failed"}
_UNANSWERED = 500
_MOST_PATHS, _LONGEST_PATH = 4096, 200
"""How many paths it is remembered of which address they are, and how long they are at most: to look through all
addresses takes some microseconds."""

Send = Callable[[Any], Awaitable[None]]


class Seen:
    """A request that is not answered from memory at once, and what was seen of its answer."""

    __slots__ = ("began", "level", "request_id", "size", "span", "status")

    def __init__(self, began: float, span: Begun | None) -> None:
        self.began = began
        self.span = span
        self.status = _UNANSWERED
        self.size = 0
        self.level = "none"
        self.request_id = ""

    def answered(self, status: int, size: int, how: bytes | None, request_id: str) -> None:
        """Notes an answer that is sent whole; `how` it was come by (RFC 9211)."""
        self.status, self.size, self.level, self.request_id = status, size, _level(how), request_id

    def of(self, send: Send) -> Send:
        """What sends, and notes what is sent."""

        async def send_seen(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.level = _level(next((v for n, v in message["headers"] if n == b"cache-status"), None))
            else:
                self.size += len(message.get("body", b""))
            await send(message)

        return send_seen


class Watch:
    """What watches the requests of a process.

    `lines` is where a line for each goes whose answer has a `least_status`, if they are wanted; `spans` makes their
    spans, if those are.
    """

    def __init__(
        self,
        metrics: Metrics,
        monotonic: Callable[[], float],
        lines: Lines | None = None,
        least_status: int = 0,
        spans: Spans | None = None,
    ) -> None:
        self.metrics = metrics
        self.in_progress = 0
        self._monotonic = monotonic
        self._lines = lines
        self._least_status = least_status
        self._spans = spans
        self._routes: list[str] = []
        self._pattern = re.compile(r"(?!)")
        self._remembered: Callable[[str], str] = self._found
        self._noted: dict[tuple[str, str, int, str], Callable[[float], None]] = {}
        metrics.show_one(REQUESTS_IN_PROGRESS, lambda: self.in_progress)

    def know(self, paths: Sequence[str]) -> None:
        """Learns which addresses there are: paths, with parameters in braces that stand for one segment each."""
        self._routes = sorted(set(paths), key=lambda path: ("{" in path, path))
        each = (re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(path)) for path in self._routes)
        self._pattern = re.compile("|".join(f"({one})" for one in each))
        self._remembered = lru_cache(_MOST_PATHS)(self._found)

    def route_of(self, path: str) -> str:
        """The address a path is one of, with its parameters in braces."""
        return self._remembered(path) if len(path) <= _LONGEST_PATH else self._found(path)

    def _found(self, path: str) -> str:
        found = self._pattern.fullmatch(path)
        return self._routes[found.lastindex - 1] if found is not None and found.lastindex else OTHER

    def turned_away(self, scope: Any, status: int, size: int, request_id: str, began: float) -> None:
        """Notes that there was no room for a request. For what, is in the line of the log."""
        self.kept(scope, OTHER, status, size, request_id, began, "none")

    def kept(
        self, scope: Any, route: str, status: int, size: int, request_id: str, began: float, level: str = "memory"
    ) -> None:
        """Notes an answer that was ready, since memory had it."""
        ended = self._monotonic()
        try:
            observe = self._noted[route, scope["method"], status, level]
        except KeyError:
            observe = self._observing(route, scope["method"], status, level)
        observe(ended - began)
        if self._lines is not None and status >= self._least_status:
            self._lines.put(_noted(ended, began, scope, route, status, size, level, request_id))

    def begins(self, scope: Any, began: float) -> Seen:
        """A request that takes longer; it must be told to `ends`, in the same task."""
        self.in_progress += 1
        if self._spans is None:
            return Seen(began, None)
        span = self._spans.begin(scope, trace_of(_traces(scope)))
        scope["state"]["trace"] = self._spans.name(span)
        return Seen(began, span)

    def ends(self, scope: Any, seen: Seen) -> None:
        """Notes what became of a request."""
        self.in_progress -= 1
        ended = self._monotonic()
        route, method, status = self.route_of(scope["path"]), scope["method"], seen.status
        self._observing(route, method, status, seen.level)(ended - seen.began)
        if method in _WRITING and route != OTHER:
            self.metrics.writes.labels(_RESULTS[status // 100]).inc()
        if self._spans is not None and seen.span is not None:
            self._spans.end(seen.span, method if method in _METHODS else OTHER, route, status)
        if self._lines is not None and status >= self._least_status:
            request_id = seen.request_id or scope["state"].get("request_id", "")
            self._lines.put(_noted(ended, seen.began, scope, route, status, seen.size, seen.level, request_id))

    def refused(self, client: tuple[str, int] | None, status: int, size: int, request_id: str) -> None:
        """Notes what was no HTTP, or had no end: there is no more known of it than where it came from."""
        now = self._monotonic()
        self._observing(OTHER, OTHER, status, "none")(0.0)
        if self._lines is not None and status >= self._least_status:
            host = client and client[0]
            self._lines.put((now, now, None, None, host, (), OTHER, status, size, "none", request_id, None, None))

    def _observing(self, route: str, method: str, status: int, level: str) -> Callable[[float], None]:
        """What notes the duration of such a request, looked up once."""
        known = method if method in _METHODS else OTHER
        key = (route, known, status, level)
        if key not in self._noted:
            self._noted[key] = self.metrics.requests.labels(route, known, f"{status // 100}xx", level).observe
        return self._noted[key]


def _noted(
    ended: float, began: float, scope: Any, route: str, status: int, size: int, level: str, request_id: str
) -> Answered:
    """What a line of the log needs of a request, and no more."""
    client, state = scope["client"], scope["state"]
    about = (scope["method"], scope["raw_path"], client and client[0], _traces(scope))
    return (ended, began, *about, route, status, size, level, request_id, state.get("key"), state.get("trace"))


def _traces(scope: Any) -> tuple[bytes, ...]:
    return tuple([value for name, value in scope["headers"] if name == b"traceparent"])


def _level(how: bytes | None) -> str:
    """The level of the cache an answer came from, as its `Cache-Status` has it."""
    if how is None:
        return "none"
    if how.startswith(b"citable-memory; hit"):
        return "memory"
    return "redis" if how.startswith(b"citable-redis; hit") else "store"
