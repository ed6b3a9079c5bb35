"""The machine and the versions of everything measured: figures without them say nothing."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import asyncpg
import msgspec
import psutil

from service.release import VERSION

PACKAGES = (
    "litestar", "uvicorn", "uvloop", "httptools", "asyncpg", "redis", "msgspec",
    "fastapi", "orjson", "datasette", "kinto", "waitress",
)  # fmt: skip


class Machine(msgspec.Struct, frozen=True):
    """Where the figures are from."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    postgres: str
    citable: str
    packages: dict[str, str]


async def this_machine(database_url: str) -> Machine:
    """The machine we are on."""
    connection = await asyncpg.connect(database_url)
    try:
        postgres = await connection.fetchval("show server_version")
    finally:
        await connection.close()
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        postgres=postgres,
        citable=VERSION,
        packages={name: found for name in PACKAGES if (found := _version(name)) is not None},
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load_average() -> list[float]:
    """How many processes wanted to run in the last one, five and fifteen minutes."""
    return [round(value, 2) for value in os.getloadavg()]
