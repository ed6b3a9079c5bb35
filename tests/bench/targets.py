"""What the figures should be, and whether they are. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from tests.bench.results import Figure, Size
from tests.bench.subjects import MEMORY, POSTGRES, REDIS
from tests.bench.work import WORK

SMALL, LARGE = 10_000, 1_000_000
GROWTH = ("list", "deep page", "as-of", "item")
"""What may take at most twice as long in a log a hundred times as large."""


class Target(msgspec.Struct, frozen=True):
    """A bound, the figure that was measured, and whether it is within."""

    what: str
    bound: str
    figure: str
    met: bool


def targets(sizes: Sequence[Size], *, has_memory: bool) -> list[Target]:
    """Every target that what was measured can tell about."""
    return [*_of_each(sizes, has_memory=has_memory), *_of_growth(sizes)]


def _of_each(sizes: Sequence[Size], *, has_memory: bool) -> Iterable[Target]:
    for size in sizes:
        at = f"at {size.claims:,}"
        if has_memory:
            yield from _cost(size, at)
            yield from _throughput(size, MEMORY, 8.0, at)
        yield from _throughput(size, REDIS, 2.0, at)
        yield from _throughput(size, POSTGRES, 1.0, at)
        search = size.of("search", POSTGRES)
        if search is not None:
            took = search.p99.median
            met = took < 100 and not search.failed
            yield Target(f"search, Postgres level, p99 {at}", "< 100 ms", f"{took:.1f} ms", met)
        rate = size.import_rate
        if size.claims < SMALL:
            continue  # starting the program would be most of it
        yield Target(f"import {at}", ">= 10,000 versions/s", f"{rate:,.0f} versions/s", rate >= 10_000)


def _cost(size: Size, at: str) -> Iterable[Target]:
    for work in ("item", "conditional", "list", "search", "as-of"):
        found = size.of(work, MEMORY)
        if found is not None and found.times_bare is not None:
            ratio = found.times_bare.median
            what = f"{work}, memory level, CPU beside bare ASGI {at}"
            yield Target(what, "<= 1.3x", _times(found.times_bare), ratio <= 1.3)


def _throughput(size: Size, subject: str, bound: float, at: str) -> Iterable[Target]:
    for work in WORK:
        found = size.of(work, subject)
        if found is not None and found.times_fastapi is not None:
            what = f"{work}, {subject.partition(': ')[2]} level, throughput beside FastAPI {at}"
            ratio = found.times_fastapi
            yield Target(what, f">= {bound:g}x", _times(ratio), ratio.median >= bound and not found.failed)


def _of_growth(sizes: Sequence[Size]) -> Iterable[Target]:
    by_claims = {size.claims: size for size in sizes}
    if SMALL not in by_claims or LARGE not in by_claims:
        return
    for work in GROWTH:
        small, large = (by_claims[claims].of(work, POSTGRES) for claims in (SMALL, LARGE))
        if small is not None and large is not None:
            ratio = large.p99.median / small.p99.median
            what = f"{work}, Postgres level, p99 at {LARGE:,} beside {SMALL:,}"
            yield Target(what, "<= 2x", f"{ratio:.2f}x", ratio <= 2 and not large.failed)


def _times(figure: Figure) -> str:
    return f"{figure.median:.2f}x ({figure.least:.2f} to {figure.most:.2f})"
