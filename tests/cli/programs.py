"""The program as its users start it: a process of its own, what it says, its signals and what it leaves running."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import httpx

from db.embedded import socket_folder

ROOT = Path(__file__).parents[2]
WITHIN = 60.0
"""Seconds anything here may take. It is a bound on hanging, not a measure of speed."""

_numbers = itertools.count(1)


class Program:
    """`python -m service …`, or another module, in a process group of its own as a terminal would give it."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        stdin: IO[bytes] | None = None,
        module: str = "service",
        **variables: object,
    ) -> None:
        number = next(_numbers)
        self._answered, self._said = folder / f"{number}.out", folder / f"{number}.err"
        with self._answered.open("wb") as out, self._said.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=environment(**variables),
                stdin=stdin or subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What it told its user so far, on standard error."""
        return self._said.read_text()

    @property
    def answered(self) -> bytes:
        """What it wrote to standard output so far."""
        return self._answered.read_bytes()

    def says(self, text: str) -> None:
        """Waits until it has said something."""
        until(lambda: text in self.said or self._over(text), f"it says {text!r}")

    def ends(self) -> int:
        """Waits until it has ended; its exit status."""
        try:
            return self.process.wait(WITHIN)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end; it said:\n{self.said}") from None

    def interrupt(self) -> None:
        """What Ctrl-C in a terminal does: SIGINT to it and to every process of its group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def terminate(self) -> None:
        """What `kill` and most service managers do: SIGTERM to it alone."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """What nothing can be done against."""
        self.process.kill()
        self.process.wait()

    def _over(self, awaited: str) -> bool:
        if self.process.poll() is not None and awaited not in self.said:
            raise AssertionError(f"it ended with {self.process.returncode} before it said {awaited!r}:\n{self.said}")
        return False

    def failed_in_a_sentence(self) -> str:
        """Waits until it has ended; the one sentence it gave as its reason, after asserting that it is one."""
        status, said = self.ends(), self.said
        assert "Traceback" not in said, said
        reasons = [line for line in said.splitlines() if not line.startswith("·")]
        assert status == 1, f"exit status {status}:\n{said}"
        assert len(reasons) == 1, said
        assert reasons[0].startswith("✗ "), said
        return reasons[0].removeprefix("✗ ")

    def succeeded(self) -> str:
        """Waits until it has ended, and asserts that it did so well; what it said."""
        status, said = self.ends(), self.said
        assert status == 0, f"exit status {status}:\n{said}"
        assert "Traceback" not in said, said
        return said


def environment(**variables: object) -> dict[str, str]:
    """Our environment without settings of Citable, and with these: `port=1` is CITABLE_PORT; TMPDIR is itself."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CITABLE_", "FORCE_COLOR", "PG"))}
    given = {name if name.isupper() else f"CITABLE_{name.upper()}": str(value) for name, value in variables.items()}
    return {**kept, **given}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until(holds, what: str) -> None:
    """Waits until something holds."""
    end = time.monotonic() + WITHIN
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"it never happened that {what}")
        time.sleep(0.01)


def processes_of(folder: Path) -> dict[int, str]:
    """The processes of a data folder, by their ids: they work in it or in its sockets' folder, or name one of them.

    None where /proc is not.
    """
    found, folders = {}, (folder, socket_folder(folder.resolve()))
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            place = (process / "cwd").readlink()
            if any(str(one) in command or place.is_relative_to(one) for one in folders):
                found[int(process.name)] = command
        except OSError:
            continue  # it ended meanwhile, or is someone else's
    return found


def left_running(folder: Path) -> list[str]:
    """The processes of a folder that are still there after a moment in which the last of them may end."""
    end = time.monotonic() + 5
    while (found := processes_of(folder)) and time.monotonic() < end:
        time.sleep(0.02)
    return sorted(found.values())


def answer_of(port: int, path: str) -> httpx.Response:
    """What the program answers on a port."""
    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=WITHIN)


def digests_served(port: int) -> dict[str, str]:
    """Every claim served on a port, with its digest."""
    served: dict[str, str] = {}
    path = "/v1/claims?limit=100"
    while path:
        page = answer_of(port, path).raise_for_status().json()
        served |= {claim["id"]: claim["digest"] for claim in page["items"]}
        path = page["next"] and f"/v1/claims?limit=100&cursor={page['next']}"
    return served
