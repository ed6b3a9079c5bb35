"""Stopping `citable run`: whenever it is told to and however, nothing it started is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.cli.programs import ROOT, Program, answer_of, left_running, processes_of, until


def interrupt(program: Program) -> None:
    program.interrupt()


def terminate(program: Program) -> None:
    program.terminate()


def terminate_group(program: Program) -> None:
    os.killpg(program.process.pid, signal.SIGTERM)


@pytest.mark.parametrize("stop", [interrupt, terminate, terminate_group])
def test_a_running_program_stops_with_everything_it_started(loaded_place, stop):
    program = loaded_place.start("run")
    program.says("/docs")
    assert any("postgres" in command for command in processes_of(loaded_place.data).values())
    stop(program)
    program.succeeded()
    assert left_running(loaded_place.data) == []


def _runs(place, *words: str):
    return lambda program: until(
        lambda: (
            any(all(word in command for word in words) for command in processes_of(place.data).values())
            or program.process.poll() is not None
        ),
        f"{words} runs",
    )


def _says(sentence: str):
    return lambda program: program.says(sentence)


def _says_one_of(*sentences: str):
    return lambda program: until(lambda: any(one in program.said for one in sentences), f"it says one of {sentences}")


def _has_loaded(library: str):
    maps = "/proc/{}/maps"
    return lambda program: until(
        lambda: library in Path(maps.format(program.process.pid)).read_text(), f"{library} is loaded"
    )


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize("stop", [interrupt, terminate])
def test_a_program_that_is_starting_stops_with_everything_it_started_and_the_next_one_works(place, stop):
    moments = {
        "loading its own modules": _has_loaded("asyncpg"),
        "creating the data folder": _runs(place, "initdb"),
        "filling the data folder": _runs(place, "postgres", "--boot"),
        "created": _runs(place, "bin/postgres", f"-D {place.data}/postgres "),
        "PostgreSQL is up": _says("PostgreSQL is up"),
        "Valkey starts": _runs(place, "valkey-server"),
        "Valkey is up": _says("Valkey is up"),
        "migrating": _says("applying 0001"),
        # the one that was stopped before may have got that far: then this one goes on with what follows
        "migrated": _says_one_of("the database is migrated", "curated claims", "the log is at position"),
        "ready": _says("ready"),
    }
    found = {}
    for moment, comes in moments.items():
        program = place.start("run")
        comes(program)
        stop(program)
        status = program.ends()
        problems = [] if status == 0 else [f"exit status {status}"]
        problems += [line for line in program.said.splitlines() if "Traceback" in line or line.startswith("✗")]
        problems += left_running(place.data)
        place.kill_all()
        if problems:
            found[moment] = problems
    last = place.start("run")
    last.says("/docs")
    assert answer_of(place.port, "/readyz").json()["status"] == "ready"
    last.interrupt()
    last.succeeded()
    assert found == {}


def test_who_presses_ctrl_c_again_and_again_sees_no_traceback_and_leaves_nothing_running(loaded_place):
    program = loaded_place.start("run")
    program.says("/docs")
    for _ in range(5):
        program.interrupt()
        time.sleep(0.03)
    program.ends()
    assert left_running(loaded_place.data) == []
    assert "Traceback" not in program.said, program.said


def test_a_reader_who_keeps_a_connection_open_does_not_keep_it_from_stopping(loaded_place):
    program = loaded_place.start("run")
    program.says("/docs")
    with httpx.Client(base_url=f"http://127.0.0.1:{loaded_place.port}", timeout=30) as client:
        assert client.get("/v1/claims").status_code == 200
        program.interrupt()
        program.succeeded()
    assert left_running(loaded_place.data) == []


STOPPED_WHILE_STARTING = """
import asyncio, logging, socket
from contextlib import asynccontextmanager
from types import SimpleNamespace
from litestar import Litestar
from service.connections import Connections
from service.followers import Followers
from service.interrupts import run
from service.serving import _Server
from service.settings import Settings
from service.web.server import server_config

@asynccontextmanager
async def slow(_):
    await asyncio.sleep(0.2)
    yield
    print("closed in order")

async def work():
    followers, connections = Followers(1), Connections(10, lambda: False)
    settings = Settings(public_url="https://citable.example")
    runtime = SimpleNamespace(followers=followers, connections=connections, settings=settings)
    app = Litestar(lifespan=[slow], logging_config=None, openapi_config=None)
    asyncio.get_running_loop().call_later(0.05, asyncio.current_task().cancel)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await _Server(server_config(app, None, connections), runtime).serve([listener])

logging.basicConfig()
try:
    run(work())
except KeyboardInterrupt:
    print("stopped")
"""


def test_a_signal_that_comes_while_the_server_starts_stops_it_in_order():
    """As one does that came just before the server listened for them: by cancelling what runs."""
    command = [sys.executable, "-c", STOPPED_WHILE_STARTING]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.stdout.splitlines(), ended.stderr) == (["closed in order", "stopped"], "")
