"""Named questions: SQL kept in `.sql` files, each answering with one Struct.

A file holds `-- name: …` statements. `-- part: …` is text that several of them share: `{part}` puts it in when the
file is loaded, so what Postgres is sent never changes afterwards.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from db.pool import Reading
from db.rows import as_struct

T = TypeVar("T")

_HERE = Path(__file__).parent
_HEADING = re.compile(r"^-- (name|part): ([a-z_]+)\n", re.MULTILINE)

Around = Callable[[str], AbstractContextManager[None]]

around: list[Around] = []
"""What each statement is done within, which is told its name: empty, unless somebody watches statements."""
_NOTHING = nullcontext()

asked: list["Question[Any]"] = []
"""Every question the program can ask, for the test that prepares each and compares its columns with its Struct."""


@dataclass(frozen=True)
class Question(Generic[T]):
    """One statement and the type each of its rows has: a Struct whose fields are its columns, or a plain value's."""

    name: str
    text: str
    answer: type[T]

    async def one(self, connection: Reading, *values: object) -> T | None:
        """The one row there is, or None."""
        with self._watched():
            row = await connection.fetchrow(self.text, *values)
        return None if row is None else self._convert(row)

    async def only(self, connection: Reading, *values: object) -> T:
        """The one row there always is."""
        with self._watched():
            return self._convert(await connection.fetchrow(self.text, *values))

    async def many(self, connection: Reading, *values: object) -> list[T]:
        """All rows, in the statement's order."""
        with self._watched():
            rows = await connection.fetch(self.text, *values)
        return [self._convert(row) for row in rows]

    async def stream(self, connection: Reading, *values: object) -> AsyncIterator[T]:
        """The rows one after the other, a few hundred in memory at a time. Needs a transaction."""
        async for row in connection.cursor(self.text, *values, prefetch=200):
            yield self._convert(row)

    async def run(self, connection: Reading, *values: object, within: float | None = None) -> None:
        """Does what the statement says, `within` seconds if that is not the connection's own bound; answers nothing."""
        with self._watched():
            await connection.execute(self.text, *values, timeout=within)

    async def values(self, connection: Reading, *values: object) -> list[T]:
        """The only column of all rows."""
        with self._watched():
            rows = await connection.fetch(self.text, *values)
        return [msgspec.convert(row[0], self.answer) for row in rows]

    async def value(self, connection: Reading, *values: object) -> T:
        """The only column of the one row there always is."""
        with self._watched():
            return msgspec.convert(await connection.fetchval(self.text, *values), self.answer)

    def _watched(self) -> AbstractContextManager[None]:
        return around[0](self.name) if around else _NOTHING

    def _convert(self, row: Any) -> T:
        return as_struct(row, self.answer)


class Questions:
    """The statements of one file, by name."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._statements = statements((_HERE / file).read_text())

    def __call__(self, name: str, answer: type[T]) -> Question[T]:
        question = Question(f"{self.file}:{name}", self._statements[name], answer)
        asked.append(question)
        return question

    def names(self) -> Sequence[str]:
        """The names of the statements, in the file's order."""
        return list(self._statements)


def statements(source: str) -> dict[str, str]:
    """The named statements of a `.sql` file, with its parts put in."""
    pieces = _HEADING.split(source)[1:]
    parts: dict[str, str] = {}
    named: dict[str, str] = {}
    for kind, name, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
        filled = re.sub(r"\{([a-z_]+)\}", lambda found: parts[found[1]], text).strip()
        (parts if kind == "part" else named)[name] = filled
    return named
