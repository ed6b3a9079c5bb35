"""A stampede: very many requests at once for one answer that nobody has, and what PostgreSQL was asked meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from db.questions import statements
from tests.stories.deployment import Deployment
from tests.stories.line import Line

DB = Path(__file__).parents[2] / "db"
LOGGED = ("log_statement=all",)
"""How PostgreSQL is told to write down what it is asked."""

REQUESTS = 1000
TOGETHER = 250
"""Connections that are opened at once, before anything is asked: a server accepts only so many in one moment."""


class Asked:
    """How often PostgreSQL was asked a named question, by its own account."""

    def __init__(self, deployment: Deployment, file: str, name: str) -> None:
        self._text = _flat(statements((DB / file).read_text())[name])
        self._log = deployment.postgres.folder / "postgres.log"
        self._start = self._log.stat().st_size

    def times(self) -> int:
        """How often since this was made."""
        return self._told().count(f": {self._text}")

    def statements(self) -> int:
        """How many statements of any kind it has done since."""
        return self._told().count(" LOG: execute ")

    def _told(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._start)
            return _flat(log.read().decode())


async def stampede(deployment: Deployment, path: str, processes: Sequence[int]) -> Counter[int]:
    """A thousand connections, spread over these processes, that all ask for one path at once: how many got what."""
    async with AsyncExitStack() as open_lines:
        ports = [deployment.apis[processes[number % len(processes)]].port for number in range(REQUESTS)]
        lines = [await open_lines.enter_async_context(Line(port)) for port in ports]
        for first in range(0, REQUESTS, TOGETHER):
            await asyncio.gather(*(line.open() for line in lines[first : first + TOGETHER]))
        answers = await asyncio.gather(*(line.get(path) for line in lines))
    bodies = {answer.hash for answer in answers if answer.status == 200}
    assert len(bodies) <= 1, "they were told different things"
    return Counter(answer.status for answer in answers)


def _flat(text: str) -> str:
    return " ".join(text.split()) + " "
