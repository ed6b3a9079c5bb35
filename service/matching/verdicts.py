"""What a claim makes of the number a text states: `schemas.matching.Numeric` says what each verdict means. Pure."""

from decimal import Decimal
from typing import NamedTuple

from schemas.claims import Comparator
from schemas.claims import Quantity as ClaimQuantity
from schemas.matching import Numeric
from schemas.verification import Currency
from service.matching.quantities import Quantity, Unit

UP = frozenset({Comparator.GT, Comparator.GTE})
DOWN = frozenset({Comparator.LT, Comparator.LTE})
_FAR = 2
"""How many times the other a number is that is another statement, and no exaggeration of it."""


class Compared(NamedTuple):
    """A stated number and a claim's in one unit: the numbers they are said with, and how they are bounded."""

    stated: tuple[Decimal, ...]
    held: tuple[Decimal, ...]
    comparator: str
    claimed: str
    is_short: bool
    """Whether the text says that the number is not quite reached: "nearly"."""
    rounding: Decimal
    """The half step of what the text states."""

    @property
    def is_near(self) -> bool:
        """Whether the numbers differ by no more than the half step."""
        if len(self.stated) != len(self.held):
            return False
        return all(abs(one - other) <= self.rounding for one, other in zip(self.stated, self.held, strict=True))

    @property
    def ratio(self) -> Decimal | None:
        """How many times the smaller number the larger one is; None where that says nothing."""
        one, other = abs(_middle(self.stated)), abs(_middle(self.held))
        return max(one, other) / min(one, other) if one and other else None


def compared(quantity: Quantity, claim: ClaimQuantity, unit: Unit) -> Compared | None:
    """A stated quantity beside a claim's; None if the claim has no number. A fall is stated without its sign."""
    if claim.comparator == Comparator.BETWEEN or claim.value is None:
        held = [Decimal(number) for number in (claim.lower, claim.upper) if number is not None]
    else:
        held = [Decimal(claim.value)]
    if not held:
        return None
    claimed = str(claim.comparator)
    if max(held) <= 0 and min(held) < 0:
        held = sorted(-number for number in held)
        claimed = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}.get(claimed, claimed)
    factor = quantity.unit.factor / unit.factor
    if quantity.of_each and unit.of_each:
        factor *= unit.of_each / quantity.of_each
    said = (quantity.value,) if quantity.value is not None else (quantity.lower, quantity.upper)
    return Compared(
        tuple(number * factor for number in said if number is not None),
        tuple(held),
        str(quantity.comparator),
        claimed,
        quantity.is_short,
        quantity.rounding * factor * (2 if quantity.comparator == Comparator.APPROX else 1),
    )


def verdict(numbers: Compared | None, currency: str, *, is_other: bool = False) -> Numeric | None:
    """What a claim makes of a number a text states; None if the two cannot be held against each other.

    `is_other`: the text denies the number, or has it in a unit that is none of the claim's.
    """
    if numbers is None:
        return None if is_other else Numeric.NO_NUMBER
    found = _of_range(numbers) if len(numbers.stated) > 1 else _of_one(numbers)
    agrees = found in (Numeric.CONSISTENT, Numeric.WITHIN_ROUNDING)
    if is_other:
        return Numeric.CONTRADICTS if agrees else None
    return Numeric.OUTDATED if agrees and currency == Currency.SUPERSEDED else found


def _of_one(numbers: Compared) -> Numeric:
    """A single number beside a claim's number, or the end of its range that it is nearer to."""
    (x,), held = numbers.stated, numbers.held
    if len(held) == 1:
        return _beside(numbers, x, held[0], numbers.claimed)
    low, high = held
    if numbers.comparator in UP:
        return _beside(numbers, x, low, Comparator.EQ)
    if numbers.comparator in DOWN:
        return _beside(numbers, x, high, Comparator.EQ)
    if low - numbers.rounding <= x <= high + numbers.rounding:
        return Numeric.WITHIN_ROUNDING
    return _apart(x, high if x > high else low)


def _of_range(numbers: Compared) -> Numeric:
    """A range beside a claim's range, or its number."""
    low, high = numbers.stated
    if len(numbers.held) > 1:
        if numbers.stated == numbers.held:
            return Numeric.CONSISTENT
        return Numeric.WITHIN_ROUNDING if numbers.is_near else _apart(_middle(numbers.stated), _middle(numbers.held))
    (v,) = numbers.held
    if low <= v <= high:
        return Numeric.WITHIN_ROUNDING
    return _beside(numbers._replace(comparator=Comparator.EQ), low if v < low else high, v, numbers.claimed)


def _beside(numbers: Compared, x: Decimal, v: Decimal, claimed: str) -> Numeric:
    """A stated number x beside a claim's v, each with its comparator."""
    comparator = numbers.comparator
    if abs(x - v) <= numbers.rounding and x * v >= 0:
        return _agreeing(numbers, x, v, claimed)
    if comparator in DOWN and claimed in UP and x < v:
        return Numeric.CONTRADICTS
    if comparator in UP and claimed not in DOWN and x < v:
        return Numeric.FALLS_SHORT
    if comparator in DOWN and claimed not in UP and x > v:
        return Numeric.EXCEEDS
    return _apart(x, v)


def _agreeing(numbers: Compared, x: Decimal, v: Decimal, claimed: str) -> Numeric:
    """What the comparators make of numbers that agree."""
    comparator = numbers.comparator
    same = Numeric.CONSISTENT if x == v else Numeric.WITHIN_ROUNDING
    for one, other in ((UP, DOWN), (DOWN, UP)):
        if claimed in one:
            if comparator in one:
                return same
            if comparator in other:
                return Numeric.CONTRADICTS
            return Numeric.FALLS_SHORT if numbers.is_short and claimed in UP else Numeric.WITHIN_ROUNDING
    if comparator in UP and (v < x or (v == x and comparator == Comparator.GT)):
        return Numeric.EXCEEDS
    if comparator in DOWN and (v > x or (v == x and comparator == Comparator.LT)):
        return Numeric.FALLS_SHORT
    return same


def _apart(x: Decimal, v: Decimal) -> Numeric:
    """The verdict of numbers that do not agree, and of which neither follows from the other."""
    if x * v < 0 or abs(x) > _FAR * abs(v) or _FAR * abs(x) < abs(v):
        return Numeric.CONTRADICTS
    return Numeric.EXCEEDS if x > v else Numeric.FALLS_SHORT


def _middle(numbers: tuple[Decimal, ...]) -> Decimal:
    return sum(numbers, Decimal(0)) / len(numbers)
