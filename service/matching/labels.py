"""Digits that are a name, an address or a place in a list, and no quantity: versions, telephones, footnotes. Pure."""

import re
from collections.abc import Sequence

from service.matching.phrases import is_word, touches
from service.matching.tokens import DASHES, NUMBER, SIGN, WORD, Token
from service.matching.words import Vocabulary

_PLAIN = re.compile(r"\d{1,18}(?:\.\d{1,18})?")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){1,5}(?:\.\d{1,18})?")
_LAKHS = re.compile(r"[1-9]\d?(?:,\d{2}){1,6},\d{3}(?:\.\d{1,18})?")
_JOINING = (*DASHES, ".", "/", "(", ")", "+")
_BEFORE = "#@:^_\\=*&"
_FEW = 1000
_OTHER_WAY = str.maketrans(".,", ",.")
"""For languages that group by points and write a comma before decimals."""
_GROUPS = 3
"""So many groups of digits beside each other are no quantity: a telephone number, a serial one."""


def digits_of(text: str, known: Vocabulary) -> str | None:
    """A number's digits without what groups them, with a point; None if it is not written as a number is."""
    if known.spoken.point == ",":
        text = text.translate(_OTHER_WAY)
    if not text.isascii() or len(text) > 38:
        return None
    if _PLAIN.fullmatch(text):
        return None if len(text) > 1 and text[0] == "0" and text[1] != "." else text
    if _GROUPED.fullmatch(text) or _LAKHS.fullmatch(text):
        return text.replace(",", "")
    return None


def run_behind(tokens: Sequence[Token], at: int) -> int:
    """The token behind the groups of digits that begin at a number: a blank, a hyphen or a dot joins them."""
    behind = at + 1
    groups = 1
    while behind < len(tokens):
        place = behind
        while is_word(tokens, place, _JOINING) and tokens[place].start - tokens[place - 1].end <= 1:
            place += 1
        if place >= len(tokens) or tokens[place].kind != NUMBER or tokens[place].start - tokens[place - 1].end > 1:
            break
        groups += 1
        behind = place + 1
    return behind if groups >= _GROUPS else at


def is_label(text: str, tokens: Sequence[Token], at: int, known: Vocabulary, *, bare: bool) -> bool:
    """Whether a number names something. `bare` says that no unit, scale or comparator stands beside it."""
    token = tokens[at]
    before = tokens[at - 1] if at else None
    if before is not None and before.end == token.start:
        if before.low in _BEFORE or before.kind == NUMBER:
            return True
        if before.low == "." and (at < 2 or tokens[at - 2].end == before.start):
            return True
        if before.low in (*DASHES, "/") and at > 1 and tokens[at - 2].end == before.start:
            return tokens[at - 2].kind in (WORD, NUMBER) and tokens[at - 2].low not in known.spoken.numbers
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    if behind is not None and behind.start == token.end:
        is_time = behind.low == ":" and touches(tokens, at + 2) and tokens[at + 2].kind == NUMBER
        if is_time or behind.low in ("^", "_", "\\", "="):
            return True
    if before is not None and before.low == "+" and before.end == token.start and len(token.text) > _GROUPS - 2:
        return bare and "," not in token.text
    return bare and (_is_enclosed(tokens, at) or _is_in_list(text, tokens, at) or _is_named(tokens, at, known))


def _is_enclosed(tokens: Sequence[Token], at: int) -> bool:
    """A footnote or a citation: [12], (2)."""
    return is_word(tokens, at - 1, ("[", "(")) and is_word(tokens, at + 1, ("]", ")", ","))


def _is_in_list(text: str, tokens: Sequence[Token], at: int) -> bool:
    """The number of a list's item, at the beginning of a line: "1. " or "2) "."""
    start = tokens[at].start
    line = text[max(0, start - 80) : start].rpartition("\n")[2]
    if line.strip(" \t-*•(") or (start > 80 and "\n" not in text[start - 80 : start]):
        return False
    return is_word(tokens, at + 1, (".", ")")) and touches(tokens, at + 1) and not touches(tokens, at + 2)


def _is_named(tokens: Sequence[Token], at: int, known: Vocabulary) -> bool:
    """A number behind a word that makes it a name: "version 2", "Llama 3.1", "Fortune 500"."""
    place = at - 1
    while place >= 0 and tokens[place].kind == SIGN and tokens[place].low in (".", "#", "("):
        place -= 1
    if place < 0 or tokens[place].kind != WORD:
        return False
    word = tokens[place]
    digits = digits_of(tokens[at].text, known)
    if digits is None or "," in tokens[at].text:
        return False
    if word.low in known.spoken.words.labels:
        return "." in digits or int(digits) <= _FEW or word.low not in ("top", "call", "number", "issue")
    if place != at - 1 or not word.is_capital or word.low in known.stop:
        return False
    if word.low in known.spoken.months or word.text in known.places:
        return False
    return "." in digits or int(digits) < _FEW
