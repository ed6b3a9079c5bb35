"""Hearing of the log: a connection of its own that every commit wakes, and that looks what there is since."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from db.meaning import failures_named
from db.pool import Reading
from db.questions import Questions

NAME = "citable-listener"
"""What its connections are called in `pg_stat_activity`."""

_CHANNEL = "citable_log"


class News(msgspec.Struct, frozen=True):
    """Which log this is, its newest position and the digest there, and what there is since another position.

    `digest_then` is the digest at that other one, empty if there is none: another one than before means another
    history. `changed` names the claims that changed since.
    """

    log: str
    position: int
    digest: str
    digest_then: str
    changed: list[str]


_news = Questions("log.sql")("news_since", News)


class Listener:
    """A connection that listens."""

    def __init__(self, connection: Reading, within: float) -> None:
        self._connection = connection
        self._within = within
        self._heard = asyncio.Event()

    def wake(self, *_: object) -> None:
        """Ends a wait: something was heard, or the connection is gone."""
        self._heard.set()

    async def woken(self, within: float) -> None:
        """Waits until something is heard, `within` seconds at most. What is heard before the next wait wakes that."""
        try:
            async with asyncio.timeout(within):
                await self._heard.wait()
        except TimeoutError:
            return
        self._heard.clear()

    async def news_since(self, position: int, most: int) -> News:
        """What there is since a position, `most` changed claims of it. StoreUnavailable when the connection is lost."""
        with failures_named():
            async with asyncio.timeout(self._within):
                return await _news.only(self._connection, position, most)


@asynccontextmanager
async def listening(url: str, connect_within: float, answer_within: float) -> AsyncGenerator[Listener]:
    """A connection that listens until the block ends. StoreUnavailable if there is none to be had in time."""
    with failures_named():
        async with asyncio.timeout(connect_within):
            connection: Any = await asyncpg.connect(
                url,
                timeout=connect_within,
                server_settings={
                    "application_name": NAME,
                    "statement_timeout": str(int(answer_within * 900)),
                    "plan_cache_mode": "force_custom_plan",  # what is new is little, however large the log has grown
                    "timezone": "UTC",
                },
            )
    listener = Listener(connection, answer_within)
    try:
        with failures_named():
            async with asyncio.timeout(answer_within):
                await connection.add_listener(_CHANNEL, listener.wake)
        connection.add_termination_listener(listener.wake)
        yield listener
    finally:
        connection.terminate()  # asking nicely may hang, and it holds nothing
