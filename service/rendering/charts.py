"""Charts of a measure's claims over time, as SVG without scripts, and the same in a sentence. Pure.

Vega-Lite draws them, inside vl-convert: nothing is fetched.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from schemas.charts import MOST_DRAWN
from schemas.claims import ClaimVersion
from service.rendering.chart_look import FONT, Look, lines_of
from service.rendering.chart_points import Shown, shown_of
from service.rendering.chart_spec import specification
from service.rendering.standing import STANDINGS

MEDIA_TYPE = "image/svg+xml"
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""What a browser may do with a chart that is opened by itself: show it."""

_SVG = "http://www.w3.org/2000/svg"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, escaped or not (XML 1.0, section 2.2)."""
_SAID_ELSEWHERE = ("role", "class", "aria-label", "aria-hidden", "aria-roledescription", "pointer-events")
"""What Vega says of each part; `title` and `desc` say it of the whole."""
Element = ElementTree.Element

ElementTree.register_namespace("", _SVG)


def chart(label: str, claims: Sequence[ClaimVersion], look: Look, *, marked: str | None = None, all_told: int) -> bytes:
    """The published claims of a measure as a picture, or one that says there are none with a number.

    `label` is what the measure is called, `marked` the id of a claim to ring, `all_told` how many claims are published.
    """
    shown = shown_of(claims)
    said = _NO_XML.sub("\ufffd", chart_summary(label, claims, all_told=all_told))
    if not shown.points:
        return _written(_empty(look, label), label, said)
    import vl_convert  # 80 MB of memory, which who draws nothing does without

    drawn = vl_convert.vegalite_to_svg(_cleaned(specification(label, shown, marked, look)), allowed_base_urls=[])
    root = ElementTree.fromstring(drawn)  # noqa: S314 - Vega wrote it
    _tidy(root, look.ground)
    return _written(root, label, said)


def chart_summary(label: str, claims: Sequence[ClaimVersion], *, all_told: int) -> str:
    """What a chart shows, in sentences: for who does not see it."""
    shown = shown_of(claims)
    if not shown.points:
        return f"{_sentence(label)} None of its published claims has a number and a date."
    points = shown.points
    first, last = points[0], points[-1]
    least, most = (pick(points, key=lambda point: point.value) for pick in (min, max))
    found = Counter(point.status for point in points)
    statuses = ", ".join(f"{found[status]} {STANDINGS[status].label.lower()}" for status in STANDINGS if found[status])
    times = f"from {first.on:%B %Y} to {last.on:%B %Y}" if first.on != last.on else f"in {first.on:%B %Y}"
    numbers = f"from {least.written} to {most.written}" if least.value != most.value else f"at {least.written}"
    said = [_sentence(label), f"{_counted(len(points), 'claim')} {times}, {numbers} ({shown.unit}): {statuses}."]
    superseded = sum(point.is_superseded for point in points)
    said += [f"{superseded} superseded by a newer figure."] if superseded else []
    said += [f"The latest: {last.written}, stated by {last.who}."] if len(points) > 1 else []
    return " ".join([*said, *_left_out(shown, all_told - len(claims))])


def _left_out(shown: Shown, not_read: int) -> list[str]:
    reasons = [
        (shown.other_units, "in another unit"),
        (shown.without_number, "without a number"),
        (shown.without_date, "without a date"),
        (max(0, not_read), f"stated before the {MOST_DRAWN} latest"),
    ]
    said = ", ".join(f"{number} {reason}" for number, reason in reasons if number)
    return [f"Not shown: {said}."] if said else []


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _cleaned(part: Any) -> Any:
    """A specification without what no XML may hold."""
    if isinstance(part, dict):
        return {name: _cleaned(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return [_cleaned(inner) for inner in part]
    return _NO_XML.sub("\ufffd", part) if isinstance(part, str) else part


def _tidy(root: Element, ground: str) -> None:
    """Leaves out what Vega says of each mark, but the titles that people see when they point at one.

    Labels get a seam in the colour of the ground, so that lines do not run through letters.
    """
    for element in root.iter():
        described = element.get("aria-label") if element.get("aria-roledescription") == "symbol mark" else None
        labels = "role-mark" in element.get("class", "") and "mark-text" in element.get("class", "")
        for name in _SAID_ELSEWHERE:
            element.attrib.pop(name, None)
        if labels:
            for name, value in (("stroke", ground), ("stroke-width", "3"), ("paint-order", "stroke")):
                element.set(name, value)
            element.set("stroke-linejoin", "round")
        if described:
            title = ElementTree.Element(f"{{{_SVG}}}title")
            title.text = described
            element.insert(0, title)


def _empty(look: Look, label: str) -> Element:
    """A picture that says that there is nothing to show."""
    lines = [*lines_of(label, 15, look.width - 32), "No published claim of it has a number and a date."]
    height = 28 + 22 * len(lines)
    size = {"width": str(look.width), "height": str(height)}
    root = Element(f"{{{_SVG}}}svg", {"viewBox": f"0 0 {look.width} {height}", **size})
    ElementTree.SubElement(root, f"{{{_SVG}}}rect", {**size, "fill": look.ground})
    for number, line in enumerate(lines):
        is_label = number < len(lines) - 1
        weight = {"font-size": "15", "font-weight": "600", "fill": look.ink} if is_label else {}
        place = {"x": "16", "y": str(34 + 22 * number), "font-family": FONT, "font-size": "12", "fill": look.soft}
        text = ElementTree.SubElement(root, f"{{{_SVG}}}text", {**place, **weight})
        text.text = _NO_XML.sub("\ufffd", line)
    return root


def _written(root: Element, label: str, said: str) -> bytes:
    """A picture as bytes, with its text alternative."""
    for number, (name, text) in enumerate((("title", label), ("desc", said))):
        element = Element(f"{{{_SVG}}}{name}", {"id": f"chart-{name}"})
        element.text = _NO_XML.sub("\ufffd", text)
        root.insert(number, element)
    root.set("role", "img")
    root.set("aria-labelledby", "chart-title chart-desc")
    root.set("lang", "en")
    return ElementTree.tostring(root, encoding="unicode").encode()
