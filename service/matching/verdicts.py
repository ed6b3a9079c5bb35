"""What a claim makes of the number a text states: `schemas.matching.Numeric` says what each verdict means. Pure."""

from decimal import Decimal
from typing import NamedTuple

from schemas.claims import Comparator
from schemas.claims import Quantity as ClaimQuantity
from schemas.matching import Numeric
from schemas.verification import Currency
from service.matching.quantities import Quantity, Unit

_ABOUT = Decimal("0.05")
"""How far "about" reaches to either side, as a part of the number, where no range is stated."""
_INFINITE = Decimal("Infinity")


class Interval(NamedTuple):
    """What a number with its comparator allows; an end that is `open` is not part of it."""

    low: Decimal
    high: Decimal
    open_low: bool = False
    open_high: bool = False

    def holds(self, other: "Interval") -> bool:
        """Whether all of another interval lies in this one."""
        above = other.low > self.low or (other.low == self.low and (not self.open_low or other.open_low))
        below = other.high < self.high or (other.high == self.high and (not self.open_high or other.open_high))
        return above and below

    def meets(self, other: "Interval") -> bool:
        """Whether a number lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low < high:
            return True
        open_low = (self.open_low and self.low == low) or (other.open_low and other.low == low)
        open_high = (self.open_high and self.high == high) or (other.open_high and other.high == high)
        return low == high and not open_low and not open_high

    def widened(self, by: Decimal) -> "Interval":
        """The interval with its finite ends moved outwards."""
        return self._replace(low=self.low - by, high=self.high + by)

    @property
    def is_bounded(self) -> bool:
        """Whether it says how low and how high, and is no single number."""
        return self.low != -_INFINITE and self.high != _INFINITE and self.low != self.high

    @property
    def leans(self) -> int:
        """1 for what has no highest number, -1 for what has no lowest, else 0."""
        return int(self.high == _INFINITE) - int(self.low == -_INFINITE)


def interval(comparator: str, value: Decimal | None, lower: Decimal | None, upper: Decimal | None) -> Interval:
    """The interval a number is, with its comparator. One nobody knows is read as "exactly"."""
    if value is None:
        return Interval(-_INFINITE if lower is None else lower, _INFINITE if upper is None else upper)
    if comparator == Comparator.APPROX:
        reach = abs(value) * _ABOUT
        return Interval(value - reach if lower is None else lower, value + reach if upper is None else upper)
    if comparator in (Comparator.GT, Comparator.GTE):
        return Interval(value, _INFINITE, open_low=comparator == Comparator.GT)
    if comparator in (Comparator.LT, Comparator.LTE):
        return Interval(-_INFINITE, value, open_high=comparator == Comparator.LT)
    return Interval(value, value)


class Compared(NamedTuple):
    """A stated number and a claim's in one unit: the numbers they are said with, and their intervals."""

    stated: tuple[Decimal, ...]
    held: tuple[Decimal, ...]
    text: Interval
    claim: Interval
    rounding: Decimal

    @property
    def is_near(self) -> bool:
        """Whether the numbers differ by no more than rounding."""
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
    held = [Decimal(number) for number in (claim.value, claim.lower, claim.upper) if number is not None]
    if not held:
        return None
    falls = max(held) <= 0 and min(held) < 0
    value, lower, upper = (
        None if number is None else Decimal(number) for number in (claim.value, claim.lower, claim.upper)
    )
    if falls:
        value, lower, upper = (None if number is None else -number for number in (value, upper, lower))
    factor = quantity.unit.factor / unit.factor
    said = [None if number is None else number * factor for number in (quantity.value, quantity.lower, quantity.upper)]
    return Compared(
        _numbers(*said),
        _numbers(value, lower, upper),
        interval(quantity.comparator, *said),
        interval(claim.comparator, value, lower, upper),
        quantity.rounding * factor,
    )


def _middle(numbers: tuple[Decimal, ...]) -> Decimal:
    return sum(numbers, Decimal(0)) / len(numbers)


def _numbers(value: Decimal | None, lower: Decimal | None, upper: Decimal | None) -> tuple[Decimal, ...]:
    if value is not None:
        return (value,)
    return tuple(number for number in (lower, upper) if number is not None)


def verdict(numbers: Compared | None, currency: str) -> Numeric:
    """What a claim makes of a number a text states."""
    if numbers is None:
        return Numeric.NO_NUMBER
    found = _verdict(numbers)
    agrees = found in (Numeric.CONSISTENT, Numeric.WITHIN_ROUNDING)
    return Numeric.OUTDATED if agrees and currency == Currency.SUPERSEDED else found


def _verdict(numbers: Compared) -> Numeric:
    text, claim = numbers.text, numbers.claim
    opposite = text.leans * claim.leans < 0
    if not (text if opposite else text.widened(numbers.rounding)).meets(claim):
        return Numeric.CONTRADICTS
    if numbers.stated == numbers.held and (text.holds(claim) or claim.holds(text)):
        return Numeric.CONSISTENT
    inside = (text.is_bounded and text.holds(claim)) or (claim.is_bounded and claim.holds(text))
    if inside or numbers.is_near:
        return Numeric.WITHIN_ROUNDING
    return Numeric.EXCEEDS if _middle(numbers.stated) > _middle(numbers.held) else Numeric.FALLS_SHORT
