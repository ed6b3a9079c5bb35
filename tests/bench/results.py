"""What was measured, and what follows from it: medians, ranges, ratios. Pure."""

from collections.abc import Callable, Sequence
from statistics import median

import msgspec

from tests.bench.asking import Load
from tests.bench.load import CONNECTIONS
from tests.bench.subjects import BARE, FASTAPI
from tests.bench.work import WORK


class Round(msgspec.Struct, frozen=True):
    """One subject under one load, once: what it did, and the microseconds of processor each answer took.

    `server` is its own process; `stores` are PostgreSQL and Redis, for what they did meanwhile.
    """

    load: Load
    server: float
    stores: dict[str, float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.load.requests / self.load.seconds


class Figure(msgspec.Struct, frozen=True):
    """The middle of what rounds gave, and their range."""

    median: float
    least: float
    most: float


class Measured(msgspec.Struct, frozen=True):
    """A subject's figures for one kind of work; ratios are taken within each round, where both met the same noise."""

    work: str
    subject: str
    rate: Figure
    cpu: Figure
    stores: dict[str, float]
    p50: Figure
    p99: Figure
    times_fastapi: Figure | None
    times_bare: Figure | None
    failed: int
    """How many answers were refusals, or never came."""
    rounds: list[Round]


class Size(msgspec.Struct, frozen=True):
    """Everything measured at one size."""

    claims: int
    versions: int
    import_rate: float
    measured: list[Measured]
    memory: dict[str, int]
    lacks: dict[str, dict[str, str]]
    agreement: dict[str, dict[str, float]]

    def of(self, work: str, subject: str) -> Measured | None:
        """The figures of a subject for a kind of work, if it was measured."""
        return next((m for m in self.measured if (m.work, m.subject) == (work, subject)), None)


Rounds = dict[tuple[str, str], list[Round]]
"""What each subject (the second name) did for each kind of work (the first), round by round."""


def figure_of(values: Sequence[float]) -> Figure:
    """The figure of some values."""
    return Figure(median(values), min(values), max(values))


def measured(rounds: Rounds) -> list[Measured]:
    """The figures, by kinds of work and, within each, in the order the subjects came."""
    return [
        _measured(rounds, work, subject) for work in WORK for other, subject in rounds if other == work
    ]  # dictionaries keep their order


def _measured(rounds: Rounds, work: str, subject: str) -> Measured:
    taken = rounds[work, subject]
    stores = {name for each in taken for name in each.stores}
    return Measured(
        work=work,
        subject=subject,
        rate=figure_of([each.rate for each in taken]),
        cpu=figure_of([each.server for each in taken]),
        stores={name: median(each.stores.get(name, 0.0) for each in taken) for name in sorted(stores)},
        p50=figure_of([each.load.p50 for each in taken]),
        p99=figure_of([each.load.p99 for each in taken]),
        times_fastapi=_times(taken, rounds.get((work, FASTAPI)), lambda each: each.rate),
        times_bare=_times(taken, rounds.get((work, BARE)), lambda each: each.server),
        failed=sum(each.load.refused + max(0, each.load.broken - CONNECTIONS) for each in taken),
        rounds=taken,
    )


def _times(taken: Sequence[Round], of: Sequence[Round] | None, what: Callable[[Round], float]) -> Figure | None:
    if not of:
        return None
    ratios = [what(mine) / what(theirs) for mine, theirs in zip(taken, of, strict=False) if what(theirs) > 0]
    return figure_of(ratios) if ratios else None
