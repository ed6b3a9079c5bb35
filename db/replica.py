"""Reading from replicas what they are known to have.

An address may lead to several of them, or to a pooler that gives each transaction another connection. So nothing that
was seen once is believed: the transaction that reads begins by looking, in the same round trip.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from types import NoneType

import asyncpg
import msgspec

from db.log import log_head
from db.migrations import HERE
from db.pool import Connection, Pool, Reading, Waited, acquired, pool_of
from db.questions import Questions
from schemas.failures import CannotStart, ReplicaBehind, ReplicaFailed, ReplicaUnavailable, StoreUnavailable

BEGIN_WITHIN = 0.2
"""Seconds until there is a connection to a replica, and until it has said whether it has what is known."""
READ_WITHIN = 1.0
"""Seconds that reading from a replica may take then, after which the primary is asked."""

_reaches = Questions("replica.sql")("log_reaches", NoneType)
_MIGRATION = max(file.name for file in HERE.glob("*.sql"))
_ending: set[asyncio.Task[None]] = set()
"""Transactions that are being ended while their answers are on the way."""


class Known(msgspec.Struct, frozen=True):
    """What a replica must have: which log, up to which position, and how the digest there begins."""

    log: str
    position: int
    digest: str


async def open_replica(url: str, size: int, waited: Waited | None = None) -> Pool:
    """A pool for the replicas at `url`, which need not answer yet."""
    return await pool_of(url, size, READ_WITHIN, waited, least=0, connect=BEGIN_WITHIN)


def is_used_up(pool: Pool) -> bool:
    """Whether every connection there may be is in use."""
    return pool.get_idle_size() == 0 and pool.get_size() >= pool.get_max_size()


async def close_replica(pool: Pool) -> None:
    """Closes the pool; what does not answer is left."""
    try:
        async with asyncio.timeout(READ_WITHIN):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def require_replica(pool: Pool) -> None:
    """ReplicaUnavailable unless each idle connection answers, or a new one if there is none. Others are dropped.

    CannotStart if the address is none.
    """
    try:
        found = [_ask(pool) for _ in range(max(1, pool.get_idle_size()))]
        for failure in await asyncio.gather(*found, return_exceptions=True):
            if failure is not None:
                raise failure
    except (ValueError, asyncpg.ClientConfigurationError):  # which may say part of the address, and so of its password
        raise CannotStart(
            "CITABLE_DATABASE_REPLICA_URL is no address of a PostgreSQL: "
            "write what is special in its password as `%XX`."
        ) from None


async def _ask(pool: Pool) -> None:
    with _failures_named(ReplicaUnavailable):
        connection = await acquired(pool, "replica", BEGIN_WITHIN)
        try:
            await connection.execute("select", timeout=BEGIN_WITHIN)
        except TimeoutError:
            _drop(connection)
            raise
        finally:
            await pool.release(connection)


@asynccontextmanager
async def reading_replica(pool: Pool, known: Known) -> AsyncGenerator[Reading]:
    """A connection in a transaction that sees all that is known, and changes nothing.

    ReplicaBehind if the replica has not heard of all that yet. ReplicaUnavailable if it cannot be asked in time, or has
    another log, or another history of it. ReplicaFailed if it fails at what is read, or takes too long.
    """
    with _failures_named(ReplicaFailed):
        with _failures_named(ReplicaUnavailable):
            connection = await acquired(pool, "replica", BEGIN_WITHIN)
        try:
            with _failures_named(ReplicaUnavailable):
                await _begin(connection, known)
            async with asyncio.timeout(READ_WITHIN):
                yield Reading(connection)
        except (TimeoutError, asyncio.CancelledError):
            _drop(connection)  # it hangs, and so would asking it nicely to cancel
            raise
        finally:
            ending = asyncio.create_task(_end(pool, connection))  # nobody waits for that round trip
            _ending.add(ending)
            ending.add_done_callback(_ending.discard)


async def _begin(connection: Connection, known: Known) -> None:
    asked = _written(_reaches.text, [known.log, str(known.position), known.digest, _MIGRATION])
    begun = f"begin isolation level repeatable read, read only; {asked}"
    try:
        there_is = await connection.execute(begun, timeout=BEGIN_WITHIN)
    except TimeoutError:
        _drop(connection)
        raise
    if there_is == "SELECT 1":
        return
    there = await log_head(Reading(connection))
    if there.log == known.log and there.position < known.position:
        raise ReplicaBehind(f"The replica is at position {there.position}, and {known.position} is read.")
    raise ReplicaUnavailable(
        f"The replica has another log or history, or lacks migrations: it is at position {there.position} of "
        f"{there.log}, and {known.position} of {known.log} is read."
    )


def _drop(connection: Connection) -> None:
    with suppress(asyncpg.InterfaceError):  # it was lost, and is no longer the pool's
        connection.terminate()


async def _end(pool: Pool, connection: Connection) -> None:
    """Ends the transaction, if there is one, and gives the connection back. One that does not answer is dropped."""
    with suppress(asyncpg.InterfaceError):  # it was lost
        try:
            if connection.is_in_transaction():
                await connection.execute("commit", timeout=BEGIN_WITHIN)
        except (asyncpg.PostgresError, OSError, TimeoutError):
            connection.terminate()
    await pool.release(connection)


def _written(statement: str, values: Sequence[str]) -> str:
    """A statement with its values as literals, so that it can be sent in one round trip with another."""
    return re.sub(r"\$([0-9])", lambda found: "'" + values[int(found[1]) - 1].replace("'", "''") + "'", statement)


@contextmanager
def _failures_named(failure: type[ReplicaFailed | ReplicaUnavailable]) -> Iterator[None]:
    """Turns whatever goes wrong at a replica, our own mistakes included, into what makes the primary be asked."""
    try:
        yield
    except StoreUnavailable as error:
        raise failure(error.detail) from error
    except asyncpg.ClientConfigurationError:
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError) as error:
        raise failure(f"The replica does not answer: {str(error) or type(error).__name__}") from error
