"""Disks that are full: a limit on the size of files, which needs no privilege, and small file systems, which do."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.embedded import POSTGRES_USER, _programs
from tests.stories.servers import Postgres


@contextmanager
def files_limited(postgres: Postgres, most: int) -> Iterator[None]:
    """No file of PostgreSQL may grow beyond so many bytes until the block ends, as if its disk were full there."""
    _limit(postgres, str(most))
    try:
        yield
    finally:
        _limit(postgres, "unlimited")


def _limit(postgres: Postgres, most: str) -> None:
    """As its own user: to limit another user's processes takes a privilege that containers do not have."""
    user = _user(postgres)
    for process in postgres.processes():
        limit = ["prlimit", f"--fsize={most}:", "--pid", str(process.pid)]
        done = subprocess.run(limit, user=user, group=user, cwd="/", capture_output=True, check=False)
        assert done.returncode == 0 or not process.is_running(), done.stderr


def _user(postgres: Postgres) -> str | None:
    """The user PostgreSQL runs as; None if that is ours."""
    return POSTGRES_USER if (postgres.folder / "postgres").owner() == POSTGRES_USER else None


def largest_file(postgres: Postgres) -> int:
    """The bytes of the largest file of its data; its log's files, which have one size, are not looked at."""
    files = (postgres.folder / "postgres" / "base").rglob("*")
    return max(file.stat().st_size for file in files if file.is_file())


def make_log_files_small(postgres: Postgres) -> None:
    """The files of its log have one megabyte each from now on. It must not run."""
    data = postgres.folder / "postgres"
    user = _user(postgres)
    command = [str(_programs() / "pg_resetwal"), "--wal-segsize=1", "-D", str(data)]
    subprocess.run(command, check=True, user=user, group=user, cwd="/", capture_output=True)


def move_log(postgres: Postgres, disk: Path) -> None:
    """Moves its log to another disk. It must not run."""
    log = postgres.folder / "postgres" / "pg_wal"
    subprocess.run(["cp", "--archive", f"{log}/.", str(disk)], check=True)
    shutil.rmtree(log)
    log.symlink_to(disk)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system for PostgreSQL until the block ends; the test is left out where none may be mounted."""
    folder.mkdir(parents=True)
    size = f"size={_AMPLE}m,mode=0700"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        shutil.chown(folder, POSTGRES_USER, POSTGRES_USER)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def nearly_full(disk: Path, left: int) -> Iterator[None]:
    """Such a file system has so many bytes left until the block ends, and then as many as before."""
    _resize(disk, f"{shutil.disk_usage(disk).used + left}")
    try:
        yield
    finally:
        _resize(disk, f"{_AMPLE}m")


def _resize(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


_AMPLE = 400
"""Megabytes that no test fills."""
