"""The least a server can do: a bare ASGI application that has one answer of ours, and sends it to whoever asks.

It runs on the very server ours runs on. What ours costs more than this is what we do.
"""

import asyncio
import sys
from pathlib import Path

import msgspec
import uvicorn
import uvloop

from service.connections import Connections, allowed
from service.web.server import server_config
from tests.bench.asking import Answer


def bare_app(answer: Answer):
    """An application that knows one answer. The server writes the date itself."""
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers if name.lower() != "date"]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    body = {"type": "http.response.body", "body": answer.body}

    async def app(scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await send(start)
        await send(body)

    return app


def main(port: str, file: str) -> None:
    """Serves the answer kept in a file."""
    app = bare_app(msgspec.msgpack.decode(Path(file).read_bytes(), type=Answer))
    config = server_config(app, None, Connections(allowed(10_000), lambda: False))
    config.port = int(port)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(*sys.argv[1:])
