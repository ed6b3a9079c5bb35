"""Endpoints: an address and a method, what may be asked of it and by whom, and the handler that answers.

An endpoint says once what its query, its path, its body and its answer are. That is what requests are held to, and
what the published contract is written from.
"""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, get_type_hints

import msgspec
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from schemas.failures import Failure
from schemas.fields import Request
from schemas.keys import Role
from schemas.problems import Problem
from schemas.requests import Nothing
from service.cache.asked import is_covered
from service.cache.representation import JSON
from service.runtime import Runtime
from service.strict import read_json
from service.web.asker import Asker
from service.web.bodies import (
    FORM,
    LARGEST_BODY,
    LARGEST_BULK,
    LARGEST_QUESTION,
    MERGE_PATCH,
    NDJSON,
    read_body,
    read_lines,
)
from service.web.conditional import accepted
from service.web.forms import form_of, read_form
from service.web.headers import Header
from service.web.inputs import read_path, read_query
from service.web.problems import Shown
from service.web.reads import Read
from service.web.writes import Write

Handler = Callable[..., Awaitable[ASGIResponse]]
RefusedForm = Callable[[Mapping[str, str], Problem], Shown]
"""How people are shown why a form was refused: with what they typed, by the name of its field."""
_SHORT_FORM = 8192
"""Bytes of a form that take less than a millisecond to decode."""


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API."""

    method: str
    path: str
    operation: str
    tag: str
    handler: Handler
    answers: Mapping[str, Any]
    """The type of the answer in each media type, the first by default; None where it is not JSON of ours."""
    status: int = 200
    repeats: bool = False
    """Whether it may be asked for what is so already, and then answers 200."""
    role: Role | None = None
    """The least role that may; None for everyone."""
    failures: tuple[type[Failure], ...] = ()
    reads: tuple[Header, ...] = ()
    sends: tuple[Header, ...] = ()
    redirects: str | None = None
    listed: bool = True
    query: type[Request] = Nothing
    body: Any = None
    media_type: str = JSON
    example: Any = None
    """A body to begin with."""
    refused: RefusedForm | None = None
    """How a form is refused, if not with the page that every problem has."""
    in_path: Mapping[str, Any] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    """Which of `by`, `read`, `write`, `query` and `body` the handler declares."""

    def matches(self, path: str) -> bool:
        """Whether a path is one of this endpoint's: a parameter stands for one segment of it."""
        return re.fullmatch(re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(self.path)), path) is not None

    @property
    def is_of_the_log(self) -> bool:
        """Whether its answers are views of the log, kept and limited as such."""
        return is_covered(self.path.encode())

    def mounted(self) -> HTTPRouteHandler:
        """The endpoint as a route of Litestar, which only matches its path and method.

        What answers is a middleware of the route: Litestar's way from there to a handler makes what we have no use for.
        """
        path = re.sub(r"\{([a-z]+)\}", r"{\1:str}", self.path)
        route = HTTPRouteHandler(
            path, http_method=HttpMethod(self.method), status_code=200, middleware=[self._in_its_place]
        )
        return route(_unreached)

    def _in_its_place(self, app: ASGIApp) -> ASGIApp:  # noqa: ARG002 - Litestar's signature: it is never called
        return self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._handle(scope, receive)
        await response(scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive) -> ASGIResponse:
        runtime: Runtime = scope["app"].state.runtime
        headers = _joined(scope["headers"])
        client = scope["client"]
        state: Any = scope["state"]
        asker = Asker(runtime, headers, client[0] if client else "local", state["fields"], state)
        if self.refused is not None:
            state["page"] = partial(self.refused, {})
        by = await asker.writer(self.role) if self.role else None
        given: dict[str, Any] = read_path(scope["path_params"], self.in_path)
        if "query" in self.takes:
            given["query"] = read_query(scope["query_string"], self.query)
        else:
            read_query(scope["query_string"], Nothing)
        accepted(headers.get("accept"), list(self.answers))
        if "by" in self.takes:
            given["by"] = by
        if "read" in self.takes:
            given["read"] = Read(runtime, scope["path"], headers, asker, state.get("place"), state.get("room"))
        if "write" in self.takes and by is not None:
            body = await self._body(receive, headers)
            given["write"] = Write(runtime, self.method, scope["path"], headers, by, body)
            if "body" in self.takes:
                given["body"] = await self._decoded(body)
        elif "body" in self.takes:  # a read that asks with a body
            body = await self._body(receive, headers)
            given["body"] = await (self._form(body, state) if self.media_type == FORM else self._decoded(body))
        return await self.handler(**given)

    async def _body(self, receive: Receive, headers: Mapping[str, str]) -> bytes:
        if self.body is None:
            return b""
        most = LARGEST_BODY if "write" in self.takes else LARGEST_QUESTION
        most = LARGEST_BULK if self.media_type == NDJSON else most
        return await read_body(receive, headers, self.media_type, most)

    async def _decoded(self, body: bytes) -> Any:
        if self.media_type == NDJSON:  # beside the loop: a thousand lines take a while
            return await asyncio.to_thread(read_lines, body, _decoder(self.line))
        return read_json(body, _decoder(self.body))

    async def _form(self, body: bytes, state: Any) -> Any:
        """A form; whatever is refused from now on is refused with what was typed."""
        form = form_of(body) if len(body) <= _SHORT_FORM else await asyncio.to_thread(form_of, body)
        if self.refused is not None:
            state["page"] = partial(self.refused, form.typed)
        return read_form(form, self.body)

    @property
    def line(self) -> Any:
        """Of a body of lines, what each line is."""
        return self.body.__args__[0]


async def _unreached() -> None:
    pass


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _joined(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header fields by name; one that stands on several lines is one list (RFC 9110, section 5.3)."""
    joined: dict[str, str] = {}
    for name, value in fields:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def _declared(handler: Handler, path: str) -> dict[str, Any]:
    """What a handler's own signature says of its endpoint."""
    hints = get_type_hints(handler, include_extras=True)
    taken = set(inspect.signature(handler).parameters) & {"by", "read", "write", "query", "body"}
    return {
        "path": path,
        "operation": handler.__name__,
        "handler": handler,
        "query": hints.get("query", Nothing),
        "body": hints.get("body"),
        "in_path": {name: hints[name] for name in re.findall(r"\{([a-z]+)\}", path)},
        "takes": frozenset(taken),
    }


def _operation(
    method: str,
    path: str,
    tag: str,
    answers: Any = None,
    *,
    media: Mapping[str, Any] | None = None,
    status: int = 200,
    repeats: bool = False,
    role: Role | None = None,
    failures: tuple[type[Failure], ...] = (),
    reads: tuple[Header, ...] = (),
    sends: tuple[Header, ...] = (),
    redirects: str | None = None,
    listed: bool = True,
    takes: str = JSON,
    example: Any = None,
    refused: RefusedForm | None = None,
) -> Callable[[Handler], Endpoint]:
    """Makes a handler the endpoint of a method and path; it is called what the handler is called.

    Its query, path parameters and body are the types the handler declares, the body in the media type it `takes`.
    """
    return lambda handler: Endpoint(
        method=method,
        tag=tag,
        answers=media or {JSON: answers},
        status=status,
        repeats=repeats,
        role=role,
        failures=failures,
        reads=reads,
        sends=sends,
        redirects=redirects,
        listed=listed,
        media_type=takes,
        example=example,
        refused=refused,
        **_declared(handler, path),
    )


get = partial(_operation, "GET")
post = partial(_operation, "POST", status=201)
put = partial(_operation, "PUT", status=201, repeats=True)
patch = partial(_operation, "PATCH", takes=MERGE_PATCH)
delete = partial(_operation, "DELETE")
