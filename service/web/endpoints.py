"""Endpoints: an address, what may be asked of it, and the handler that answers.

An endpoint says once what its query, its path and its answer are. That is what requests are held to, and what the
published contract is written from.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from litestar import Request as LitestarRequest
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from schemas.failures import Failure
from schemas.fields import Request
from schemas.requests import Nothing
from service.cache.representation import JSON
from service.runtime import Runtime
from service.web.inputs import read_path, read_query
from service.web.reads import Read

Handler = Callable[..., Awaitable[ASGIResponse]]


@dataclass(frozen=True)
class Header:
    """A header field an endpoint reads, or sends: its name, a sentence, and an example."""

    name: str
    sentence: str
    example: str


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API."""

    path: str
    operation: str
    tag: str
    handler: Handler
    answers: Mapping[str, Any]
    """The type of the answer in each media type, the first by default; None where it is not JSON of ours."""
    failures: tuple[type[Failure], ...] = ()
    reads: tuple[Header, ...] = ()
    sends: tuple[Header, ...] = ()
    redirects: str | None = None
    listed: bool = True
    query: type[Request] = Nothing
    in_path: Mapping[str, Any] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    """Which of `read` and `query` the handler declares."""

    def matches(self, path: str) -> bool:
        """Whether a path is one of this endpoint's: a parameter stands for one segment of it."""
        return re.fullmatch(re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(self.path)), path) is not None

    def mounted(self) -> HTTPRouteHandler:
        """The endpoint as a route of Litestar, which only matches its path and method."""
        route = HTTPRouteHandler(
            re.sub(r"\{([a-z]+)\}", r"{\1:str}", self.path), http_method=HttpMethod.GET, opt={"endpoint": self}
        )
        return route(self._handle)

    async def _handle(self, request: LitestarRequest[Any, Any, Any]) -> ASGIResponse:
        runtime: Runtime = request.app.state.runtime
        read = Read(runtime, request.scope["path"], _joined(request.scope["headers"]))
        asked = read_path(request.path_params, self.in_path)
        query = read_query(request.scope["query_string"], self.query)
        read.media_type(list(self.answers))
        given = {"read": read, "query": query}
        return await self.handler(**asked, **{name: given[name] for name in self.takes})


def _joined(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header fields by name; one that stands on several lines is one list (RFC 9110, section 5.3)."""
    joined: dict[str, str] = {}
    for name, value in fields:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def get(
    path: str,
    tag: str,
    answers: Any = None,
    *,
    media: Mapping[str, Any] | None = None,
    failures: tuple[type[Failure], ...] = (),
    reads: tuple[Header, ...] = (),
    sends: tuple[Header, ...] = (),
    redirects: str | None = None,
    listed: bool = True,
) -> Callable[[Handler], Endpoint]:
    """Makes a handler the endpoint of GET `path`. Its `query` and path parameters are the types it declares.

    The operation is called what the handler is called.
    """

    def endpoint(handler: Handler) -> Endpoint:
        hints = get_type_hints(handler, include_extras=True)
        declared = set(inspect.signature(handler).parameters)
        return Endpoint(
            path=path,
            operation=handler.__name__,
            tag=tag,
            handler=handler,
            answers=media or {JSON: answers},
            failures=failures,
            reads=reads,
            sends=sends,
            redirects=redirects,
            listed=listed,
            query=hints.get("query", Nothing),
            in_path={name: hints[name] for name in re.findall(r"\{([a-z]+)\}", path)},
            takes=frozenset(declared & {"read", "query"}),
        )

    return endpoint
