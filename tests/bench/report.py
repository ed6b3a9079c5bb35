"""The report: results.json, and the same as tables to read. Pure, but for writing them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from tests.bench.machine import Machine
from tests.bench.results import Figure, Measured, Size
from tests.bench.subjects import BARE, OURS
from tests.bench.targets import Target
from tests.bench.work import WORK


class Report(msgspec.Struct, frozen=True):
    """A run: where, how, what was measured, and what it says of the targets."""

    machine: Machine
    generator: str
    rounds: int
    seconds: float
    load_before: list[float]
    load_after: list[float]
    notes: list[str]
    sizes: list[Size]
    targets: list[Target]


HEAD = (
    "work",
    "subject",
    "requests/s",
    "beside FastAPI",
    "CPU µs",
    "beside bare",
    "stores' CPU µs",
    "p50 ms",
    "p99 ms",
)


def write(report: Report, folder: Path) -> None:
    """Writes results.json and results.md."""
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(report), indent=1)
    (folder / "results.json").write_bytes(encoded)
    (folder / "results.md").write_text(as_markdown(report))


def as_markdown(report: Report) -> str:
    """The report as a document."""
    parts = ["# Benchmark\n", *(f"- {line}\n" for line in facts(report))]
    for size in report.sizes:
        parts.append(f"\n## {title(size)}\n\n")
        parts.append(_table(HEAD, rows(size)))
        parts.append("\n" + "".join(f"- {line}\n" for line in remarks(size)))
    parts.append("\n## Targets\n\n")
    parts.append(_table(("target", "bound", "measured", "met"), target_rows(report.targets)))
    return "".join(parts)


def facts(report: Report) -> list[str]:
    """Where and how it was measured, a sentence each."""
    m = report.machine
    return [
        f"{m.processor}, {m.cores} cores shared by server, stores and load; {m.memory_gib:g} GiB; {m.system}",
        f"load average before {_numbers(report.load_before)}, after {_numbers(report.load_after)}",
        f"Citable {m.citable}, Python {m.python}, PostgreSQL {m.postgres}; "
        + ", ".join(f"{name} {version}" for name, version in m.packages.items()),
        f"load: {report.generator}",
        f"{report.rounds} rounds of {report.seconds:g} s, interleaved, the order rotated; figures are medians, with "
        "the least and the most of the rounds in brackets; ratios are taken within each round",
        "every server is one process; CPU is its user and system time for each answer",
        *report.notes,
    ]


def title(size: Size) -> str:
    """What a size is called."""
    return f"{size.claims:,} claims, {size.versions:,} versions"


def rows(size: Size) -> list[tuple[str, ...]]:
    """The cells of a size's table."""
    return [_row(found) for work in WORK for found in size.measured if found.work == work]


def _row(m: Measured) -> tuple[str, ...]:
    stores = ", ".join(f"{name} {value:.0f}" for name, value in m.stores.items() if value >= 0.5)
    return (
        m.work,
        f"{m.subject}, {m.failed} failed" if m.failed else m.subject,
        _ranged(m.rate, ",.0f"),
        _ratio(m.times_fastapi),
        _ranged(m.cpu, ".0f"),
        "" if m.subject == BARE else _ratio(m.times_bare),
        stores,
        f"{m.p50.median:.2f}",
        _ranged(m.p99, ".1f"),
    )


def remarks(size: Size) -> list[str]:
    """What stands below a size's table."""
    held = ", ".join(f"{name} {value / 2**20:.0f} MiB" for name, value in size.memory.items())
    lines = [f"memory of each server's process after the run (unshared): {held}"]
    if size.import_rate:
        lines.append(
            "loading ours (`citable restore`, every line and digest checked), when it was loaded: "
            f"{size.import_rate:,.0f} versions/s"
        )
    lines += [f"{name}, {work}: {why}" for name, lacks in size.lacks.items() for work, why in lacks.items()]
    for name, shares in size.agreement.items():
        if "search" in shares and name not in OURS:
            lines.append(
                f"{name} shows {shares['search']:.0%} of what our pages of a search show, for it ranks otherwise; its "
                "other answers hold the same claims in the same order"
            )
    return lines


def target_rows(targets: Iterable[Target]) -> list[tuple[str, ...]]:
    """The cells of the table of targets."""
    return [(t.what, t.bound, t.figure, "✓" if t.met else "✗") for t in targets]


def _table(head: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _ranged(figure: Figure, form: str) -> str:
    return f"{figure.median:{form}} ({figure.least:{form}} to {figure.most:{form}})"


def _ratio(figure: Figure | None) -> str:
    return "" if figure is None else f"{figure.median:.2f}x"


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
