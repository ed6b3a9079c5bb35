"""Connections to Postgres, and the ways to hold one."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NewType

import asyncpg
import msgspec

from db.meaning import failures_named, first_line, raise_named
from schemas.failures import CannotStart, StoreUnavailable

if TYPE_CHECKING:  # asyncpg's classes take a parameter only for the type checker
    from asyncpg.pool import PoolConnectionProxy

    _Connection = asyncpg.Connection[asyncpg.Record]
    Connection = PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    _Connection = asyncpg.Connection
    Connection = asyncpg.pool.PoolConnectionProxy
    Pool = asyncpg.Pool

Reading = NewType("Reading", Connection)
"""A connection to ask questions with; every statement sees what was committed when it started."""

Writing = NewType("Writing", Reading)
"""A connection inside a transaction that commits when its block ends, and only then."""

Waited = Callable[[str, float], None]
"""Told what a connection was waited for ("reading", "writing", or "replica"), and for how many seconds."""

answer_by: ContextVar[float | None] = ContextVar("answer_by", default=None)
"""When who asks stops waiting, on the monotonic clock; None if they have all the time there is."""

ACQUIRE_WITHIN = 1.0
CONNECT_WITHIN = 2.0
ANSWER_WITHIN = 5.0
WRITE_WITHIN = 55.0
"""Seconds. The database refuses a write older than a minute (`write_within_deadline`); we give up a little earlier."""

_CUT_OFF = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""How the end of a connection shows. What it was asked last may have been done."""

SESSION = {
    "application_name": "citable",
    # a little before the client gives up: so that what it gives up is not done behind its back
    "statement_timeout": str(int(ANSWER_WITHIN * 900)),
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "60000",
    "client_connection_check_interval": "1000",  # whose caller has given up, stops within a second
    "random_page_cost": "1.1",  # what is read often is in memory, and no disk of today has an arm
    # a page is some milliseconds, and to start a worker is more; a restore asks for them itself
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
}
"""What a session is set to when it begins. Behind a pooler in transaction mode, the role must have it."""


class _PlainConnection(_Connection):
    """A connection that keeps no session state, so giving it back to the pool costs no round trip."""

    def get_reset_query(self) -> str:
        return ""

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's signature
        """As asyncpg's, without a timer where there is nothing to wait for: nobody listens on a pool's connection."""
        if self.is_in_transaction() or getattr(self, "_top_xact", None):  # one whose BEGIN failed is still noted
            await super().reset(timeout=timeout)


def _unwatched(_: str, __: float) -> None:
    pass


class _WatchedPool(Pool):
    """A pool, and who is told how long its connections were waited for."""

    def __init__(self, *arguments: Any, waited: Waited, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.waited = waited


async def _read_json_as_values(connection: _Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


async def open_pool(
    url: str, size: int = 10, within: float | None = ANSWER_WITHIN, *, waited: Waited | None = None
) -> Pool:
    """A pool on the database at `url`, whose statements take `within` seconds unless they say otherwise.

    `waited` is told how long a connection was waited for, "reading" or "writing". CannotStart says in one sentence why
    it cannot be reached.
    """
    try:
        async with asyncio.timeout(10):
            return await pool_of(url, size, within, waited)
    except (ValueError, asyncpg.ClientConfigurationError):  # which may say part of the address, and so of its password
        raise CannotStart(
            "CITABLE_DATABASE_URL is no address of a PostgreSQL: write what is special in its password as `%XX`."
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CannotStart(f"The PostgreSQL of CITABLE_DATABASE_URL cannot be reached: {first_line(error)}.") from error


def pool_of(
    url: str,
    size: int,
    within: float | None,
    waited: Waited | None,
    *,
    least: int = 1,
    connect: float = CONNECT_WITHIN,
) -> Pool:
    """A pool that is open once it was awaited: of `least` connections then, each made within `connect` seconds."""
    return _WatchedPool(
        url,
        waited=waited or _unwatched,
        min_size=least,
        max_size=size,
        max_queries=50_000,
        max_inactive_connection_lifetime=300.0,
        record_class=asyncpg.Record,
        setup=None,
        loop=None,
        timeout=connect,
        command_timeout=within,
        connection_class=_PlainConnection,
        init=_read_json_as_values,
        server_settings=SESSION,
    )


@asynccontextmanager
async def reading(pool: Pool) -> AsyncGenerator[Reading]:
    """A connection to ask with, until who asks stops waiting (`answer_by`).

    StoreUnavailable if none is free within a second, or Postgres does not answer, or not in time. One block for all of
    it: each more would cost every read some microseconds.
    """
    deadline, hung = asyncio.timeout_at(answer_by.get()), None
    try:
        async with deadline:
            connection = await acquired(pool, "reading")
            try:
                left = _left(ANSWER_WITHIN)
                if left is None:
                    yield Reading(connection)
                else:  # Postgres itself is to stop at the deadline, which comes before a statement's own
                    async with connection.transaction():
                        try:
                            await connection.execute(f"set local statement_timeout = {max(1, int(left * 900))}")
                            yield Reading(connection)
                        except (TimeoutError, asyncio.CancelledError) as error:
                            hung = error
                            connection.terminate()  # before a ROLLBACK would wait as long again
                            raise
            except (TimeoutError, asyncio.CancelledError):
                connection.terminate()  # it hangs, and so would asking it nicely to cancel
                raise
            finally:
                await pool.release(connection)
    except Exception as error:
        if deadline.expired() and (hung or isinstance(error, TimeoutError)):
            raise StoreUnavailable("The answer could not be had in time: try again.") from error
        if isinstance(hung, asyncio.CancelledError):
            raise hung from None  # who asked was told to stop: that the connection is gone is our own doing
        raise_named(hung or error)
        raise


def _left(within: float) -> float | None:
    """The seconds until who asks stops waiting, if there are fewer than `within`."""
    until = answer_by.get()
    left = within if until is None else until - asyncio.get_running_loop().time()
    return left if left < within else None


def is_pressed() -> bool:
    """Whether who asks could stop waiting before a connection was had and a statement was done."""
    return _left(ACQUIRE_WITHIN + ANSWER_WITHIN) is not None


@asynccontextmanager
async def writing(pool: Pool, *, patient: bool = False) -> AsyncGenerator[Writing]:
    """A transaction: what its block does is committed together when the block ends, or not at all.

    When `patient`, one statement may take as long as the whole write may, on a pool that waits for it.
    """
    with failures_named():
        connection = await acquired(pool, "writing")
        done, hung = False, None
        try:
            async with asyncio.timeout(WRITE_WITHIN) as deadline, connection.transaction():
                try:
                    if patient:
                        await connection.execute("set local statement_timeout = '55s'")
                    yield Writing(Reading(connection))
                    done = True
                except TimeoutError as error:
                    hung = error
                    connection.terminate()  # Postgres gives up first: it hangs, and a ROLLBACK would wait as long again
                    raise
        except TimeoutError as error:
            connection.terminate()
            if done:
                raise _unanswered() from error
            if deadline.expired():
                raise StoreUnavailable("The write took too long and nothing of it was stored: split it.") from error
            raise
        except _CUT_OFF as error:
            if done:
                raise _unanswered() from error
            raise hung or error from None
        finally:
            await pool.release(connection)


@asynccontextmanager
async def unhurried(pool: Pool, *, readonly: bool = False) -> AsyncGenerator[Writing]:
    """A transaction without a deadline, for what is as long as its file: export, restore, migration.

    When `readonly`, it sees one state of the database from beginning to end.
    """
    with failures_named():
        async with (
            pool.acquire(timeout=CONNECT_WITHIN) as connection,
            connection.transaction(isolation="repeatable_read" if readonly else None, readonly=readonly),
        ):
            await connection.execute("set local statement_timeout = 0")
            await connection.execute("set local idle_in_transaction_session_timeout = 0")
            yield Writing(Reading(connection))


def _unanswered() -> StoreUnavailable:
    return StoreUnavailable("Postgres did not say whether it was stored: look, or repeat the request.")


async def acquired(pool: Pool, use: str, within: float = ACQUIRE_WITHIN) -> Connection:
    """A connection of a pool, to be given back. StoreUnavailable if none is free `within` so many seconds."""
    now = asyncio.get_running_loop().time
    began = now()
    try:
        return await pool.acquire(timeout=within)
    except TimeoutError as error:
        raise StoreUnavailable("Every connection to Postgres is in use: try again.") from error
    finally:
        if isinstance(pool, _WatchedPool):
            pool.waited(use, now() - began)
