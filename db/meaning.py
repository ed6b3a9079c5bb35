"""What the failures of Postgres and of its driver mean."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from schemas.failures import Fault, RuleBroken, StoreForbids, StoreFull, StoreUnavailable

_NO_ROOM = (": File too large", ": Disk quota exceeded")
"""How Postgres ends what it says of a file that must not grow, which it knows no code for."""


@contextmanager
def failures_named() -> Iterator[None]:
    """Turns the ways Postgres and the driver fail into failures of ours."""
    try:
        yield
    except Exception as error:
        raise_named(error)
        raise


def raise_named(error: Exception) -> None:
    """Raises the failure of ours that a way to fail of Postgres or the driver is, if it is one."""
    match error:
        case asyncpg.IntegrityConstraintViolationError(constraint_name="write_within_deadline"):
            raise StoreUnavailable("The write took too long and nothing of it was stored: split it.") from error
        case asyncpg.IntegrityConstraintViolationError(constraint_name=rule):
            raise RuleBroken([Fault(f"{first_line(error)}.", rule=rule or "unnamed")]) from error
        case asyncpg.LockNotAvailableError():
            raise StoreUnavailable("A write is under way that this must wait for: try again.") from error
        case asyncpg.InsufficientPrivilegeError():
            raise StoreForbids(f"The database role may not do that: {first_line(error)}.") from error
        case asyncpg.DataError() | asyncpg.SyntaxOrAccessError():
            pass  # our own mistake: it must be seen, and as what it is
        case asyncpg.PostgresError() | asyncpg.InterfaceError() | asyncpg.InternalClientError() | OSError():
            if isinstance(error, asyncpg.DiskFullError) or first_line(error).endswith(_NO_ROOM):
                raise StoreFull("Postgres has no room to store anything.", first_line(error)) from error
            raise StoreUnavailable("Postgres does not answer.", first_line(error)) from error


def first_line(error: BaseException) -> str:
    """What a failure says, in one line."""
    if isinstance(error, TimeoutError) and not str(error):
        return "not in time"
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
