"""Values in words: "ten thousand million", "half a billion", "six in ten", "three fifths". Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from service.matching.dates import is_year
from service.matching.phrases import is_word, phrase_before, phrase_behind, touches
from service.matching.quantities import HUNDRED, OF_FRACTIONS, PERCENT, Unit, rounding_of
from service.matching.tokens import DASHES, HYPHENS, NUMBER, WORD, Token
from service.matching.words import Vocabulary

_MOST_WORDS = 24
"""Words one number may be said with: a longer run of them is no number."""
_HUNDRED = 100
_OUT_OF = frozenset({3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 50, 100, 1000})
_HYPHENS = HYPHENS | DASHES


class Value(NamedTuple):
    """A value, the token behind it, the digits that stand for it before its scale, and that scale.

    `unit` is that of a fraction, and None for what has its own.
    """

    number: Decimal
    behind: int
    digits: str
    scale: Decimal
    unit: Unit | None = None

    @property
    def rounding(self) -> Decimal:
        """Half a unit in its last significant digit."""
        if self.unit is PERCENT:
            return OF_FRACTIONS
        return rounding_of(self.digits, self.scale)


def with_scale(tokens: Sequence[Token], value: Value, known: Vocabulary) -> Value:
    """A value times the scale words behind it: "10,000 million", "10bn", "10-billion"."""
    while True:
        at = value.behind
        glued = touches(tokens, at)
        if at < len(tokens) and tokens[at].low in _HYPHENS and glued and touches(tokens, at + 1):
            at += 1
            glued = False
        if at >= len(tokens) or tokens[at].kind != WORD:
            return value
        scale = known.spoken.scales.get(tokens[at].low)
        if scale is None and glued:
            scale = known.spoken.suffixes.get(tokens[at].text)
        if scale is None or value.scale * scale > Decimal(10) ** 18:
            return value
        value = value._replace(number=value.number * scale, behind=at + 1, scale=value.scale * scale)


def spelled_at(tokens: Sequence[Token], at: int, known: Vocabulary) -> Value | None:
    """The number in words that begins at a token: cardinals, and "a" or "half a" before a scale word."""
    spoken = known.spoken
    if is_word(tokens, at, spoken.half):
        return _half_of(tokens, at, known)
    if is_word(tokens, at, spoken.article):
        if not is_word(tokens, at + 1, spoken.scales) and not is_word(tokens, at + 1, ("hundred", "dozen")):
            return None
        total, current, place = 0, 1, at + 1
    elif tokens[at].low in spoken.numbers:
        total, current, place = 0, 0, at
    else:
        return None
    before = -1
    while place < len(tokens) and place - at < _MOST_WORDS:
        low = tokens[place].low
        if low in spoken.and_ and place > at and is_word(tokens, place + 1, spoken.numbers) and before >= _HUNDRED:
            place += 1
            continue
        if low in _HYPHENS and place > at and is_word(tokens, place + 1, spoken.numbers) and touches(tokens, place + 1):
            place += 1
            continue
        number = spoken.numbers.get(low)
        if number is None or tokens[place].kind != WORD:
            break
        if number == _HUNDRED or low == "dozen":
            current = max(current, 1) * number
        elif before >= 0 and not (current == 0 or current % 100 == 0 or (current % 10 == 0 and number < 10)):
            break
        else:
            current += number
        before = number
        place += 1
    total += current
    if place == at + 1 and total == 1 and not is_word(tokens, place, spoken.scales):
        return None  # "one" is a pronoun
    value = Value(Decimal(total), place, str(total), Decimal(1))
    return _summed(tokens, with_scale(tokens, value, known), known)


def _summed(tokens: Sequence[Token], value: Value, known: Vocabulary) -> Value:
    """ "two million three hundred thousand": a smaller number in words right behind goes with it."""
    if value.scale == 1 or not is_word(tokens, value.behind, known.spoken.numbers):
        return value
    place, current = value.behind, 0
    while is_word(tokens, place, known.spoken.numbers) and place - value.behind < _MOST_WORDS:
        number = known.spoken.numbers[tokens[place].low]
        current = max(current, 1) * number if number == _HUNDRED else current + number
        place += 1
    rest = with_scale(tokens, Value(Decimal(current), place, str(current), Decimal(1)), known)
    if rest.number >= value.scale:
        return value
    whole = value.number + rest.number
    return Value(whole, rest.behind, str(int(whole / rest.scale)), rest.scale)


def _half_of(tokens: Sequence[Token], at: int, known: Vocabulary) -> Value | None:
    """ "half a million", "half a litre"."""
    spoken = known.spoken
    if not is_word(tokens, at + 1, spoken.article) or is_word(tokens, at - 1, spoken.article):
        return None
    if not is_word(tokens, at + 2, spoken.scales) and not is_word(tokens, at + 2, spoken.measures):
        return None
    return with_scale(tokens, Value(Decimal("0.5"), at + 2, "0.5", Decimal(1)), known)


def fraction_at(tokens: Sequence[Token], at: int, known: Vocabulary) -> Value | None:
    """The fraction that begins at a token, in percent: "six in ten", "three fifths", "a third", "half of"."""
    spoken = known.spoken
    if is_word(tokens, at, spoken.half):
        if at and (
            tokens[at - 1].low in ("first", "second", "latter", "other", "a", "-") or tokens[at - 1].kind == NUMBER
        ):
            return None
        bounded = phrase_before(tokens, at, known.before) is not None
        if is_word(tokens, at + 1, spoken.of) or (bounded and not is_word(tokens, at + 1, spoken.article)):
            return _percent(Decimal(1), 2, at + 1)
        return None
    count = _small(tokens[at], known)
    if count is None:
        return None
    behind = at + 1
    if is_word(tokens, behind, _HYPHENS) and touches(tokens, behind):
        behind += 1
    denominator = spoken.fractions.get(tokens[behind].low) if behind < len(tokens) else None
    if denominator is not None:
        plural = tokens[behind].low.endswith("s") or tokens[behind].low in spoken.half[1:]
        said = count > 1 if plural else count == 1
        certain = plural or is_word(tokens, behind + 1, spoken.of[:1]) or phrase_before(tokens, at, known.before)
        return _percent(Decimal(count), denominator, behind + 1) if said and certain and count <= denominator else None
    if tokens[at].low in spoken.article:
        return None
    found = phrase_behind(tokens, at + 1, known.in_)
    if found is None or found.at >= len(tokens):
        return None
    place = found.at
    out_of = _small(tokens[place], known)
    if out_of is None or out_of not in _OUT_OF or count >= out_of or is_year(tokens[place].text):
        return None
    goes_on = touches(tokens, place + 1) and tokens[place + 1].low in HYPHENS
    if goes_on or is_word(tokens, place + 1, spoken.scales) or phrase_behind(tokens, place + 1, known.per) is not None:
        return None
    return _percent(Decimal(count), out_of, place + 1)


def _percent(count: Decimal, denominator: int, behind: int) -> Value:
    number = (count * HUNDRED / denominator).quantize(Decimal("0.01")).normalize()
    return Value(number + 0, behind, str(count), Decimal(1), PERCENT)


def _small(token: Token, known: Vocabulary) -> int | None:
    """The small whole number a token is, in digits or in a word; "a" is one."""
    if token.kind == NUMBER:
        return int(token.text) if token.text.isascii() and token.text.isdecimal() and len(token.text) < 5 else None
    if token.low in known.spoken.article:
        return 1
    return known.spoken.numbers.get(token.low)
