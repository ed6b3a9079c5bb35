"""From numbers and days to pixels: what an axis spans, and where it has its ticks. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400_000
"""Milliseconds."""
_MOST_DECADES = 100
"""From this ratio of the largest to the smallest on, a scale is logarithmic."""
_YEARS = 730
"""From so many days on, an axis is of years."""
_CLEAR = 0.25
"""The least part of the way between two ticks that the smallest stands above an axis that is not at zero."""
_NEAR_ZERO = 0.45
"""A scale begins at zero if the smallest is less than this part of the largest."""


@dataclass(frozen=True)
class Scale:
    """An axis: from `low` to `high`, with its ticks; of days, also where their names stand."""

    low: float
    high: float
    ticks: Sequence[float]
    named: Sequence[float] = ()
    is_log: bool = False

    @property
    def has_bands(self) -> bool:
        """Whether what is between two ticks is named, and not the ticks."""
        return bool(self.named) and self.named != self.ticks

    def at(self, value: float, length: float) -> float:
        """How far along an axis of some length a value stands."""
        if self.is_log:
            return length * math.log(value / self.low) / math.log(self.high / self.low)
        return length * (value - self.low) / (self.high - self.low)


def number_scale(values: Sequence[float], *, is_share: bool, ticks: int) -> Scale:
    """The axis for numbers: of powers of ten if they span more than two; from zero if they are shares or come near."""
    least, most = min(values), max(values)
    if least > 0 and most / least > _MOST_DECADES and not is_share:
        low, high = math.floor(math.log10(least)), math.ceil(math.log10(most))
        every = max(1, math.ceil((high - low) / ticks))
        return Scale(10.0**low, 10.0**high, [10.0**power for power in range(low, high + 1, every)], is_log=True)
    if is_share or 0 < least < _NEAR_ZERO * most:
        least, most = min(least, 0.0), max(most, 0.0)
    if least == most:
        least, most = min(0.0, least * 2), max(0.0, most * 2)
    if least == most:
        most = 1.0
    step = _step((most - least) / max(1, ticks - 1))
    first, last = math.floor(least / step), math.ceil(most / step)
    if first != 0 and least - first * step < _CLEAR * step:
        first -= 1  # a mark on the axis looks as if it were nothing
    marks = [_exact(number * step) for number in range(first, last + 1)]
    return Scale(marks[0], marks[-1], marks)


def day_scale(days: Sequence[date], ticks: int) -> Scale:
    """The axis for days, in milliseconds since 1970, with ticks where months or years begin.

    From two years on it is of whole years, each named in its middle: what is true of the end of 2024 stands in 2024,
    and not at the beginning of 2025.
    """
    first, last = min(days).toordinal(), max(days).toordinal()
    room = max(45, round((last - first) * 0.06))
    low, high = max(1, first - room), min(date.max.toordinal(), last + room)
    if high - low < _YEARS:
        months = (high - low) / 30.4
        every = next(step for step in (1, 2, 3, 6, 12) if months / step <= ticks or step == 12)
        found = _begun(low, high, every)
        return Scale(_milliseconds(low), _milliseconds(high), found, found)
    from_year, to_year = min(days).year, max(days).year
    low, high = date(from_year, 1, 1).toordinal(), date(to_year, 12, 31).toordinal() + 1
    count = to_year - from_year + 1
    every = next(years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if count / years <= ticks)
    middles = [
        _milliseconds(date(year, 7, 1).toordinal()) for year in range(from_year, to_year + 1) if not year % every
    ]
    return Scale(_milliseconds(low), _milliseconds(high), _begun(low, high, 12 * every), middles)


def milliseconds(day: date) -> float:
    """A day as the milliseconds since 1970 at which it begins."""
    return _milliseconds(day.toordinal())


def _milliseconds(ordinal: int) -> float:
    return float((ordinal - _EPOCH) * _DAY)


def _begun(low: int, high: int, every: int) -> list[float]:
    """Where months begin between two days, of so many months one."""
    found, month = [], (date.fromordinal(low).year * 12) // every * every
    while (year := month // 12) <= date.max.year:
        day = date(max(1, year), month % 12 + 1, 1).toordinal()
        if day > high:
            break
        found += [_milliseconds(day)] if day >= low else []
        month += every
    return found


def _step(rough: float) -> float:
    """The round number nearest to it: 1, 2, 2.5 or 5 and noughts."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(part * power for part in (1, 2, 2.5, 5, 10) if part * power >= rough * (1 - 1e-9))


def _exact(value: float) -> float:
    """A product of a round number without what binary fractions add to it."""
    return float(f"{value:.12g}")
