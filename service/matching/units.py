"""The unit that stands beside a number: in front of it a currency, behind it whatever is counted. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from service.matching.phrases import is_word, phrase_behind, touches
from service.matching.quantities import PERCENT, POINTS, TIMES, UNSAID, Dimension, Unit
from service.matching.tokens import HYPHENS, NUMBER, WORD, Token
from service.matching.words import Vocabulary, stem_of

_MOST_COUNTED = 6
"""Words and hyphens that may name what is counted, the counted thing last."""
_CLOSING = frozenset("\"'\u201d\u2019")
_CARBON = frozenset({"carbon", "co2", "co2e"})


class Beside(NamedTuple):
    """A unit, and the token behind the words it is said with."""

    unit: Unit
    behind: int


def currency_before(tokens: Sequence[Token], at: int, known: Vocabulary) -> tuple[str, int] | None:
    """The currency whose sign or code stands right before a number, and the token it begins at."""
    if at == 0 or tokens[at].start - tokens[at - 1].end > 1:
        return None
    token = tokens[at - 1]
    if token.kind == WORD and not token.text.isupper():
        return None
    code = known.spoken.currencies.get(token.low)
    if code is None and token.kind == WORD and len(token.text) == 3 and token.text in _CODES:
        code = token.text
    if code is None:
        return None
    if token.text == "$" and touches(tokens, at - 1) and tokens[at - 2].text in _DOLLARS:
        return _DOLLARS[tokens[at - 2].text], at - 2
    return code, at - 1


def unit_behind(tokens: Sequence[Token], at: int, known: Vocabulary) -> Beside | None:
    """The unit that is said right behind a number; None if what stands there is none."""
    if is_word(tokens, at, HYPHENS) and touches(tokens, at):
        at += 1
    for phrases, unit in ((known.points, POINTS), (known.per, PERCENT), (known.times, TIMES)):
        found = phrase_behind(tokens, at, phrases)
        if found is not None:
            return Beside(unit, found.at)
    money = phrase_behind(tokens, at, known.currencies)
    if money is not None:
        if _CARBON & {token.low for token in tokens[money.at : money.at + 3]}:
            return Beside(Unit("mass", _said(tokens, at, money.at), Decimal("453.59237")), money.at)
        return Beside(Unit(Dimension.MONEY, money.meaning), money.at)
    physical = phrase_behind(tokens, at, known.measures)
    if physical is not None:
        dimension, factor = physical.meaning
        return Beside(Unit(dimension, _said(tokens, at, physical.at), Decimal(factor)), physical.at)
    return None


def _said(tokens: Sequence[Token], at: int, behind: int) -> str:
    return " ".join(token.text for token in tokens[at:behind]).replace(" - ", "-")


def counted_behind(tokens: Sequence[Token], at: int, known: Vocabulary) -> Beside:
    """What a number counts: the words behind it up to the first in the plural, or the one a hyphen joins to it."""
    first = at
    if is_word(tokens, at, HYPHENS) and touches(tokens, at) and touches(tokens, at + 1):
        if at + 1 < len(tokens) and tokens[at + 1].kind == WORD:
            return Beside(_counted(tokens, at + 1, at + 2), at + 2)
        return Beside(UNSAID, at)
    if is_word(tokens, at, _CLOSING):
        at += 1  # some “4,000” devices
    place = at
    while place < len(tokens) and place - at < _MOST_COUNTED:
        token = tokens[place]
        if token.kind == NUMBER or (token.kind != WORD and token.low not in HYPHENS) or token.low in known.stop:
            break
        place += 1
        if _is_plural(token):
            return Beside(_counted(tokens, at, place), place)
    return Beside(UNSAID, first)


def _is_plural(token: Token) -> bool:
    """Whether a word is written as the plural of something counted."""
    if token.kind != WORD or token.is_capital:
        return False
    return token.low in _IRREGULAR or (token.low.endswith("s") and not token.low.endswith(("ss", "us", "is", "ics")))


def _counted(tokens: Sequence[Token], at: int, behind: int) -> Unit:
    words = [token for token in tokens[at:behind] if token.kind == WORD]
    said = " ".join(token.text for token in words)[:500]
    return Unit(Dimension.COUNT, said, stems=tuple(stem_of(token.low) for token in words))


_CODES = frozenset(
    {
        "USD",
        "EUR",
        "GBP",
        "CNY",
        "JPY",
        "KRW",
        "INR",
        "CHF",
        "CAD",
        "AUD",
        "HKD",
        "SGD",
        "TWD",
        "SEK",
        "NOK",
        "DKK",
        "BRL",
    }
)
_DOLLARS = {
    "US": "USD",
    "C": "CAD",
    "CA": "CAD",
    "A": "AUD",
    "AU": "AUD",
    "HK": "HKD",
    "S": "SGD",
    "NZ": "NZD",
    "NT": "TWD",
}
_IRREGULAR = frozenset({"people", "men", "women", "children", "staff"})
