"""What a server asks before it begins a request: whether there is an answer that waits for nothing."""

from contextlib import suppress
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.cache.answer import Answer
from service.cache.edge import Edge


class Door:
    """The way into an application. Who comes in by a trusted proxy is known by then, since the log says who asked."""

    def __init__(self, edge: Edge, trusted_proxies: str | None) -> None:
        self._edge = edge
        self._forwarded = ProxyHeadersMiddleware(_nothing, trusted_proxies) if trusted_proxies else None

    def answer(self, scope: Any) -> Answer | None:
        """The answer to a request, if memory has it, or if there is no room for it; None if it has to be begun."""
        if self._forwarded is not None:
            with suppress(StopIteration):  # which is how a coroutine ends that waits for nothing
                self._forwarded(scope, _nothing, _nothing).send(None)
        return self._edge.at_once(scope)


async def _nothing(*_: Any) -> Any:
    return None
