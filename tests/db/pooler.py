"""A real PgBouncer, set up as `k8s/overlays/production` sets up its own."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from db.embedded import POSTGRES_USER
from tests.cli.programs import free_port

DATABASE = Path(__file__).parents[2] / "k8s" / "overlays" / "production" / "database.yaml"
PROGRAM = Path(__file__).parents[2] / "build" / "pgbouncer" / "bin" / "pgbouncer"
"""A newer Debian's, which `make build/pgbouncer/ready` unpacks where the machine's own does not remember statements."""
REMEMBERS_STATEMENTS = (1, 21)


@cache
def program() -> str:
    """The first PgBouncer here that remembers statements, or an empty text."""
    candidates = (shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin"), str(PROGRAM))
    return next((found for found in candidates if found and _release(found) >= REMEMBERS_STATEMENTS), "")


def lacking() -> str:
    """Why there is none, or an empty text."""
    return "" if program() else "there is none of 1.21 or newer (make build/pgbouncer/ready)"


def _release(found: str) -> tuple[int, ...]:
    if not Path(found).exists():
        return (0,)
    said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20).stdout
    return tuple(map(int, re.search(r"PgBouncer (\d+)\.(\d+)", said).groups()))


needs_pgbouncer = pytest.mark.needs("pgbouncer")


def of_kind(kind: str) -> dict[str, Any]:
    """What production asks of its database (`Cluster`) or its pooler (`Pooler`)."""
    (found,) = (one for one in yaml.safe_load_all(DATABASE.read_text()) if one["kind"] == kind)
    return found["spec"]


@asynccontextmanager
async def pooler(sockets: str, folder: Path, **changed: object) -> AsyncIterator[int]:
    """The port of a PgBouncer in front of the PostgreSQL in `sockets`, with production's parameters, some `changed`."""
    port, spec = free_port(), of_kind("Pooler")["pgbouncer"]
    settings = {
        "listen_addr": "127.0.0.1", "listen_port": port, "unix_socket_dir": "", "auth_type": "any",
        "pool_mode": spec["poolMode"], **spec["parameters"], **changed,
    }  # fmt: skip
    if os.geteuid() == 0:
        settings["user"] = POSTGRES_USER
    file = folder / "pgbouncer.ini"
    lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
    file.write_text(f"[databases]\n* = host={sockets} user=citable\n[pgbouncer]\n{lines}\n")
    process = await asyncio.create_subprocess_exec(program(), str(file), stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(20):
            while not await _listens(port):
                await asyncio.sleep(0.02)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def role_as_in_production(url: str) -> AsyncIterator[None]:
    """The role `citable` with what production's has, until the block ends."""
    connection = await asyncpg.connect(url)
    try:
        for statement in of_kind("Cluster")["bootstrap"]["initdb"]["postInitApplicationSQL"]:
            await connection.execute(statement)
        yield
    finally:
        await connection.execute("alter role citable reset all")
        await connection.close()
