"""The server: how it takes connections, and how it leaves in order."""

import asyncio
import signal
import socket
from types import FrameType

import uvicorn
from litestar.types import ASGIApp

from service.cache.edge import Edge
from service.connections import Connections
from service.followers import Followers
from service.watching import Watch
from service.web.door import Door
from service.web.wire import Protocol

STOPPED_WITHIN = 5
FINISHED_WITHIN = 20
"""Seconds that requests under way have to finish: when somebody waits at the terminal for it, and else."""


class Server(uvicorn.Server):
    """A server that leaves in order: it says so, is still there for a while, lets requests finish, and ends."""

    def __init__(self, config: uvicorn.Config, followers: Followers, connections: Connections, drain: float) -> None:
        """`drain` is the seconds it still accepts connections after SIGTERM, so that everyone has heard."""
        super().__init__(config)
        self._followers = followers
        self._connections = connections
        self._drain = drain
        self._ends_at = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Leaves: at once for who sits at the terminal, and for service managers so that no request fails."""
        if sig == signal.SIGTERM:
            self._ends_at = self._drain
            self.config.timeout_graceful_shutdown = FINISHED_WITHIN
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Looks after the connections once a second; whether it is time to stop accepting any."""
        is_over = await super().on_tick(counter)
        now = asyncio.get_running_loop().time()
        if counter % 10 == 0:
            self._connections.sweep(now)
        if is_over and not self._followers.leaving.is_set():
            self._followers.leaving.set()
            self._ends_at += now
        return is_over and now >= self._ends_at

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops accepting, lets requests under way finish, and ends."""
        self._followers.leaving.set()
        sweeping = asyncio.create_task(self._keep_sweeping())
        try:
            await super().shutdown(sockets)
        finally:
            sweeping.cancel()

    async def _keep_sweeping(self) -> None:
        while True:
            self._connections.sweep(asyncio.get_running_loop().time())
            await asyncio.sleep(1)


def server_config(
    app: ASGIApp, trusted_proxies: str | None, connections: Connections, watch: Watch | None = None
) -> uvicorn.Config:
    """How uvicorn serves the application, in production and in tests alike.

    `watch` sees what never gets to it. An application that is an Edge is asked for answers that wait for nothing.

    A request's address is its socket's. Where that is one of `trusted_proxies`, it is the last one in
    `X-Forwarded-For` that is not.
    """
    door = Door(app, trusted_proxies) if isinstance(app, Edge) else None
    return uvicorn.Config(
        app,
        loop="none",
        http=type("Watched", (Protocol,), {"watch": watch, "book": connections, "door": door}),
        lifespan="on",
        log_config=None,  # what it says goes where everything goes
        log_level="error",  # what it warns of is what somebody sent, and has a line of ours
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOPPED_WITHIN,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or "",
    )
