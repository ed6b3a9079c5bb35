"""A text in pieces, with the passages that state a number told apart, and in letters that a page may show. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.fields import UNREADABLE
from schemas.matching import Match, Matches, Unmatched

_UNREADABLE = re.compile(rf"[{UNREADABLE}\ufdd0-\ufdef\ufffe\uffff]")
"""What no record may hold, and the noncharacters, which no document may (HTML, "preprocessing the input stream")."""
_SHOWN = (
    {code: "\N{REPLACEMENT CHARACTER}" for code in range(0x10000) if _UNREADABLE.match(chr(code))}
    | {ord(letter): "\n" for letter in "\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
    | {0xFEFF: ""}
)
"""How they are shown: as they would end a line or, of a byte order mark, not be seen at all."""


class Piece(NamedTuple):
    """A piece of the text: as it is shown, and what it is if it states a number: a passage with a claim has a number,
    from 1, and its match; one without has `is_unknown`."""

    text: str
    number: int | None = None
    match: Match | None = None
    is_unknown: bool = False


def readable(text: str) -> str:
    """A text in letters that a page may show.

    What steers a terminal or turns the direction of a text around is seen, as a replacement character, instead of done.
    """
    return text.translate(_SHOWN) if _UNREADABLE.search(text) else text


def pieces_of(text: str, found: Matches) -> tuple[Sequence[Piece], str]:
    """What of a text was compared, in pieces, in order, and the rest of it as it came. No letter is in two of them."""
    return list(_pieces(text[: found.compared_to], found)), text[found.compared_to :]


def _pieces(text: str, found: Matches) -> Iterable[Piece]:
    numbers = {id(item): number for number, item in enumerate(found.items, 1)}
    passages: list[Match | Unmatched] = sorted([*found.items, *found.unmatched], key=lambda one: one.span.start)
    at = 0
    for passage in passages:
        start, end = max(at, passage.span.start), passage.span.end
        if at < start:
            yield Piece(readable(text[at:start]))
        shown = readable(text[start:end])
        if isinstance(passage, Match):
            yield Piece(shown, numbers[id(passage)], passage)
        elif shown:
            yield Piece(shown, is_unknown=True)
        at = max(at, end)
    if at < len(text):
        yield Piece(readable(text[at:]))
