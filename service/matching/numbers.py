"""The quantities a text states. Pure, and in time proportional to the text.

Digits and number words give a value, what stands behind them a scale and a unit, what stands around them a comparator.
Dates, versions, telephone numbers and the numbers of lists are kept apart.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from schemas.claims import Comparator
from service.matching.dates import Date, date_at
from service.matching.denials import is_denied
from service.matching.labels import digits_of, is_label, run_behind
from service.matching.phrases import is_word, phrase_before, phrase_behind, touches
from service.matching.quantities import UNSAID, Dimension, Quantity, Unit
from service.matching.spelled import Value, fraction_at, spelled_at, with_scale
from service.matching.tokens import DASHES, NUMBER, SIGN, WORD, Token
from service.matching.units import counted_behind, currency_before, unit_behind
from service.matching.words import Vocabulary

_LARGEST = Decimal(10) ** 18
_MANY = 1000
_MOST_BETWEEN = 6
"""Tokens between a number and the "per" that goes with it."""
NEARLY = "nearly"
"""A comparator of texts that the record does not have: about so many, and not quite."""
COMPARATORS = {NEARLY: Comparator.APPROX} | {str(comparator): comparator for comparator in Comparator}


class Read(NamedTuple):
    """What a text states: its quantities and the dates it names, in order."""

    quantities: list[Quantity]
    dates: list[Date]


class _Bare(NamedTuple):
    """A number with its unit, before anybody looked at its comparator; and whether its unit stands in front of it."""

    first: int
    value: Value
    unit: Unit
    behind: int


def read_numbers(text: str, tokens: Sequence[Token], known: Vocabulary) -> Read:
    """The quantities and dates of a text."""
    read = Read([], [])
    at = 0
    while at < len(tokens):
        if not _may_begin(tokens, at, known):
            scale = known.spoken.scales.get(tokens[at].low)
            if scale is not None and _is_per(tokens, at, read.quantities):
                read.quantities[-1] = _told_per(read.quantities[-1], Decimal(scale))
            at += 1
            continue
        bounded = phrase_before(tokens, at, known.before)
        date = date_at(tokens, at, known, bounded=bounded is not None)
        if date is not None:
            if date.date:
                read.dates.append(date)
            at = date.behind
            continue
        behind = run_behind(tokens, at) if tokens[at].kind == NUMBER else at
        if behind > at:
            at = behind
            continue
        bare = _bare_at(text, tokens, at, known)
        if bare is None:
            at += 1
            continue
        if bare.value.number >= 1 and _is_per(tokens, at, read.quantities):
            read.quantities[-1] = _told_per(read.quantities[-1], bare.value.number)
            at = max(bare.behind, at + 1)
            continue
        quantity = _bounded(text, tokens, bare, known)
        at = max(quantity.behind, at + 1)
        if (quantity.value is None or abs(quantity.value) < _LARGEST) and (quantity.upper or 0) < _LARGEST:
            read.quantities.append(quantity._replace(is_denied=is_denied(tokens, quantity, known)))
    return read


def _is_per(tokens: Sequence[Token], at: int, before: Sequence[Quantity]) -> bool:
    """Whether a number is what the one before it is told of: "14 patents granted per 100,000 people"."""
    if not before or not is_word(tokens, at - 1, ("per",)) or at - before[-1].behind > _MOST_BETWEEN:
        return False
    return before[-1].unit.per is None


def _told_per(quantity: Quantity, per: Decimal) -> Quantity:
    return quantity._replace(unit=quantity.unit._replace(per=per))


def _may_begin(tokens: Sequence[Token], at: int, known: Vocabulary) -> bool:
    """Whether a number or a date may begin at a token: most words are told apart at once."""
    token = tokens[at]
    if token.kind == NUMBER:
        return True
    if token.kind != WORD:
        return False
    spoken, low = known.spoken, token.low
    return low in spoken.numbers or low in spoken.months or low in spoken.half or low in spoken.article or (
        low[-1].isdigit() or low[-2:-1].isdigit()
    )  # fmt: skip


def _bare_at(text: str, tokens: Sequence[Token], at: int, known: Vocabulary) -> _Bare | None:
    token = tokens[at]
    value = fraction_at(tokens, at, known)
    if value is None:
        if token.kind == NUMBER:
            digits = digits_of(token.text, known)
            if digits is None or _is_suffixed(tokens, at + 1, known):
                return None
            value = with_scale(tokens, Value(Decimal(digits), at + 1, digits, Decimal(1)), known)
        else:
            value = spelled_at(tokens, at, known)
    if value is None:
        return None
    first = at
    unit: Unit | None = value.unit
    behind = value.behind
    money = currency_before(tokens, at, known)
    if unit is None and money is not None:
        unit, first = Unit(Dimension.MONEY, money[0]), money[1]
    elif unit is None:
        beside = unit_behind(tokens, behind, known)
        if beside is not None:
            unit, behind = beside
    if token.kind == NUMBER:
        bare = unit is None and value.scale == 1 and "," not in token.text and not is_word(tokens, behind, ("+",))
        bare = bare and (phrase_before(tokens, at, known.before) is None or is_word(tokens, at - 1, ("top",)))
        if is_label(text, tokens, at, known, bare=bare):
            return None
    return _Bare(first, value, unit or UNSAID, behind)


def _is_cited(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether a sign only says that its line is somebody else's: "> 6,200 firms" in an answer to a letter."""
    while tokens[at].text == ">":
        if at == 0 or "\n" in text[tokens[at - 1].end : tokens[at].start]:
            return True
        at -= 1
    return False


def _is_suffixed(tokens: Sequence[Token], at: int, known: Vocabulary) -> bool:
    """Whether letters are written next to digits that are no scale and no unit: 5G, 3D, 21st."""
    if not touches(tokens, at) or tokens[at].kind != WORD:
        return False
    return tokens[at].text not in known.spoken.suffixes and unit_behind(tokens, at, known) is None


def _bounded(text: str, tokens: Sequence[Token], bare: _Bare, known: Vocabulary) -> Quantity:
    """The quantity of a number: with what stands before and behind it, and the other end of its range."""
    ranged = _ranged(text, tokens, bare, known)
    if ranged is not None:
        return ranged
    comparator, first = Comparator.EQ, bare.first
    before = phrase_before(
        tokens, first - 1 if is_word(tokens, first - 1, known.spoken.of[1:2]) else first, known.before
    )
    if before is not None and (_is_of_many(tokens[before.at].low, bare, known) or _is_cited(text, tokens, before.at)):
        before = None
    if before is not None:
        comparator, first = COMPARATORS[before.meaning], before.at
    behind = bare.behind
    after = phrase_behind(tokens, behind, known.after)
    if after is not None and (tokens[behind].kind != SIGN or touches(tokens, behind)):
        comparator, behind = Comparator(after[0]) if before is None else comparator, after[1]
    unit = bare.unit
    if unit is UNSAID:
        unit, behind = counted_behind(tokens, behind, known)
        after = phrase_behind(tokens, behind, known.after) if unit is not UNSAID else None
        if after is not None and tokens[behind].kind == WORD and before is None:
            comparator, behind = Comparator(after[0]), after[1]
    value = bare.value
    is_nearly = before is not None and before.meaning == NEARLY
    return Quantity(first, behind, comparator, value.number, None, None, unit, value.rounding, is_nearly)


def _is_of_many(word: str, bare: _Bare, known: Vocabulary) -> bool:
    """Whether a comparator is none before so small a count."""
    return word in known.spoken.words.of_many and bare.unit.dimension == Dimension.COUNT and bare.value.number < _MANY


def _ranged(text: str, tokens: Sequence[Token], low: _Bare, known: Vocabulary) -> Quantity | None:
    """The range that begins at a number: "40 to 50 per cent", "between 17% and 20%", "80-90%"."""
    spoken = known.spoken
    between = is_word(tokens, low.first - 1, spoken.between)
    at = low.behind
    if not is_word(tokens, at, spoken.and_ if between else spoken.range):
        return None
    if is_word(tokens, low.first - 1, spoken.from_) and tokens[at].low not in DASHES:
        return None  # from one number to another: two of them
    at += 1
    while at < len(tokens) and tokens[at].low in spoken.currencies and tokens[at].kind == SIGN:
        at += 1
    if at >= len(tokens) or not _may_begin(tokens, at, known):
        return None
    if tokens[at].kind == NUMBER and touches(tokens, at) and tokens[at - 1].low in DASHES:
        digits = digits_of(tokens[at].text, known)
        if digits is None or _is_suffixed(tokens, at + 1, known):
            return None
        value = with_scale(tokens, Value(Decimal(digits), at + 1, digits, Decimal(1)), known)
        beside = unit_behind(tokens, value.behind, known)
        high = _Bare(at, value, low.unit if beside is None else beside.unit, beside.behind if beside else value.behind)
    else:
        found = _bare_at(text, tokens, at, known)
        if found is None:
            return None
        high = found._replace(unit=low.unit if found.unit is UNSAID else found.unit)
    if low.unit is not UNSAID and (low.unit.dimension, low.unit.name) != (high.unit.dimension, high.unit.name):
        return None
    number, rounding = low.value.number, low.value.rounding
    if low.value.scale == 1 and high.value.scale > 1 and number < high.value.number / high.value.scale:
        number, rounding = number * high.value.scale, rounding * high.value.scale
    if number >= high.value.number:
        return None
    unit, behind = high.unit, high.behind
    if unit is UNSAID:
        unit, behind = counted_behind(tokens, behind, known)
    first = low.first - 1 if between else low.first
    before = phrase_before(tokens, first, known.before)
    first = before[1] if before is not None else first
    rounding = max(rounding, high.value.rounding)
    return Quantity(first, behind, Comparator.BETWEEN, None, number, high.value.number, unit, rounding)
