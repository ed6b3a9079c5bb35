"""Data folders for the program, and a place for its sockets, gone with everything that ran there afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from db.migrations import CURATED
from tests.cli.programs import Program, free_port, processes_of


class Place:
    """Where one program runs: its data folder, its port and a short folder for its sockets."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self.sockets = Path(tempfile.mkdtemp(prefix="ct-"))
        self.sockets.chmod(0o711)
        self._started: list[Program] = []

    def start(self, *arguments: str, **variables: object) -> Program:
        """The program, started here."""
        here = {"data": self.data, "port": self.port, "TMPDIR": self.sockets}
        program = Program(self.sockets, *arguments, **{**here, **variables})
        self._started.append(program)
        return program

    def kill_all(self) -> None:
        """Ends everything that runs here, at once and without asking."""
        for program in self._started:
            program.kill()
        for process in processes_of(self.data):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def clean(self) -> None:
        """Ends whatever still runs here, and removes its sockets."""
        self.kill_all()
        shutil.rmtree(self.sockets, ignore_errors=True)


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    """A place without data yet."""
    made = Place(tmp_path)
    yield made
    made.clean()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory) -> Path:
    """A data folder that holds the curated claims. To copy."""
    made = Place(tmp_path_factory.mktemp("loaded"))
    try:
        made.start("migrate").succeeded()
        made.start("import", str(CURATED / "claims.jsonl")).succeeded()
    finally:
        made.clean()
    return made.data


@pytest.fixture
def loaded_place(place: Place, loaded: Path) -> Place:
    """A place with the curated claims in it."""
    subprocess.run(["cp", "-a", str(loaded), str(place.data)], check=True)
    return place


@pytest.fixture
async def database(cluster) -> Iterator[Callable[[str], str]]:
    """Makes a new database like the one named, on the servers of this run; its address."""
    made: list[str] = []

    async def make(template: str = "bare") -> str:
        made.append(await cluster.new_database(template))
        return cluster.url(made[-1])

    yield make
    for name in made:
        await cluster.drop(name)
