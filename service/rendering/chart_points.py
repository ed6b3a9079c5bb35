"""What a chart shows of claims: when each number is for, what it is, and how it is written beside its mark. Pure."""

import calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from schemas.claims import ClaimVersion, Comparator, Quantity
from schemas.verification import Currency, Lifecycle, Status

_SIGNS = {
    Comparator.GT: ">",
    Comparator.GTE: "≥",
    Comparator.LT: "<",
    Comparator.LTE: "≤",
    Comparator.APPROX: "≈",
}
_ROUNDED = {
    Comparator.GT: ROUND_FLOOR,
    Comparator.GTE: ROUND_FLOOR,
    Comparator.LT: ROUND_CEILING,
    Comparator.LTE: ROUND_CEILING,
}
"""How a bound is shortened so that what is written still follows from it: more than 10.46 is more than 10.4."""
_LARGE = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"))
MINUS, _TO = "\u2212", "\u2013"
"""A minus sign and an en dash."""
_DIGITS = 4
"""How many significant digits a shortened number keeps."""
AROUND = {"percent": ("", "%"), "USD": ("$", ""), "CNY": ("CN¥", ""), "EUR": ("€", ""), "GBP": ("£", "")}
"""What stands before and after a number instead of its unit."""


@dataclass(frozen=True)
class Point:
    """A claim as a mark: `value` is where it stands; `open_to` is 1 if the number may be higher, -1 if lower, else 0.

    `written` is its number as people read it beside a mark; `lower` and `upper` are the ends of its range.
    """

    id: str
    statement: str
    who: str
    where: str
    on: date
    value: float
    lower: float | None
    upper: float | None
    open_to: int
    written: str
    status: Status
    is_superseded: bool


@dataclass(frozen=True)
class Shown:
    """The points of a chart, in one unit, and how many published claims it leaves out and why."""

    points: Sequence[Point]
    unit: str
    without_number: int = 0
    without_date: int = 0
    other_units: int = 0


def shown_of(claims: Sequence[ClaimVersion]) -> Shown:
    """What of a measure's claims a chart can show: those published, with a number and a date, in their commonest unit.

    Of units that are equally common it is the one of the first claim.
    """
    published = [claim for claim in claims if claim.lifecycle is Lifecycle.PUBLISHED]
    numbered = [claim for claim in published if _place(claim.quantity) is not None]
    dated = [(claim, on) for claim in numbered if (on := _day(claim)) is not None]
    units = Counter(claim.quantity.unit for claim, _ in dated)
    unit = units.most_common(1)[0][0] if units else ""
    points = [_point(claim, on) for claim, on in dated if claim.quantity.unit == unit]
    return Shown(
        sorted(points, key=lambda point: (point.on, point.value, point.id)),
        unit,
        without_number=len(published) - len(numbered),
        without_date=len(numbered) - len(dated),
        other_units=len(dated) - len(points),
    )


def short(value: Decimal, unit: str, rounding: str = ROUND_HALF_EVEN) -> str:
    """A number with its unit as it is written beside a mark: "$285.9B", "74.2%", "6,200"."""
    before, after = AROUND.get(unit, ("", ""))
    sign, size = (MINUS if value < 0 else "", abs(value))
    if value < 0:
        rounding = {ROUND_FLOOR: ROUND_CEILING, ROUND_CEILING: ROUND_FLOOR}.get(rounding, rounding)
    scale, letter = next(((scale, letter) for scale, letter in _LARGE if size >= scale), (Decimal(1), ""))
    scaled = size / scale
    places = max(0, _DIGITS - 1 - scaled.adjusted()) if letter or scaled < 1000 else 0
    rounded = _round_to(scaled, places, rounding)
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{sign}{before}{text}{letter}{after}"


def _round_to(value: Decimal, places: int, rounding: str) -> Decimal:
    """A decimal with so many places at most."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=rounding) if places < 30 else value


def _place(quantity: Quantity) -> Decimal | None:
    """Where a number stands: what it says, or the middle of what bounds it; None if it says nothing."""
    said = [Decimal(text) for text in (quantity.value, quantity.lower, quantity.upper) if text is not None]
    if quantity.value is not None or len(said) < 2:
        return said[0] if said else None
    return (said[0] + said[1]) / 2


def _point(claim: ClaimVersion, on: date) -> Point:
    quantity = claim.quantity
    place = _place(quantity)
    lower, upper = (None if text is None else float(text) for text in (quantity.lower, quantity.upper))
    if place is None:
        raise ValueError(f"{claim.id} has no number")
    return Point(
        id=claim.id,
        statement=claim.statement,
        who=claim.attributed_to,
        where=claim.geography,
        on=on,
        value=float(place),
        lower=lower if upper is not None or quantity.value is not None else None,
        upper=upper if lower is not None or quantity.value is not None else None,
        open_to=_open_to(quantity),
        written=_written(quantity),
        status=claim.verification.status,
        is_superseded=claim.currency is Currency.SUPERSEDED,
    )


def _open_to(quantity: Quantity) -> int:
    if quantity.value is None:
        return 0 if quantity.lower and quantity.upper else 1 if quantity.lower else -1
    return {">": 1, "≥": 1, "<": -1, "≤": -1}.get(_SIGNS.get(quantity.comparator, ""), 0)


def _written(quantity: Quantity) -> str:
    if quantity.value is not None:
        rounding = _ROUNDED.get(quantity.comparator, ROUND_HALF_EVEN)
        return _SIGNS.get(quantity.comparator, "") + short(Decimal(quantity.value), quantity.unit, rounding)
    bounds = (quantity.lower, ROUND_FLOOR, "≥"), (quantity.upper, ROUND_CEILING, "≤")
    ends = [(sign, short(Decimal(text), quantity.unit, rounding)) for text, rounding, sign in bounds if text]
    return f"{ends[0][1]}{_TO}{ends[1][1]}" if len(ends) == 2 else "".join(ends[0])


def _day(claim: ClaimVersion) -> date | None:
    """The day a number is for: the end of its period; else about when it was stated; else when the period began."""
    if claim.period.end is not None:
        return day_of(claim.period.end, 1.0)
    if claim.stated_on is not None:
        return day_of(claim.stated_on, 0.5)
    return None if claim.period.start is None else day_of(claim.period.start, 0.0)


def day_of(partial: str, part: float) -> date:
    """A day for a date that may be a month or a year: `part` of the way through it, from 0 for its first day to 1."""
    year, *rest = (int(number) for number in partial.split("-"))
    year = max(year, 1)
    if len(rest) == 2:
        return date(year, rest[0], min(rest[1], calendar.monthrange(year, rest[0])[1]))
    if rest:
        days = calendar.monthrange(year, rest[0])[1]
        return date(year, rest[0], 1 + round(part * (days - 1)))
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return date.fromordinal(first + round(part * (last - first)))
