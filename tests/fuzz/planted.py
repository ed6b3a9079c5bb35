"""Citable with a bug planted in it, to see that it is found: `python -m tests.fuzz.planted BUG serve`.

A bug is a thin layer between the application and its server that answers otherwise than it should.
"""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.types import ASGIApp

import service.serving
from service.__main__ import main

Change = Callable[[dict[str, Any], int, dict[bytes, bytes], bytes], tuple[int, dict[bytes, bytes], bytes]]
"""What a bug makes of an answer: from the request's scope and its status, header fields and body."""

_before: dict[str, bytes] = {}


def _undocumented_status(scope, status, fields, body):
    """203 is a success too, and the contract does not know it."""
    return (203 if scope["path"] == "/v1/topics" and status == 200 else status), fields, body


def _missing_etag(scope, status, fields, body):
    """A measure is answered without its entity tag."""
    if scope["path"].startswith("/v1/measures/"):
        fields.pop(b"etag", None)
    return status, fields, body


def _undeclared_null(scope, status, fields, body):
    """A claim is attributed to nobody, which the contract says cannot be."""
    if scope["method"] == "GET" and scope["path"].startswith("/v1/claims/") and b'"attributed_to":' in body:
        claim = json.loads(body)
        if "attributed_to" in claim:
            body = json.dumps({**claim, "attributed_to": None}).encode()
    return status, fields, body


def _read_after_retraction(scope, status, fields, body):
    """A claim that was retracted is read as it was before: each answer is right by itself."""
    path = scope["path"]
    if scope["method"] == "GET" and path.startswith("/v1/claims/") and path.count("/") == 3 and status == 200:
        claim = json.loads(body)
        if claim["lifecycle"] == "retracted" and path in _before:
            return status, fields, _before[path]
        _before[path] = body
    return status, fields, body


def _nul_breaks(scope, status, fields, body):
    """Whoever writes NUL is told that it is our fault: a 500 that the contract knows, and should never be."""
    if b"\\u0000" not in scope["sent"]:
        return status, fields, body
    problem = {
        "type": "/problems/internal-error", "title": "Something went wrong on our side", "status": 500,
        "detail": "It broke.", "request_id": fields[b"x-request-id"].decode(), "errors": [],
    }  # fmt: skip
    return 500, {**fields, b"content-type": b"application/problem+json"}, json.dumps(problem).encode()


BUGS: dict[str, Change] = {
    "undocumented-status": _undocumented_status,
    "missing-etag": _missing_etag,
    "undeclared-null": _undeclared_null,
    "read-after-retraction": _read_after_retraction,
    "nul-breaks": _nul_breaks,
}
FOUND_BY = {
    "undocumented-status": "status_code_conformance",
    "missing-etag": "response_headers_conformance",
    "undeclared-null": "response_schema_conformance",
    "read-after-retraction": "what_was_written_is_read",
    "nul-breaks": "not_a_server_error",
}
"""By bug, the check that must find it."""


def spoiled(app: ASGIApp, change: Change) -> ASGIApp:
    """The application with every answer changed by a bug."""

    async def answer(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        sent, answered = bytearray(), bytearray()

        async def received() -> Any:
            message = await receive()
            sent.extend(message.get("body", b""))
            return message

        async def spoil(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            answered.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            asked = {**scope, "sent": bytes(sent)}
            status, fields, body = change(asked, start["status"], dict(start["headers"]), bytes(answered))
            fields.pop(b"content-length", None)
            await send({**start, "status": status, "headers": [*fields.items()]})
            await send({"type": "http.response.body", "body": body})

        # without a content coding, and without the server's way that passes by what is sent
        plain = [field for field in scope["headers"] if field[0] != b"accept-encoding"]
        await app({**scope, "headers": plain, "extensions": {}}, received, spoil)

    return answer


if __name__ == "__main__":
    bug = BUGS[sys.argv.pop(1)]
    build = service.serving.build_app
    service.serving.build_app = lambda runtime: spoiled(build(runtime), bug)
    main()
