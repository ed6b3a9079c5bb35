"""A PostgreSQL and its standby: streaming replication as in production, and what may go wrong with it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil

from db.embedded import THROWAWAY, Servers, _own, _postgres_user, _programs, _run, embedded_servers, socket_folder

QUICK = ("wal_retrieve_retry_interval=100ms", "max_standby_streaming_delay=0", "log_statement=all")
"""A standby that is back at once, cancels who is in the way of what it replays, and says what it is asked."""


class Standby:
    """A standby of a PostgreSQL, in a folder of its own."""

    def __init__(self, primary: Servers, folder: Path) -> None:
        self.folder = folder
        self.sockets = socket_folder(folder.resolve())
        self._running = ExitStack()
        folder.mkdir(parents=True)
        user = _postgres_user(folder, lambda _: None)
        _own(folder, user)
        copied = _run(
            user, _programs() / "pg_basebackup", "--pgdata", folder / "postgres", "--write-recovery-conf",
            "--checkpoint=fast", "--wal-method=stream", "--no-sync", "--username", "postgres",
            "--host", primary.database_url.rpartition("host=")[2],
        )  # fmt: skip
        assert copied.returncode == 0, copied.stderr

    def url(self, database: str, role: str = "citable") -> str:
        """The address of one of its databases."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def start(self, *options: str) -> None:
        """Runs it, from where it was."""
        options = (*THROWAWAY, *QUICK, *options)
        self._running.enter_context(embedded_servers(self.folder, options=options, valkey=False))

    def stop(self) -> None:
        """Shuts it down."""
        self.signal(signal.SIGCONT)
        self._running.close()

    def signal(self, how: signal.Signals) -> None:
        """Sends all its processes a signal: SIGKILL, SIGSTOP, SIGCONT."""
        with suppress(OSError, psutil.Error):
            server = psutil.Process(int((self.folder / "postgres/postmaster.pid").read_text().split()[0]))
            for process in (server, *server.children(recursive=True)):
                with suppress(psutil.Error):
                    process.send_signal(how)

    async def told(self, statement: str, database: str = "postgres") -> object:
        """The one value that a superuser's statement answers."""
        connection = await asyncpg.connect(self.url(database, "postgres"))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def pause(self) -> None:
        """From now on it takes what it is sent, and shows nothing of it."""
        await self.told("select pg_wal_replay_pause()")
        while await self.told("select pg_get_wal_replay_pause_state()") != "paused":
            await asyncio.sleep(0.01)

    async def resume(self) -> None:
        """It shows what it was sent."""
        await self.told("select pg_wal_replay_resume()")

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """It shows nothing new until the block ends."""
        await self.pause()
        try:
            yield
        finally:
            await self.resume()

    def reads(self) -> int:
        """How often it was asked for a claim."""
        return (self.folder / "postgres.log").read_text().count("as first_recorded_at")


@contextmanager
def standing_by(primary: Servers, folder: Path) -> Iterator[Standby]:
    """A standby that runs until the block ends."""
    standby = Standby(primary, folder)
    standby.start()
    try:
        yield standby
    finally:
        standby.stop()
