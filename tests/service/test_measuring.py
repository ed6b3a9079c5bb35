"""Widths of text, held to what is really drawn: an estimate may be too wide, and hardly ever too narrow."""

import random
import struct
import zlib

import pytest
from vl_convert import svg_to_png

from service.rendering.measuring import BOLD, clipped, lines, width
from tests.routes.by_hand import CURATED

STATEMENTS = [claim["statement"] for claim in CURATED]
ROOM = 700


def drawn_width(text: str, size: int, weight: str = "normal") -> int:
    """How far to the right ink goes, in pixels, when a text is drawn at the left edge of a picture."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    png = svg_to_png(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="2400" height="60"><text x="0" y="45" font-size="{size}" '
        f'font-weight="{weight}" font-family="Liberation Sans" xml:space="preserve">{escaped}</text></svg>',
        ppi=72,
    )
    compressed, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        compressed += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    raw, stride, furthest = zlib.decompress(compressed), 2400 * 4, 0
    before = bytearray(stride)
    for row in range(60):
        line = _unfiltered(raw[row * (stride + 1)], raw[row * (stride + 1) + 1 : (row + 1) * (stride + 1)], before)
        alphas = bytes(line[3::4]).rstrip(b"\0")
        furthest, before = max(furthest, len(alphas)), line
    return furthest


def _unfiltered(kind: int, line: bytes, before: bytearray) -> bytearray:
    """A row of a PNG as it was before it was filtered (PNG, section 9); those drawn here only use the first three."""
    found = bytearray(line)
    if kind == 1:
        for at in range(4, len(found)):
            found[at] = (found[at] + found[at - 4]) & 255
    elif kind == 2:
        found = bytearray((one + above) & 255 for one, above in zip(found, before, strict=True))
    else:
        assert kind == 0, kind
    return found


@pytest.mark.parametrize(
    "text",
    [
        *random.Random(7).sample(STATEMENTS, 6),
        "Größe, façade, señor, naïve, “quoted” … 10,000,000,000",
        "WWWWMMMM@@@@",
    ],
)
def test_an_estimate_is_what_is_drawn_or_a_little_more(text):
    drawn = drawn_width(text, 30)
    assert drawn * 0.99 <= width(text, 30) <= drawn * 1.05 + 30
    bold = drawn_width(text, 30, "bold")
    assert bold * 0.97 <= width(text, 30) * BOLD <= bold * 1.12 + 30


def test_characters_it_does_not_know_are_taken_for_wide():
    assert width("中文", 10) == 20
    assert width("e\u0301", 10) == width("é", 10) == width("e", 10)
    assert width("\u200b", 10) == 0
    assert width("Ж", 10) >= 7


def test_lines_are_no_wider_than_their_room_and_lose_no_word():
    for statement in STATEMENTS:
        found = lines(statement, 40, ROOM)
        assert " ".join(found).replace("- ", "-") == statement.replace("- ", "-")
        assert all(width(line, 40) <= ROOM for line in found)
    for long in ("W" * 500, "中" * 300, "a-b " * 200, "m" * 40 + " " + "i" * 300):
        found = lines(long, 40, ROOM)
        assert all(width(line, 40) <= ROOM for line in found)
        assert "".join(found).replace(" ", "") == long.replace(" ", "")
    assert lines("", 40, ROOM) == lines("   ", 40, ROOM) == []


def test_too_many_lines_end_in_an_ellipsis_that_has_room():
    for most in (1, 2, 3):
        found = lines(STATEMENTS[0] * 3, 40, ROOM, most)
        assert len(found) == most
        assert found[-1].endswith("…")
        assert all(width(line, 40) <= ROOM for line in found)
    assert lines("Short.", 40, ROOM, 1) == ["Short."]


def test_what_is_clipped_ends_with_a_word():
    assert clipped("one two three", 100) == "one two three"
    assert clipped("one two three", 9) == "one two…"
    assert clipped("x" * 50, 10) == "x" * 9 + "…"
    assert clipped(" one\n two ", 100) == "one two"
