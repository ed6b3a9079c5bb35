"""The dates a text names, so that a year is never taken for a quantity. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from service.matching.phrases import is_lower_word, is_word, phrase_behind, touches
from service.matching.tokens import DASHES, NUMBER, WORD, Token
from service.matching.words import Vocabulary

FIRST_YEAR, LAST_YEAR = 1900, 2100
_LAST_DAY = 31
_LAST_MONTH = 12
_YEAR_IN_WORD = re.compile(r"(?:fy|.{1,8}-)((?:19|20)\d\d)s?")
_JOINING = (*DASHES, "/")


class Date(NamedTuple):
    """A date of a text: the tokens it is said with, and what it is as a partial date."""

    first: int
    behind: int
    date: str


def date_at(tokens: Sequence[Token], at: int, known: Vocabulary, *, bounded: bool) -> Date | None:
    """The date that begins at a token; None if there is none.

    `bounded` says that a comparator stands before it: "more than 2000 firms" names no year.
    """
    months = known.spoken.months
    token = tokens[at]
    if token.kind == WORD:
        if token.low in months and (token.is_capital or len(token.text) > 3):
            return _from_month(tokens, at, months)
        found = _YEAR_IN_WORD.fullmatch(token.low) if len(token.low) < 14 else None
        return Date(at, at + 1, found.group(1)) if found else None
    if token.kind != NUMBER or not token.text.isascii() or not token.text.isdecimal():
        return None
    iso = _iso(tokens, at)
    if iso is not None:
        return iso
    day = _day_of(token.text)
    if day:
        month = at + 2 if is_word(tokens, at + 1, known.spoken.ordinals) and touches(tokens, at + 1) else at + 1
        if is_word(tokens, month, DASHES) and month + 1 < len(tokens) and _day_of(tokens[month + 1].text):
            month += 2  # 9-15 February
        month += 1 if is_word(tokens, month, known.spoken.of[:1]) else 0
        if is_word(tokens, month, months) and tokens[month].is_capital:
            year = _year_behind(tokens, month + 1)
            number = f"{months[tokens[month].low]:02}"
            return Date(at, year[1], f"{year[0]}-{number}-{day:02}") if year else Date(at, month + 1, "")
    if not is_year(token.text) or (touches(tokens, at) and tokens[at - 1].low in "$€£¥#@.:"):
        return None
    behind = at + 1
    if touches(tokens, behind) and tokens[behind].kind == WORD:
        return Date(at, behind + 1, token.text) if tokens[behind].low == "s" else None  # the 1990s
    if _counts(tokens, behind, known, bounded=bounded):
        return None
    if is_word(tokens, behind, _JOINING) and touches(tokens, behind) and touches(tokens, behind + 1):
        other = tokens[behind + 1].text
        if is_year(other) or (len(other) == 2 and other.isdecimal()):
            return Date(at, behind + 2, token.text)
        return None
    return Date(at, behind, token.text)


def is_year(text: str) -> bool:
    """Whether digits can be a year of our times."""
    return len(text) == 4 and text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR


def _counts(tokens: Sequence[Token], behind: int, known: Vocabulary, *, bounded: bool) -> bool:
    """Whether what stands behind a year makes it a quantity after all."""
    spoken = known.spoken
    if is_word(tokens, behind, ("%", "percent", "+")) or is_word(tokens, behind, spoken.scales):
        return True
    if phrase_behind(tokens, behind, known.per) is not None:
        return True
    if is_word(tokens, behind, spoken.currencies) and is_lower_word(tokens, behind):
        return True
    return bounded and is_lower_word(tokens, behind) and tokens[behind].low not in known.stop


def _from_month(tokens: Sequence[Token], at: int, months: dict[str, int]) -> Date | None:
    month = f"{months[tokens[at].low]:02}"
    behind = at + 1
    if is_word(tokens, behind, (".",)) and touches(tokens, behind):
        behind += 1
    if behind >= len(tokens):
        return None
    day = _day_of(tokens[behind].text) if tokens[behind].kind == NUMBER else 0
    if not day:
        year = _year_behind(tokens, behind)
        return Date(at, year[1], f"{year[0]}-{month}") if year else None
    behind += 1
    if touches(tokens, behind) and tokens[behind].low in ("st", "nd", "rd", "th"):
        behind += 1
    if is_word(tokens, behind, DASHES) and behind + 1 < len(tokens) and _day_of(tokens[behind + 1].text):
        behind += 2
    year = _year_behind(tokens, behind)
    return Date(at, year[1], f"{year[0]}-{month}-{day:02}") if year else Date(at, behind, "")


def _year_behind(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    at += 1 if is_word(tokens, at, (",", "of")) else 0
    return (tokens[at].text, at + 1) if at < len(tokens) and is_year(tokens[at].text) else None


def _iso(tokens: Sequence[Token], at: int) -> Date | None:
    """2026-05-01, 2026-05, and 01/05/2026, whose order nobody knows."""
    parts = [tokens[at].text]
    place = at + 1
    while len(parts) < 3 and is_word(tokens, place, ("-", "/")) and touches(tokens, place):
        if not touches(tokens, place + 1) or not tokens[place + 1].text.isdecimal():
            break
        parts.append(tokens[place + 1].text)
        place += 2
    if len(parts) == 3 and is_year(parts[0]) and 0 < int(parts[1]) <= _LAST_MONTH and _day_of(parts[2]):
        return Date(at, place, f"{parts[0]}-{int(parts[1]):02}-{int(parts[2]):02}")
    if len(parts) == 3 and is_year(parts[2]) and _day_of(parts[0]) and _day_of(parts[1]):
        return Date(at, place, parts[2])
    if len(parts) == 2 and is_year(parts[0]) and len(parts[1]) == 2 and 0 < int(parts[1]) <= _LAST_MONTH:
        return Date(at, place, f"{parts[0]}-{parts[1]}")
    return None


def _day_of(text: str) -> int:
    """The day of a month that digits may be; 0 if none."""
    if len(text) > 2 or not text.isascii() or not text.isdecimal():
        return 0
    day = int(text)
    return day if 1 <= day <= _LAST_DAY else 0
