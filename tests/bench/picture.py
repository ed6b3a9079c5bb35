"""The picture: throughput and processor time of every subject, a panel for each kind of work, on logarithmic scales."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tests.bench.report import Report, title
from tests.bench.results import Figure, Measured, Size
from tests.bench.subjects import BARE, DATASETTE, FASTAPI, FASTAPI_STORED, KINTO, MEMORY, POSTGRES, REDIS
from tests.bench.work import WORK

ORDER = (BARE, MEMORY, REDIS, POSTGRES, FASTAPI, FASTAPI_STORED, DATASETTE, KINTO)
COLOURS = {
    BARE: "#9a9a9a", MEMORY: "#08519c", REDIS: "#3182bd", POSTGRES: "#6baed6",
    FASTAPI: "#d95f0e", FASTAPI_STORED: "#fdae6b", DATASETTE: "#756bb1", KINTO: "#31a354",
}  # fmt: skip


def draw(report: Report, file: Path) -> None:
    """Draws every size: two rows of panels each, answers a second above, microseconds of processor below."""
    height = 2 * len(report.sizes)
    figure, panels = plt.subplots(height, len(WORK), figsize=(3.0 * len(WORK), 2.7 * height + 0.8), squeeze=False)
    for number, size in enumerate(report.sizes):
        above, below = panels[2 * number], panels[2 * number + 1]
        for work, rates, costs in zip(WORK, above, below, strict=True):
            found = {name: m for name in ORDER if (m := size.of(work, name)) is not None}
            _bars(rates, found, "rate", f"{work}: requests/s")
            _bars(costs, found, "cpu", f"{work}: CPU µs each")
        _called(above[0], size)
        for row in (above, below):
            _alike(row)
    m = report.machine
    figure.suptitle(
        f"Citable {m.citable} and its peers, one process each, on {m.cores} shared cores. "
        f"Rounds of {report.seconds:g} s: {report.rounds}; bars are medians, whiskers least and most. Log scales.",
        fontsize=11,
    )
    figure.tight_layout(rect=(0, 0, 1, 0.98), h_pad=2.0)
    figure.savefig(file, dpi=110)
    plt.close(figure)


def _bars(axes: Axes, found: Mapping[str, Measured], what: str, called: str) -> None:
    """A bar for each subject, in the place it has in every panel; a dash for one that was not asked."""
    for place, name in enumerate(ORDER):
        if name not in found:
            axes.annotate("-", (0.02, place), xycoords=("axes fraction", "data"), va="center", fontsize=8)
            continue
        figure: Figure = getattr(found[name], what)
        whisker = [[figure.median - figure.least], [figure.most - figure.median]]
        axes.barh(place, figure.median, xerr=whisker, color=COLOURS[name], error_kw={"elinewidth": 1})
        end, beside = (figure.most, place), {"xytext": (3, 0), "textcoords": "offset points"}
        axes.annotate(f"{figure.median:,.0f}", end, va="center", fontsize=8, **beside)
    axes.set_yticks(range(len(ORDER)), ORDER, fontsize=8)
    axes.set_ylim(len(ORDER) - 0.4, -0.6)
    axes.set_xscale("log")
    axes.set_title(called, fontsize=10)
    axes.tick_params(axis="x", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _alike(row) -> None:
    """One scale for the panels of a row, with room for the numbers at the ends of the bars."""
    ends = [axes.get_xlim() for axes in row if axes.patches]
    least = min(bar.get_width() for axes in row for bar in axes.patches)
    for axes in row[1:]:
        axes.set_yticklabels([])
    for axes in row:
        axes.set_xlim(least / 2, 4 * max(end for _, end in ends))


def _called(axes: Axes, size: Size) -> None:
    axes.annotate(
        title(size),
        (0, 1),
        xytext=(-60, 24),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=12,
        weight="bold",
    )
