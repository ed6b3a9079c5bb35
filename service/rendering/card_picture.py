"""A card as a picture, without a script: SVG, and the PNG that is drawn of it. Pure.

Both are of the size that social networks show, and set in a face whose widths are known, so that nothing runs out of
the picture: Liberation Sans, which comes with what draws the PNG, or those of the same widths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from schemas.embeds import PICTURE_SIZES, Theme
from service.rendering.card import RETRACTED, Card
from service.rendering.html import html
from service.rendering.measuring import BOLD, lines, width
from service.rendering.standing import STANDINGS
from service.rendering.xml_text import xml_text

SVG, PNG = "image/svg+xml", "image/png"
CONTENT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *"
"""What a browser may do with a picture: show it. It has neither script nor style."""
WIDE = max(PICTURE_SIZES)
_EDGE = 64
_ROOM = WIDE - 2 * _EDGE
_TOP, _LOW = 76, 442
"""Where what is written begins, and where number and statement must end, in pixels from above."""
_NUMBERS = ((104, 1), (88, 1), (72, 1), (60, 2), (48, 3))
"""Sizes for the number, the largest first, with how many lines it may take in it."""
_STATEMENTS = ((46, 3), (40, 4), (34, 5), (30, 6))
_BANNER = 60


@dataclass(frozen=True)
class Line:
    """One line of text: where its baseline begins, in pixels, the size of its letters, and what it says."""

    y: int
    size: int
    text: str


@dataclass(frozen=True)
class Colours:
    """What a picture is painted with."""

    ground: str
    ink: str
    soft: str
    rule: str
    loud: str
    tint: str
    standing: str


_LIGHT = ("#ffffff", "#16191d", "#555e68", "#d5d9de", "#b42318", "#fdecea")
_DARK = ("#16191d", "#f1f2f4", "#adb4bd", "#3a4048", "#ff8f85", "#3a1d1b")


def svg(card: Card) -> bytes:
    """A card as SVG 1.1, 1200 by 630 pixels; light, unless it is to be dark."""
    top = _TOP + (_BANNER + 24 if card.notice else 0)
    number, after = _set(card.number, _NUMBERS, top, _LOW - 120, BOLD)
    statement, _ = _set(card.statement, _STATEMENTS, after + (20 if number else 0), _LOW, 1.0)
    notice = f"{card.stop(card.notice.what)} {card.notice.reason}".strip() if card.notice else ""
    label = width(card.label, 32) * BOLD
    drawn = html(
        "card.svg", card=card, colours=_colours(card), number=number, statement=statement, edge=_EDGE, room=_ROOM,
        wide=WIDE, high=PICTURE_SIZES[WIDE], banner=_BANNER, top=_TOP - 24,
        notice=lines(notice, 28 * BOLD, _ROOM - 48, 1), sentence_at=round(_EDGE + 40 + label + 20),
        sentence=lines(card.sentence, 30, _ROOM - 60 - label, 1),
        said=lines(_said(card), 26, _ROOM, 1), foot=lines(card.recorded, 26, _ROOM - 160, 1),
        describe=_description(card),
    )  # fmt: skip
    return xml_text(drawn.decode()).encode()


@lru_cache(64)
def png(svg: bytes, wide: int) -> bytes:
    """A picture as PNG, `wide` pixels wide: a tenth of a second's work, some of it with the interpreter's lock held.

    The last ones drawn are kept, so that who changes another claim redraws nothing.
    """
    import oxipng
    from vl_convert import svg_to_png

    drawn = svg_to_png(svg.decode(), scale=wide / WIDE, ppi=72)
    return oxipng.optimize_from_memory(drawn, level=0)


def _colours(card: Card) -> Colours:
    plain = _DARK if card.theme is Theme.DARK else _LIGHT
    if card.standing == RETRACTED:
        return Colours(*plain, plain[4])
    standing = next(standing for status, standing in STANDINGS.items() if status == card.standing)
    return Colours(*plain, standing.dark if card.theme is Theme.DARK else standing.light)


def _set(text: str, sizes: Sequence[tuple[int, int]], top: int, bottom: int, bold: float) -> tuple[list[Line], int]:
    """A text between two heights, as large as it can be without losing words, and where it ends."""
    if not text:
        return [], top
    for size, most in sizes:
        pitch = round(size * 1.25)
        fitting = max(1, min(most, (bottom - top) // pitch))
        found = lines(text, size * bold, _ROOM)
        if len(found) <= fitting:
            break
    found = lines(text, size * bold, _ROOM, fitting)
    set_ = [Line(top + pitch * number + round(size * 0.95), size, line) for number, line in enumerate(found)]
    return set_, top + pitch * len(found)


def _said(card: Card) -> str:
    stated = card.say("Stated by {who}", who=card.stated_by)
    return f"{stated} · {card.stated_on}" if card.stated_on else stated


def _description(card: Card) -> str:
    """What the picture shows, for who cannot see it."""
    notice = f"{card.notice.what}. {card.notice.reason}" if card.notice else ""
    number = f"{card.say('Retracted number:')} {card.number}" if card.is_retracted and card.number else card.number
    parts = (notice, number, f"{card.label}. {card.sentence}", _said(card), card.recorded)
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip())
