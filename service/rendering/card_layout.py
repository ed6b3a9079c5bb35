"""How a card is set: the sizes its style sheet is written with, and how high that makes it. Pure.

A card in a frame without a script has a fixed height, so that is estimated: from the widths of letters in the widest
faces readers are likely to have, and with room for a notice that may come later.
"""

import math
from dataclasses import dataclass

from schemas.embeds import SMALLEST_WIDTH
from service.rendering.card import Card
from service.rendering.measuring import BOLD, lines, width

EDGE, BAR, PADDING = 1, 4, 16
"""Pixels of the border, of the bar above that has the colour of the status, and between these and what is in them."""
_WIDEST = 1.2
"""How much wider than Helvetica the widest faces are that a style sheet's `serif` and `sans-serif` may stand for."""
_DOT, INSIDE = 16, 12
"""Pixels that the dot before a label takes, and the padding and border at the left and right of a notice, each."""
_LONG_NUMBER = 400
"""A number wider than that, set large, is set smaller."""


@dataclass(frozen=True)
class Set:
    """A part of a card: the size of its letters, the height of its lines, and the room above it, in pixels."""

    size: int
    line: int
    above: int


SETS = {
    "notice": Set(14, 20, 0),
    "large": Set(34, 40, 10),
    "small": Set(25, 31, 10),
    "statement": Set(18, 26, 8),
    "status": Set(14, 20, 12),
    "why": Set(14, 20, 4),
    "said": Set(14, 20, 12),
    "heading": Set(12, 18, 12),
    "source": Set(13, 18, 4),
    "foot": Set(13, 18, 12),
}
_NOTICE_EDGES = 20
"""Pixels that a notice takes besides its text: padding and border above and below, and the room under it."""
HEADING_PADDING = 8
"""Pixels between a heading and the rule above it."""


def number_set(card: Card) -> str:
    """How the number is set: `large`, or `small` if it is long."""
    return "large" if width(card.number, SETS["large"].size) <= _LONG_NUMBER else "small"


def height(card: Card, wide: int) -> int:
    """The pixels a card needs in height at a width, rather too many than too few; never for less than the narrowest.

    One that has no notice has room for a short one.
    """
    room = max(wide, SMALLEST_WIDTH) - 2 * (EDGE + PADDING)
    rows = [
        ("statement", card.statement, 1.0, 0),
        ("said", _said(card), 1.0, 0),
        ("foot", f"{card.recorded}   Citable", 1.0, 8),
    ]
    if card.number:
        rows.append((number_set(card), card.number, BOLD, 0))
    rows.append(("status", f"{card.label}. {card.sentence} {card.checked}", BOLD, _DOT))
    if card.why:
        rows.append(("why", card.why, 1.0, 0))
    if card.sources:
        rows.append(("heading", card.say("Sources"), 1.0, 0))
    for source in card.sources:
        text = ". ".join(filter(None, (source.note, source.title, f"{source.publisher}, {source.date}")))
        rows.append(("source", text, 1.0, 0))
    if card.all_sources:
        rows.append(("source", card.all_sources, 1.0, 0))
    high = BAR + (HEADING_PADDING + 1) * (1 + bool(card.sources))
    high += sum(_high(name, text, bold, room - less) for name, text, bold, less in rows)
    return math.ceil(2 * (EDGE + PADDING) + high + _notice(card, room))


def _notice(card: Card, room: float) -> int:
    text = _told(card) if card.notice is not None else card.say("Details corrected on {date}", date=card.recorded)
    return _NOTICE_EDGES + _high("notice", text, BOLD, room - 2 * INSIDE)


def _told(card: Card) -> str:
    """What a notice says."""
    if card.notice is None:
        return ""
    newest = card.say("See version {version}", version=card.notice.version)
    here = "" if card.is_retracted else card.say("This is version {version}.", version=card.version)
    return f"{card.notice.what}. {card.notice.reason} {here} {newest}"


def _said(card: Card) -> str:
    return f"{card.say('Stated by {who}', who=card.stated_by)} · {card.stated_on}. {card.superseded}"


def _high(name: str, text: str, bold: float, room: float) -> int:
    """How high a part is: its lines, and the room above it."""
    part = SETS[name]
    return part.above + part.line * len(lines(text, part.size * _WIDEST * bold, room))
