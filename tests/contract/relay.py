"""A server in front of another that passes requests on and may change what is answered."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import uvicorn

from service.connections import Connections
from service.followers import Followers
from tests.serving import Server

_OF_A_CONNECTION = {b"content-length", b"connection", b"transfer-encoding", b"host", b"accept-encoding", b"date"}
Change = Callable[[httpx.Request, bytes, httpx.Response], bytes]
"""Given what was asked and what was answered, the body to answer instead."""


@asynccontextmanager
async def relay(url: str, change: Change) -> AsyncIterator[str]:
    """The address of the relay until the block ends."""
    async with httpx.AsyncClient(base_url=url, timeout=30, headers={"accept-encoding": "identity"}) as inner:

        async def application(scope, receive, send) -> None:
            body, more = b"", True
            while more:
                message = await receive()
                body, more = body + message["body"], message.get("more_body", False)
            path = scope["raw_path"].decode() + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
            request = inner.build_request(scope["method"], path, content=body, headers=_passed_on(scope["headers"]))
            answer = await inner.send(request)
            changed = change(request, answer.content, answer)
            headers = [*_passed_on(answer.headers.raw)]
            headers += [(b"content-length", str(len(changed)).encode())] if answer.status_code != 304 else []
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            await send({"type": "http.response.body", "body": changed})

        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = Server(
            uvicorn.Config(application, lifespan="off", log_level="warning"),
            Followers(0),
            Connections(100, lambda: False),
        )
        task = asyncio.create_task(server.serve([listener]))
        try:
            await server.is_up.wait()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def _passed_on(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in _OF_A_CONNECTION]
