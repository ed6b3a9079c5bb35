"""A PostgreSQL and its standby: streaming replication as in production, and what may go wrong with it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil

from db.embedded import THROWAWAY, Servers, _own, _postgres_user, _programs, _run, embedded_servers, socket_folder

QUICK = ("wal_retrieve_retry_interval=100ms", "max_standby_streaming_delay=0", "wal_receiver_timeout=5s")
"""A standby that comes back at once, and that lets nobody's query stop it."""


class Standby:
    """A standby of the PostgreSQL at `primary`, in a folder of its own."""

    def __init__(self, primary: Servers, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        sockets = primary.database_url.rpartition("host=")[2]
        user = _postgres_user(folder, lambda _: None)
        folder.mkdir(parents=True)
        _own(folder, user)
        copied = _run(
            user, _programs() / "pg_basebackup", "--pgdata", folder / "postgres", "--write-recovery-conf",
            "--checkpoint=fast", "--wal-method=stream", "--no-sync", "--host", sockets, "--username", "postgres",
        )  # fmt: skip
        assert copied.returncode == 0, copied.stderr
        self.sockets = socket_folder(folder.resolve())

    def url(self, database: str, role: str = "citable") -> str:
        """The address of one of its databases."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def start(self) -> None:
        """Runs it, from where it was."""
        self._running.enter_context(embedded_servers(self._folder, options=(*THROWAWAY, *QUICK), valkey=False))

    def stop(self) -> None:
        """Shuts it down."""
        self.signal(signal.SIGCONT)
        self._running.close()

    def signal(self, how: signal.Signals) -> None:
        """Sends all its processes a signal: SIGKILL, SIGSTOP, SIGCONT."""
        with suppress(OSError, psutil.Error):
            server = psutil.Process(int((self._folder / "postgres/postmaster.pid").read_text().split()[0]))
            for process in (server, *server.children(recursive=True)):
                with suppress(psutil.Error):
                    process.send_signal(how)

    async def told(self, statement: str, database: str = "postgres") -> object:
        """The one value a superuser's statement answers."""
        connection = await asyncpg.connect(self.url(database, "postgres"))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """It takes what it is sent, and shows nothing of it until the block ends."""
        await self.told("select pg_wal_replay_pause()")
        while await self.told("select pg_get_wal_replay_pause_state()") != "paused":
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            await self.told("select pg_wal_replay_resume()")

    async def reads(self, database: str) -> int:
        """How many transactions of ours it has ended in a database, as far as it was told."""
        return await self.told(
            f"select xact_commit + xact_rollback from pg_stat_database where datname = '{database}'"
        )


@contextmanager
def standing_by(primary: Servers, folder: Path) -> Iterator[Standby]:
    """A standby that runs until the block ends."""
    standby = Standby(primary, folder)
    standby.start()
    try:
        yield standby
    finally:
        standby.stop()
