"""What a run of schemathesis did, and what it found."""

from collections import Counter
from typing import Self

import msgspec

PHASES = ("examples", "coverage", "fuzzing", "stateful")


class Found(msgspec.Struct, frozen=True):
    """A failure: the check that failed, of which operation, in which phase, what it says, and how to ask again."""

    check: str
    operation: str
    phase: str
    said: str
    again: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Cases sent and checked and seconds taken by phase, answers by operation and status, and what was wrong.

    `filtered` counts the failures an exception of ours let pass; `errors` are what kept a case from being sent.
    """

    cases: dict[str, int]
    seconds: dict[str, float]
    answers: dict[str, int]
    filtered: int
    found: list[Found]
    errors: list[str]

    @property
    def total(self) -> int:
        """Cases in all."""
        return sum(self.cases.values())

    @property
    def is_red(self) -> bool:
        """Whether anything was wrong."""
        return bool(self.found or self.errors)

    @property
    def checks(self) -> set[str]:
        """The checks that failed."""
        return {found.check for found in self.found}

    def told(self) -> str:
        """What was found, for a person."""
        found = [f"{one.check}: {one.operation} ({one.phase})\n{one.said}\n{one.again}" for one in self.found]
        return "\n\n".join([*found, *self.errors])

    def counted(self) -> str:
        """The cases of each phase as a small table, for a person."""
        rows = [(phase, self.cases.get(phase, 0), self.seconds.get(phase, 0)) for phase in PHASES]
        rows.append(("in all", self.total, sum(self.seconds.values())))
        lines = [f"{name:<10}{cases:>8} cases{seconds:>8.1f} s" for name, cases, seconds in rows]
        return "\n  ".join(["what was asked", *lines, f"{'failed':<10}{len(self.found) + len(self.errors):>8}"])

    def got(self, operation: str, status: int) -> int:
        """How often an operation was answered with a status."""
        return self.answers.get(f"{operation} {status}", 0)

    def __add__(self, other: "Tally") -> "Tally":
        """Two runs as one."""
        return Tally(
            cases=dict(Counter(self.cases) + Counter(other.cases)),
            seconds=dict(Counter(self.seconds) + Counter(other.seconds)),
            answers=dict(Counter(self.answers) + Counter(other.answers)),
            filtered=self.filtered + other.filtered,
            found=[*self.found, *other.found],
            errors=[*self.errors, *other.errors],
        )

    @classmethod
    def read(cls, written: bytes) -> Self:
        """A tally as it was left."""
        return msgspec.json.decode(written, type=cls)
