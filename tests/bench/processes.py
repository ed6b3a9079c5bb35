"""What is measured runs in processes of its own: how they are started, and what they take of the machine."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from redis import Redis

ROOT = Path(__file__).parents[2]
WITHIN = 60.0
_LOOK = 0.3
"""Seconds that are looked at to tell whether anything is under way."""


class DidNotStart(Exception):
    """A server did not come up; the text says what it told."""


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    port: int
    process: psutil.Process

    @property
    def memory(self) -> int:
        """The bytes that would be free without it: what it shares with nobody."""
        return int(self.process.memory_full_info().uss)


@contextmanager
def running(name: str, folder: Path, command: Sequence[str], port: int, **environment: str) -> Iterator[Running]:
    """A server that listens on a port, until the block ends. DidNotStart with what it said."""
    log = folder / f"{name.replace(' ', '-')}.log"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CITABLE_", "PG"))}
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**kept, **environment}, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
    try:
        _until_it_listens(name, process, port, log)
        yield Running(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_it_listens(name: str, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise DidNotStart(f"{name} did not start. It said: {log.read_text(errors='replace').strip()[-800:]}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def run(*command: str, **environment: str) -> None:
    """Runs our own program to its end, telling what it tells. CalledProcessError if it fails."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CITABLE_", "PG"))}
    subprocess.run([sys.executable, "-m", "service", *command], cwd=ROOT, env={**kept, **environment}, check=True)


def postmaster_of(data: Path) -> psutil.Process:
    """The PostgreSQL server that runs on a data folder."""
    return psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().split()[0]))


def redis_at(url: str) -> psutil.Process:
    """The Redis or Valkey that answers at an address."""
    with Redis.from_url(url) as client:
        return psutil.Process(int(client.info("server")["process_id"]))


def cpu_of(process: psutil.Process) -> float:
    """The seconds of processor a process has used, in user and system mode."""
    times = process.cpu_times()
    return float(times.user + times.system)


def cpu_of_postgres(postmaster: psutil.Process) -> float:
    """The seconds a PostgreSQL server has used: its backends, those that have ended included."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        times = postmaster.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    for child in postmaster.children():
        with suppress(psutil.NoSuchProcess):
            total += cpu_of(child)
    return total


async def settled(cpu: Callable[[], float], within: float = 60) -> None:
    """Waits for what a load left under way, searches of seconds among it: until next to no processor is used."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        before = cpu()
        await asyncio.sleep(_LOOK)
        if cpu() - before < 0.1 * _LOOK:
            return
