"""How charts look: their inks, sizes and letters, and how Vega writes what stands along an axis. Pure."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.charts import Theme, Width
from service.rendering.chart_labels import width_of
from service.rendering.chart_points import AROUND, MINUS
from service.rendering.standing import STANDINGS

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MARGIN, RIGHT = 16, 24
HEADING, LINE = 15, 20
SMALL, SMALL_LINE = 12, 17
"""Pixels: the margins, the letters of the heading and of everything else, and how far their lines are apart."""
SHAPES = dict(
    zip(map(str, STANDINGS), ("circle", "triangle-up", "diamond", "triangle-down", "cross", "square"), strict=True)
)
"""The shape of each status' marks, so that none is told by its colour alone."""


@dataclass(frozen=True)
class Look:
    """How a picture is drawn: how large, in which inks, and how much there is room for.

    `width` is that of the picture, `height` that of its plot.
    """

    width: int
    height: int
    labels: int
    days: int
    legend: int
    ground: str
    ink: str
    soft: str
    grid: str
    colours: tuple[tuple[str, str], ...]


_SIZES = {Width.WIDE: (720, 260, 16, 8, 3), Width.NARROW: (360, 250, 9, 4, 2)}
_INKS = {
    Theme.LIGHT: ("#ffffff", "#16191d", "#555e68", "#e4e7ea"),
    Theme.DARK: ("#14171a", "#eceff2", "#aeb6c0", "#2b3036"),
}


def look_of(theme: Theme, width: Width) -> Look:
    """How a picture of a width is drawn on a ground."""
    is_dark = theme is Theme.DARK
    colours = tuple((str(status), one.dark if is_dark else one.light) for status, one in STANDINGS.items())
    return Look(*_SIZES[width], *_INKS[theme], colours)


def lines_of(text: str, size: float, width: float, most: int = 3) -> list[str]:
    """A text in lines that are no wider than so many pixels, at most `most` of them."""
    letters = max(10, math.floor(width / size / 0.54))
    return textwrap.wrap(text, letters, max_lines=most, placeholder=" …") or [""]


def joined(parts: Sequence[str], width: float) -> list[str]:
    """Parts of a small text with points between them, in lines that break between two parts."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        lines = [*lines[:-1], longer] if width_of(longer, SMALL) * 0.9 <= width else [*lines, part]
    return [line for whole in lines for line in lines_of(whole, SMALL, width)]


def width_of_tick(value: float, unit: str) -> float:
    """About how wide what stands at a tick is."""
    before, after = AROUND.get(unit, ("", ""))
    return width_of(f"{before}{value:,.6g}{after}" if abs(value) < 1e6 else f"{before}00.00B{after}", SMALL)


def written(unit: str) -> str:
    """An expression of Vega's that writes a tick as people read it: $50B, 74%, 6,200."""
    before, after = AROUND.get(unit, ("", ""))
    size = "abs(datum.value)"
    large = "".join(
        f"{size} >= {scale} ? format({size} / {scale}, ',.6~r') + '{letter}' : "
        for scale, letter in (("1e12", "T"), ("1e9", "B"), ("1e6", "M"))
    )
    small = f"{size} > 0 && {size} < 1e-4 ? format({size}, '.2~e') : format({size}, ',.6~r')"
    return f"(datum.value < 0 ? '{MINUS}' : '') + '{before}' + ({large}{small}) + '{after}'"


def chosen(texts: Mapping[str, str]) -> str:
    """An expression of Vega's that says a value in other words, none of which has a quote."""
    return "".join(f"datum.value === '{value}' ? '{text}' : " for value, text in texts.items()) + "datum.value"


def configuration(look: Look) -> dict[str, Any]:
    """What all charts of a look have in common."""
    text = {"labelColor": look.soft, "labelFontSize": SMALL, "labelFontWeight": 400, "aria": False}
    return {
        "font": FONT,
        "aria": False,
        "view": {"stroke": None},
        "axis": {**text, "domain": False, "ticks": False, "gridColor": look.grid, "labelPadding": 8},
        "axisX": {
            "grid": False,
            "domain": True,
            "domainColor": look.soft,
            "ticks": True,
            "tickColor": look.soft,
            "tickSize": 4,
        },
        "axisY": {"labelOverlap": True},
        "legend": {**text, "rowPadding": 6, "columnPadding": 14, "symbolOpacity": 1, "symbolStrokeWidth": 1.5},
        "title": {
            "color": look.ink,
            "fontSize": HEADING,
            "fontWeight": 600,
            "lineHeight": LINE,
            "aria": False,
            "subtitleColor": look.soft,
            "subtitleFontSize": SMALL,
            "subtitleLineHeight": SMALL_LINE,
            "subtitlePadding": 6,
        },
    }
