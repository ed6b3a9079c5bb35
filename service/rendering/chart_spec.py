"""A chart as Vega-Lite reads it (https://vega.github.io/vega-lite/). Pure. Texts of claims are only ever data in it."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.rendering.chart_labels import Box, Label, Mark, placed
from service.rendering.chart_look import (
    HEADING,
    LINE,
    MARGIN,
    RIGHT,
    SHAPES,
    SMALL_LINE,
    Look,
    chosen,
    configuration,
    joined,
    lines_of,
    width_of_tick,
    written,
)
from service.rendering.chart_points import Point, Shown
from service.rendering.chart_scales import Scale, day_scale, milliseconds, number_scale
from service.rendering.standing import STANDINGS

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_ARROWS = {1: "M0,-.7V-1.7M-.4,-1.3L0,-1.7L.4,-1.3", -1: "M0,.7V1.7M-.4,1.3L0,1.7L.4,1.3"}
"""What says that a number may be higher, or lower: in units of half a mark."""
_ROW = 20
"""Pixels from one row of the legend to the next."""
_LONGEST_NAME = 26
_FEW = 60
"""From more marks on they are small, and only the marked one has a label."""

Layer = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """What the parts of a chart agree about: the two scales, and what is shown how."""

    shown: Shown
    marked: str | None
    look: Look
    days: Scale
    numbers: Scale
    left: float

    @property
    def width(self) -> float:
        """How wide the plot is, in pixels."""
        return self.look.width - self.left - RIGHT

    @property
    def statuses(self) -> list[str]:
        """The statuses there are, in their order."""
        return [str(status) for status in STANDINGS if any(point.status is status for point in self.shown.points)]


def specification(title: str, shown: Shown, marked: str | None, look: Look) -> dict[str, Any]:
    """The chart of points there is at least one of. `marked` is the id of the claim that is ringed."""
    ends = [end for one in shown.points for end in (one.value, one.lower, one.upper) if end is not None]
    numbers = number_scale(ends, is_share=shown.unit == "percent", ticks=6)
    days = day_scale([point.on for point in shown.points], look.days)
    left = MARGIN + 6 + max(width_of_tick(tick, shown.unit) for tick in numbers.ticks)
    frame = Frame(shown, marked, look, days, numbers, left)
    heading = lines_of(title, HEADING, look.width - 2 * MARGIN)
    below = joined(_reading(frame), look.width - 2 * MARGIN)
    above = MARGIN + len(heading) * LINE + len(below) * SMALL_LINE + 18
    rows = math.ceil(len(frame.statuses) / look.legend)
    return {
        "$schema": _SCHEMA,
        "width": frame.width,
        "height": look.height,
        "autosize": "none",
        "padding": {"left": left, "right": RIGHT, "top": above, "bottom": 48 + rows * _ROW},
        "background": look.ground,
        "title": {
            "text": heading,
            "subtitle": below,
            "anchor": "start",
            "frame": "group",
            "dx": MARGIN - left,
            "offset": 18,
        },
        "layer": [
            *_years(frame),
            *_ranges(frame),
            *_rings_and_arrows(frame),
            *_marks(frame),
            *_texts(_labels(frame), look),
        ],
        "config": configuration(look),
    }


def _reading(frame: Frame) -> list[str]:
    """What stands below the title: what is counted, and what is not plain to see."""
    unit, points = frame.shown.unit, frame.shown.points
    name = {"percent": "percent", "USD": "US dollars", "CNY": "Chinese yuan"}.get(unit, unit)
    said = [name[:1].upper() + name[1:]]
    said += ["logarithmic scale"] if frame.numbers.is_log else []
    said += ["hollow: superseded by a newer figure"] if any(point.is_superseded for point in points) else []
    said += [f"arrow: or {way}" for up, way in ((1, "more"), (-1, "less")) if any(one.open_to == up for one in points)]
    return said


def _row(point: Point) -> dict[str, Any]:
    return {"on": milliseconds(point.on), "value": point.value, "status": str(point.status)}


def _x(frame: Frame) -> dict[str, Any]:
    days = frame.days
    scale = {"type": "utc", "domain": [days.low, days.high], "nice": False}
    form = "%Y" if days.has_bands else "%b %Y"
    axis = {"values": list(days.named), "labelExpr": f"utcFormat(datum.value, '{form}')", "ticks": not days.has_bands}
    return {"field": "on", "type": "temporal", "title": None, "scale": scale, "axis": axis}


def _y(frame: Frame) -> dict[str, Any]:
    numbers = frame.numbers
    kind = {"type": "log", "base": 10} if numbers.is_log else {"type": "linear", "zero": False}
    scale = {**kind, "domain": [numbers.low, numbers.high], "nice": False}
    axis = {"values": list(numbers.ticks), "labelExpr": written(frame.shown.unit)}
    return {"field": "value", "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _status(frame: Frame, values: dict[str, str]) -> dict[str, Any]:
    """An encoding of the status, as a colour or as a shape, which bring one legend together."""
    legend = {
        "title": None,
        "orient": "none",
        "direction": "horizontal",
        "columns": frame.look.legend,
        "legendX": MARGIN - frame.left,
        "legendY": frame.look.height + 36,
        "symbolSize": 90,
        "symbolFillColor": {"expr": "scale('color', datum.value)"},
        "labelExpr": chosen({str(status): standing.label for status, standing in STANDINGS.items()}),
    }
    scale = {"domain": frame.statuses, "range": [values[status] for status in frame.statuses]}
    return {"field": "status", "type": "nominal", "scale": scale, "legend": legend}


def _colour(frame: Frame) -> dict[str, Any]:
    return _status(frame, dict(frame.look.colours))


def _layer(rows: Sequence[dict[str, Any]], mark: dict[str, Any], encoding: dict[str, Any]) -> list[Layer]:
    """A layer of what there is; none if there is nothing."""
    return [{"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}] if rows else []


def _below(frame: Frame) -> list[Layer]:
    """What marks stand on: where years begin, ranges, the ring and arrows."""
    return [*_years(frame), *_ranges(frame), *_rings_and_arrows(frame)]


def _years(frame: Frame) -> list[Layer]:
    """Where years begin: their names stand between."""
    rows = [{"on": tick} for tick in frame.days.ticks] if frame.days.has_bands else []
    mark = {"type": "rule", "color": frame.look.soft, "strokeWidth": 1}
    below = {"y": {"value": frame.look.height}, "y2": {"value": frame.look.height + 6}}
    return _layer(rows, mark, {"x": _x(frame), **below})


def _ranges(frame: Frame) -> list[Layer]:
    """A rule from the lower to the upper end of a number's range."""
    rows = [
        {**_row(point), "value": point.lower, "upper": point.upper}
        for point in frame.shown.points
        if point.lower is not None and point.upper is not None
    ]
    mark = {"type": "rule", "strokeWidth": 2, "strokeCap": "round", "opacity": 0.7}
    places = {"x": _x(frame), "y": _y(frame), "y2": {"field": "upper"}}
    return _layer(rows, mark, {**places, "color": _colour(frame)})


def _rings_and_arrows(frame: Frame) -> list[Layer]:
    places = {"x": _x(frame), "y": _y(frame)}
    line = {"type": "point", "filled": False, "strokeWidth": 1.5, "opacity": 1}
    ringed = [_row(point) for point in frame.shown.points if point.id == frame.marked]
    layers = _layer(ringed, {**line, "shape": "circle", "size": 420, "stroke": frame.look.ink}, places)
    for up, path in _ARROWS.items():
        rows = [_row(point) for point in frame.shown.points if point.open_to == up]
        layers += _layer(rows, {**line, "shape": path, "size": 200}, {**places, "color": _colour(frame)})
    return layers


def _marks(frame: Frame) -> list[Layer]:
    """The claims themselves, those superseded hollow and below the others. Each says what it is when pointed at."""
    encoding = {
        "x": _x(frame),
        "y": _y(frame),
        "color": _colour(frame),
        "shape": _status(frame, SHAPES),
        "description": {"field": "said", "type": "nominal"},
    }
    size = 90 if len(frame.shown.points) <= _FEW else 30
    mark = {"type": "point", "size": size, "strokeWidth": 1.75, "opacity": 1, "aria": True}
    layers: list[Layer] = []
    for is_hollow in (True, False):
        rows = [
            {**_row(point), "said": f"{point.written}: {point.statement}"}
            for point in frame.shown.points
            if point.is_superseded is is_hollow
        ]
        layers += _layer(
            rows, {**mark, "filled": not is_hollow, **({"fill": frame.look.ground} if is_hollow else {})}, encoding
        )
    return layers


def _labels(frame: Frame) -> list[Label]:
    """The labels of marks: of the marked one first, then of those that stand, the latest first."""
    points, wide, high = frame.shown.points, frame.width, float(frame.look.height)
    order = sorted(points, key=lambda point: (point.id != frame.marked, point.is_superseded, -point.on.toordinal()))
    has_places = len({point.where for point in points}) > 1

    def height(value: float | None) -> float | None:
        return None if value is None else high - frame.numbers.at(value, high)

    marks = []
    for point in order:
        text = f"{point.written} {point.where}" if has_places else point.written
        mark = Mark(
            x=frame.days.at(milliseconds(point.on), wide),
            y=high - frame.numbers.at(point.value, high),
            text=text,
            longer=f"{text} · {textwrap.shorten(point.who, _LONGEST_NAME, placeholder='…')}",
            open_to=point.open_to,
            top=height(point.upper),
            bottom=height(point.lower),
            is_bold=point.id == frame.marked,
        )
        marks.append(mark)
    most = frame.look.labels if len(points) <= _FEW else int(order[0].id == frame.marked)
    return placed(marks, Box(2, -14, wide + RIGHT - 4, high - 2), most)


def _texts(labels: Sequence[Label], look: Look) -> list[Layer]:
    pixels = {name: {"field": name, "type": "quantitative", "scale": None} for name in ("x", "y")}
    encoding = {**pixels, "text": {"field": "text", "type": "nominal"}}
    layers: list[Layer] = []
    for align, is_bold in sorted({(label.align, label.is_bold) for label in labels}):
        same = [label for label in labels if (label.align, label.is_bold) == (align, is_bold)]
        weight = {"fontSize": 11, "fontWeight": 700 if is_bold else 400, "color": look.ink}
        mark = {"type": "text", "align": align, "baseline": "middle", **weight}
        layers += _layer([{"x": one.x, "y": one.y, "text": one.text} for one in same], mark, encoding)
    return layers
