"""The release before this one, as it was: `release.tar.xz` holds what it served with, and `make released` keeps it.

It runs as its pods do while they are replaced by ours: processes of their own, on a database that we migrate.
"""

import asyncio
import re
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from db.questions import statements
from tests.cli.programs import environment, free_port
from tests.serving import Api

KEPT = Path(__file__).parent / "release.tar.xz"
Types = dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]
"""Of each statement the types of its parameters, and the names and types of its columns."""


@dataclass(frozen=True)
class Release:
    """A release unpacked in a folder."""

    folder: Path

    @property
    def version(self) -> str:
        """Its number."""
        found = re.search(r"^## ([0-9.]+)$", (self.folder / "CHANGELOG.md").read_text(), re.MULTILINE)
        assert found
        return found[1]

    def statements(self) -> dict[str, str]:
        """Every statement it asks PostgreSQL, by its file and name."""
        return {
            f"{file.name}:{name}": text
            for file in sorted((self.folder / "db").glob("*.sql"))
            for name, text in statements(file.read_text()).items()
        }

    async def run(self, *arguments: str, **variables: object) -> str:
        """What a command of it that must succeed writes to standard output."""
        process = await self._started(*arguments, **variables)
        answered, said = await process.communicate()
        assert process.returncode == 0, said.decode()
        return answered.decode()

    @asynccontextmanager
    async def serving(self, **variables: object) -> AsyncIterator[Api]:
        """Its API, once it is ready. There is no `runtime`: it is another process."""
        port = free_port()
        process = await self._started("serve", port=port, **variables)
        url = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(base_url=url, timeout=30, headers={"accept-encoding": "identity"}) as client:
                async with asyncio.timeout(60):
                    while not await _is_ready(client):
                        assert process.returncode is None, await process.stderr.read()
                        await asyncio.sleep(0.05)
                yield Api(url, port, client, runtime=None)
        finally:
            process.terminate()
            await process.communicate()

    async def _started(self, *arguments: str, **variables: object) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "service", *arguments, cwd=self.folder, env=environment(**variables),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip


def unpacked(folder: Path) -> Release:
    """The release before this one, unpacked in a folder."""
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Debian 12's Python has none
    with tarfile.open(KEPT) as kept:
        kept.extractall(folder, **safely)
    return Release(folder)


async def types_of(connection: asyncpg.Connection, asked: dict[str, str]) -> Types:
    """What PostgreSQL says each statement takes and answers, or how it refuses it."""
    found: Types = {}
    for name, text in asked.items():
        try:
            prepared = await connection.prepare(text)
        except asyncpg.PostgresError as refused:
            found[name] = ((str(refused),), ())
            if connection.is_in_transaction():
                raise
            continue
        found[name] = (
            tuple(parameter.name for parameter in prepared.get_parameters()),
            tuple((column.name, column.type.name) for column in prepared.get_attributes()),
        )
    return found


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False
