"""The outermost layer: what holds for every request, whatever it asks and however it ends."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from schemas.failures import Failure, HeadersTooLarge, NotFound, UriTooLong
from service.telemetry import log, note_logged
from service.telemetry import request_id as new_request_id
from service.web.bodies import MERGE_PATCH
from service.web.problems import problem_answer

LONGEST_URI = 8192
LARGEST_HEADERS = 32_768

ALWAYS = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Link, Location, Content-Location, Retry-After, Memento-Datetime, Content-Language, Repr-Digest, "
        b"Cache-Status, X-Request-Id, RateLimit, RateLimit-Policy, Idempotent-Replayed, Accept-Patch, "
        b"WWW-Authenticate, Deprecation, Sunset",
    ),
    (b"content-language", b"en"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""What every answer says, unless it says something else under the same name."""
_PREFLIGHT = [
    ("access-control-allow-headers", "Accept, Accept-Datetime, Authorization, Content-Type, Idempotency-Key, If-Match, "
     "If-None-Match, Last-Event-ID, Prefer"),
    ("access-control-max-age", "86400"),
]  # fmt: skip


class Envelope:
    """Wraps an application: request ids, limits, HEAD, OPTIONS, cross-origin reading, and a problem for every failure.

    `methods` says which methods an address knows, or nothing if there is no such address.
    """

    def __init__(self, app: ASGIApp, methods: Callable[[str], Sequence[str]]) -> None:
        self._app = app
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        started = False
        method = scope["method"]
        fields: list[tuple[str, str]] = []

        async def send_enveloped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                named = {name for name, _ in message["headers"]}
                extra = [field for field in ALWAYS if field[0] not in named]
                extra.append((b"x-request-id", request_id.encode()))
                extra += [(name.encode(), value.encode()) for name, value in fields]
                message["headers"] = [*message["headers"], *extra]
            elif message["type"] == "http.response.body" and method == "HEAD":
                message["body"] = b""
            await send(message)

        scope["state"]["request_id"] = request_id
        scope["state"]["is_head"] = method == "HEAD"
        scope["state"]["fields"] = fields  # what whoever answers wants said besides
        inner: Any = {**scope, "method": "GET"} if method == "HEAD" else scope
        try:
            self._check(scope)
            if method == "OPTIONS":
                await self._options(scope["path"], send_enveloped)
            else:
                await self._app(inner, receive, send_enveloped)
        except Failure as failure:
            await _send_problem(failure, request_id, send_enveloped)
        except Exception as error:
            log.exception("a request failed", extra={"request_id": request_id})
            note_logged(error)
            if started:
                raise
            await _send_problem(error, request_id, send_enveloped)

    def _check(self, scope: HTTPScope) -> None:
        """What no request may be, before anyone looks at what it asks."""
        path = scope["path"]
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URI:
            raise UriTooLong(f"The address has more than {LONGEST_URI} bytes.")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
            raise HeadersTooLarge(f"The header fields have more than {LARGEST_HEADERS} bytes.")
        if path != "/" and (path.endswith("/") or "//" in path):
            raise NotFound("There is nothing at this address: ours have no empty segments and no final slash.")

    async def _options(self, path: str, send: Send) -> None:
        methods = self._methods(path)
        if not methods:
            raise NotFound("There is nothing at this address.")
        allow = ", ".join(methods)
        headers = [("allow", allow), ("access-control-allow-methods", allow), *_PREFLIGHT]
        if "PATCH" in methods:
            headers.append(("accept-patch", MERGE_PATCH))
        await _send(204, headers, b"", send)


async def _send_problem(error: BaseException, request_id: str, send: Send) -> None:
    status, headers, body = problem_answer(error, request_id)
    await _send(status, [*headers, ("content-length", str(len(body)))], body, send)


async def _send(status: int, headers: Sequence[tuple[str, str]], body: bytes, send: Send) -> None:
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})
