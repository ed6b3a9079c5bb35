"""The servers a program needs: those that are set, or the embedded ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.embedded import embedded_servers
from schemas.failures import CannotStart
from service.console import say
from service.settings import Settings


@contextmanager
def servers_of(settings: Settings, *, redis: bool = True, create: bool = True) -> Iterator[tuple[str, str]]:
    """The addresses of Postgres and Redis: those set, else those of the embedded ones, running until the block ends.

    Unless they may be created, CannotStart says that there are none here.
    """
    if settings.database_url and (settings.redis_url or not redis):
        yield settings.database_url, settings.redis_url or ""
        return
    if not (create or settings.database_url or (Path(settings.data) / "postgres").exists()):
        raise CannotStart(
            f"There is no database in {settings.data}: go to where you ran `make run`, or set CITABLE_DATA to its "
            "folder, or CITABLE_DATABASE_URL. `citable migrate` makes one here."
        )
    postgres, valkey = not settings.database_url, redis and not settings.redis_url
    with embedded_servers(Path(settings.data), say, postgres=postgres, valkey=valkey) as servers:
        yield settings.database_url or servers.database_url, settings.redis_url or servers.redis_url
