"""Where the labels of marks stand, so that none covers a mark or another label. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

SIZE = 11
"""Pixels of the letters of a label."""
_HALF_LINE = 7.0
_GAP = 3.0
"""Pixels between a mark and its label."""
_HALF_MARK = 6.0
_HALF_RING = 12.0
_WIDE, _NARROW = 0.62, 0.32
"""How wide letters are, in their size: most, and the narrow ones."""


@dataclass(frozen=True)
class Box:
    """A rectangle on the plot, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether two rectangles have a point in common."""
        is_beside = self.right < other.left or other.right < self.left
        return not (is_beside or self.bottom < other.top or other.bottom < self.top)

    def is_inside(self, other: "Box") -> bool:
        """Whether it lies wholly in another."""
        return self.left >= other.left and self.top >= other.top and self.right <= other.right and (
            self.bottom <= other.bottom
        )  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A mark at a place on the plot, with what it may be labelled: a short text, and a longer one if there is room."""

    x: float
    y: float
    text: str
    longer: str
    open_to: int = 0
    top: float | None = None
    bottom: float | None = None
    """The ends of its range, if it has one."""
    is_bold: bool = False

    @property
    def half(self) -> float:
        """How far it reaches from its middle: one whose label is bold has a ring."""
        return _HALF_RING if self.is_bold else _HALF_MARK

    @property
    def boxes(self) -> Sequence[Box]:
        """What it covers: itself with its arrow, and its range."""
        up, down = (self.half + (8 if self.open_to == side else 0) for side in (1, -1))
        covered = [Box(self.x - self.half, self.y - up, self.x + self.half, self.y + down)]
        if self.top is not None and self.bottom is not None:
            covered.append(Box(self.x - 3, self.top, self.x + 3, self.bottom))
        return covered


@dataclass(frozen=True)
class Label:
    """A text, where it stands, and whether that is its left end, its right end or its middle."""

    text: str
    x: float
    y: float
    align: str
    is_bold: bool

    @property
    def box(self) -> Box:
        """What it covers."""
        width = width_of(self.text, SIZE) * (1.08 if self.is_bold else 1)
        left = self.x - {"left": 0.0, "center": width / 2, "right": width}[self.align]
        return Box(left - 2, self.y - _HALF_LINE, left + width + 2, self.y + _HALF_LINE)


def width_of(text: str, size: float) -> float:
    """About how many pixels wide a text is, in letters of a size; rather too many than too few."""
    return sum(_letter(letter) for letter in text) * size


def placed(marks: Sequence[Mark], plot: Box, most: int) -> list[Label]:
    """Labels for as many marks as there is room for, at most `most`, the first ones first; longer where they fit."""
    taken = [box for mark in marks for box in mark.boxes]
    found: dict[int, Label] = {}
    for number, mark in enumerate(marks):
        if len(found) == most:
            break
        for label in _places(mark):
            if _fits(label.box, plot, [*taken, *(other.box for other in found.values())]):
                found[number] = label
                break
    for number, label in found.items():
        longer = replace(label, text=marks[number].longer)
        others = [other.box for name, other in found.items() if name != number]
        if label.align != "center" and _fits(longer.box, plot, [*taken, *others]):
            found[number] = longer
    return list(found.values())


def _places(mark: Mark) -> Iterator[Label]:
    """Beside a mark, above and below it."""
    away = mark.half + _GAP
    yield Label(mark.text, mark.x + away, mark.y, "left", mark.is_bold)
    yield Label(mark.text, mark.x - away, mark.y, "right", mark.is_bold)
    above, below = (away + _HALF_LINE + (8 if mark.open_to == side else 0) for side in (1, -1))
    yield Label(mark.text, mark.x, mark.y - above, "center", mark.is_bold)
    yield Label(mark.text, mark.x, mark.y + below, "center", mark.is_bold)
    for up in (-10.0, 10.0):
        yield Label(mark.text, mark.x + away, mark.y + up, "left", mark.is_bold)
        yield Label(mark.text, mark.x - away, mark.y + up, "right", mark.is_bold)


def _fits(box: Box, plot: Box, taken: Sequence[Box]) -> bool:
    return box.is_inside(plot) and not any(box.meets(other) for other in taken)


def _letter(letter: str) -> float:
    if ord(letter) >= 0x1100:
        return 1.0  # Chinese, Japanese and Korean ones are as wide as high
    return _NARROW if letter in "iljtfrI.,:;|!'()[] -" else 0.9 if letter in "mwMW%@" else _WIDE
