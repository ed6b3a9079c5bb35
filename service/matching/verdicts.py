"""What a claim makes of the number a text states: `schemas.matching.Numeric` says what each verdict means. Pure."""

import math
from decimal import Decimal
from typing import NamedTuple, TypeVar

from schemas.claims import Comparator
from schemas.claims import Quantity as ClaimQuantity
from schemas.matching import Numeric
from schemas.verification import Currency
from service.matching.quantities import Quantity, Unit

_UP, _DOWN = (Comparator.GT, Comparator.GTE), (Comparator.LT, Comparator.LTE)
_FAR = 2
"""So many times as much, or as little, is another statement and no exaggeration."""
_AGREE = frozenset({Numeric.CONSISTENT, Numeric.WITHIN_ROUNDING})


class Stated(NamedTuple):
    """A number a text states, in the claim's unit and with its sign: both ends are it, if it is no range.

    `half_step` is half a unit of its last digit that counts; `is_nearly` says that it is told as not quite reached,
    `is_denied` that the text says it is not so.
    """

    comparator: Comparator
    low: Decimal
    high: Decimal
    half_step: Decimal
    is_nearly: bool = False
    is_denied: bool = False
    is_of_other_unit: bool = False

    @property
    def middle(self) -> Decimal:
        """It, or the middle of its range."""
        return (self.low + self.high) / 2

    @property
    def reach(self) -> Decimal:
        """How far it may be from a claim's number and agree with it: never by more than half of it."""
        size = abs(self.middle)
        about = min(self.half_step * 2, size / 4) if self.comparator == Comparator.APPROX else self.half_step
        return min(max(about, self.half_step), size / 2)


class Held(NamedTuple):
    """A claim's number: both ends are it, if it is no range. `is_year` says that it is a date, which has no double."""

    comparator: Comparator
    low: Decimal
    high: Decimal
    is_year: bool = False

    @property
    def middle(self) -> Decimal:
        """It, or the middle of its range."""
        return (self.low + self.high) / 2

    @property
    def is_range(self) -> bool:
        """Whether the claim says no single number."""
        return self.low != self.high


Number = TypeVar("Number", Stated, Held)


def held(claim: ClaimQuantity) -> Held | None:
    """The number of a claim; None if it has none. An estimate's stated range does not widen it."""
    low, high = (claim.value, claim.value) if claim.value is not None else (claim.lower, claim.upper)
    low, high = low if low is not None else high, high if high is not None else low
    if low is None or high is None:
        return None
    return Held(claim.comparator, Decimal(low), Decimal(high), claim.unit == "year")


def stated(quantity: Quantity, claim: Held, unit: Unit, *, is_opposite: bool = False) -> Stated | None:
    """A stated quantity in a claim's unit; None if it has no number.

    A fall is stated without a sign: the number has the claim's, or the other one where the text says the opposite.
    """
    low, high = (quantity.value, quantity.value) if quantity.value is not None else (quantity.lower, quantity.upper)
    if low is None or high is None:
        return None
    factor = quantity.unit.factor / unit.factor
    if quantity.unit.per and unit.per:
        factor *= unit.per / quantity.unit.per
    ends = [low * factor, high * factor]
    if (claim.high < 0) != is_opposite:
        ends = [-ends[1], -ends[0]]
    return Stated(
        quantity.comparator, ends[0], ends[1], quantity.rounding * factor, quantity.is_nearly, quantity.is_denied
    )


def verdict(number: Stated | None, claim: Held | None, currency: str) -> Numeric:
    """What a claim makes of a number a text states. A fall is compared as its size, whichever way both are told."""
    if number is None or claim is None:
        return Numeric.NO_NUMBER
    if claim.high < 0:
        number, claim = _turned(number), _turned(claim)
    found = _of_range(number, claim) if number.comparator == Comparator.BETWEEN else _of_number(number, claim)
    if found in _AGREE and (number.is_denied or number.is_of_other_unit):
        return Numeric.CONTRADICTS
    return Numeric.OUTDATED if found in _AGREE and currency == Currency.SUPERSEDED else found


def _turned(number: Number) -> Number:
    return number._replace(low=-number.high, high=-number.low)


def _size(number: Number) -> Number:
    return _turned(number) if number.high < 0 else number


def agrees(number: Stated, claim: Held) -> bool:
    """Whether a number is a claim's as nearly as the text tells it: at both ends of a range, or inside a claim's.

    Sizes are compared, whichever way they go.
    """
    number, claim = _size(number), _size(claim)
    if claim.is_range and number.low == number.high:
        return claim.low - number.reach <= number.low <= claim.high + number.reach
    if number.low < number.high and not claim.is_range:
        return number.low <= claim.low <= number.high
    ends = ((number.low, claim.low), (number.high, claim.high))
    return all(abs(one - other) <= number.reach for one, other in ends)


def ratio(number: Stated, claim: Held) -> float:
    """How far two numbers are from each other: the logarithm of their ratio, to the base of ten."""
    one, other = abs(number.middle), abs(claim.middle)
    return abs(math.log10(one / other)) if one and other else math.inf


def _of_number(number: Stated, claim: Held) -> Numeric:
    """A single number beside a claim's number or range."""
    if not claim.is_range:
        return _beside(number, number.low, claim, claim.low)
    exactly = claim._replace(comparator=Comparator.EQ)
    if number.comparator in _UP:
        return _beside(number, number.low, exactly, claim.low)
    if number.comparator in _DOWN:
        return _beside(number, number.low, exactly, claim.high)
    if agrees(number, claim):
        return Numeric.WITHIN_ROUNDING
    return _apart(number.low, claim, claim.high if number.low > claim.high else claim.low)


def _of_range(number: Stated, claim: Held) -> Numeric:
    """A range beside a claim's number or range."""
    if claim.is_range:
        if (number.low, number.high) == (claim.low, claim.high):
            return Numeric.CONSISTENT
        if agrees(number, claim):
            return Numeric.WITHIN_ROUNDING
        return _apart(number.middle, claim, claim.middle)
    if agrees(number, claim):
        return Numeric.WITHIN_ROUNDING
    nearer = number.low if claim.low < number.low else number.high
    return _beside(number._replace(comparator=Comparator.EQ), nearer, claim, claim.low)


def _beside(number: Stated, x: Decimal, claim: Held, v: Decimal) -> Numeric:
    """A number x beside a claim's number v, each with its comparator."""
    if abs(x - v) <= number.reach and x * v >= 0:
        return _agreeing(number, x, claim, v)
    if number.comparator in _DOWN and claim.comparator in _UP and x < v:
        return Numeric.CONTRADICTS
    if number.comparator in _UP and claim.comparator not in _DOWN and x < v:
        return Numeric.FALLS_SHORT
    if number.comparator in _DOWN and claim.comparator not in _UP and x > v:
        return Numeric.EXCEEDS
    return _apart(x, claim, v)


def _agreeing(number: Stated, x: Decimal, claim: Held, v: Decimal) -> Numeric:
    """What the comparators make of numbers that agree."""
    same = Numeric.CONSISTENT if x == v else Numeric.WITHIN_ROUNDING
    if claim.comparator in (*_UP, *_DOWN):
        alike, against = (_UP, _DOWN) if claim.comparator in _UP else (_DOWN, _UP)
        if number.comparator in alike:
            return same
        if number.comparator in against:
            return Numeric.CONTRADICTS
        return Numeric.FALLS_SHORT if number.is_nearly and claim.comparator in _UP else Numeric.WITHIN_ROUNDING
    if number.comparator in _UP and (v < x or (v == x and number.comparator == Comparator.GT)):
        return Numeric.EXCEEDS
    if number.comparator in _DOWN and (v > x or (v == x and number.comparator == Comparator.LT)):
        return Numeric.FALLS_SHORT
    return same


def _apart(x: Decimal, claim: Held, v: Decimal) -> Numeric:
    """Numbers that do not agree, of which neither follows from the other."""
    far = abs(x) > _FAR * abs(v) or _FAR * abs(x) < abs(v)
    if x * v < 0 or (far and not claim.is_year):
        return Numeric.CONTRADICTS
    return Numeric.EXCEEDS if x > v else Numeric.FALLS_SHORT
