"""The application on a real server and a real socket, inside the test's own event loop."""

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

import httpx
import uvicorn

from service.app import build_app
from service.connections import Connections
from service.followers import Followers
from service.runtime import Runtime, running
from service.settings import Settings
from service.web import server as servers
from service.work.guard import Resolve, look_up


class Server(servers.Server):
    def __init__(self, config: uvicorn.Config, followers: Followers, connections: Connections) -> None:
        super().__init__(config, followers, connections, 0)
        self.is_up = asyncio.Event()

    def capture_signals(self):
        return nullcontext()  # Ctrl-C stays pytest's

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.is_up.set()


@dataclass(frozen=True)
class Api:
    """A running API: its address, a client for it, and what runs inside."""

    url: str
    port: int
    client: httpx.AsyncClient
    runtime: Runtime

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """GET, with header fields written with underscores."""
        return await self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@asynccontextmanager
async def serving(
    database_url: str, redis_url: str, *, resolve: Resolve = look_up, **settings_of_its_own: object
) -> AsyncIterator[Api]:
    """The API on these servers until the block ends; with limits no test reaches, unless it sets them.

    Names that webhooks are sent to are looked up with `resolve`.
    """
    plenty = dict.fromkeys(("reads_per_minute", "key_reads_per_minute", "writes_per_minute"), 1000000)
    settings = Settings(**{"public_url": "https://citable.example", **plenty, **settings_of_its_own})
    async with running(settings, database_url, redis_url) as opened:
        runtime = dataclasses.replace(opened, sender=dataclasses.replace(opened.sender, resolve=resolve))
        # a socket that names its protocol: only then does asyncio send small answers at once (TCP_NODELAY)
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", settings_of_its_own.get("port", 0)))
        port = listener.getsockname()[1]
        app = build_app(runtime)
        config = servers.server_config(app, settings.trusted_proxies, runtime.connections, runtime.watch)
        server = Server(config, runtime.followers, runtime.connections)
        task = asyncio.create_task(server.serve([listener]))
        try:
            await server.is_up.wait()
            url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=url, timeout=30, headers={"accept-encoding": "identity"}) as client:
                yield Api(url, port, client, runtime)
        finally:
            server.should_exit = True
            await task
