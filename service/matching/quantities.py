"""A number a text states, and what a unit makes of it. Pure."""

from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from schemas.claims import Comparator
from service.matching.words import stem_of, vocabulary

HUNDRED = Decimal(100)
OF_FRACTIONS = Decimal(1)
"""How near a fraction in words is meant, in percentage points."""
_SIGNIFICANT = 2


class Dimension(StrEnum):
    """What kind of unit a number has. Physical units have the names of their dimensions besides."""

    SHARE = "share"
    POINTS = "points"
    MONEY = "money"
    TIMES = "times"
    YEAR = "year"
    COUNT = "count"


class Unit(NamedTuple):
    """A unit: its dimension, what the record calls it, and how much of the dimension's smallest unit it is.

    Of what is counted, `stems` are the words, the counted thing last.
    """

    dimension: str
    name: str | None
    factor: Decimal = Decimal(1)
    stems: tuple[str, ...] = ()
    per: Decimal | None = None
    """Of how many it is told: 100,000 for "per 100,000 people"; None if that is not said."""


class Quantity(NamedTuple):
    """A number of a text: the tokens it is said with, its comparator's included; its value, or the ends of its range.

    `rounding` is half a unit in the last significant digit the text states, in the unit.
    """

    first: int
    behind: int
    comparator: Comparator
    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    unit: Unit
    rounding: Decimal
    is_nearly: bool = False
    """Whether it is told as not quite reached: "nearly 60%"."""
    is_denied: bool = False
    """Whether the text says that it is not so."""

    @property
    def is_vague(self) -> bool:
        """Whether it is put without a number: "thousands of firms"."""
        return self.value is None and self.lower is None and self.upper is None

    @property
    def key(self) -> tuple[Decimal | None, Decimal | None, Decimal | None, str] | None:
        """What makes it the same number as another one; None if it has no number."""
        return None if self.is_vague else (self.value, self.lower, self.upper, self.unit.dimension)


PERCENT = Unit(Dimension.SHARE, "percent")
POINTS = Unit(Dimension.POINTS, "percentage points")
TIMES = Unit(Dimension.TIMES, "times")
UNSAID = Unit(Dimension.COUNT, None)


def is_other_of(stated: Unit, claim: Unit) -> bool:
    """Whether a unit is another one of what a claim is in: another currency, or points for percent."""
    if stated.dimension == claim.dimension == Dimension.MONEY:
        return stated.name != claim.name
    return {stated.dimension, claim.dimension} == {Dimension.SHARE, Dimension.POINTS}


def as_decimal(number: Decimal) -> str:
    """A number as the record writes decimals: its digits, and no exponent."""
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def rounding_of(digits: str, scale: Decimal) -> Decimal:
    """Half a unit in the last significant digit of a number as it is written, without its groups, times its scale.

    The zeros a whole number ends in are significant up to its second digit.
    """
    whole, point, decimals = digits.partition(".")
    if point:
        return scale * Decimal(1).scaleb(-len(decimals)) / 2
    significant = max(len(whole.rstrip("0")), min(_SIGNIFICANT, len(whole)))
    return scale * Decimal(1).scaleb(len(whole) - significant) / 2


@lru_cache(4096)
def unit_of_claim(unit: str) -> Unit:
    """The unit of a claim, by what the record calls it. What is no money and no physical unit is counted."""
    spoken = vocabulary().spoken
    head = unit.partition(" per ")[0]
    first = head.partition(" ")[0]
    if first in ("percent", "%"):
        return PERCENT
    if head.startswith("percentage point"):
        return POINTS
    if first == "times":
        return TIMES
    if unit == "year":
        return Unit(Dimension.YEAR, "year")
    if len(head) == 3 and head.isupper() and head.isalpha():
        return Unit(Dimension.MONEY, head)
    if head.lower() in spoken.currencies:
        return Unit(Dimension.MONEY, spoken.currencies[head.lower()])
    if first == "pounds" and head != "pounds":
        return Unit("mass", "pounds", Decimal("453.59237"))
    for name in (head.lower(), first.lower()):
        if name in spoken.measures:
            dimension, factor = spoken.measures[name]
            return Unit(dimension, head, Decimal(factor))
    counted = tuple(stem_of(word) for word in head.lower().replace("-", " ").split())
    many = unit.partition(" per ")[2].partition(" ")[0].replace(",", "")
    return Unit(Dimension.COUNT, head, stems=counted, per=Decimal(many) if many.isdecimal() else None)
