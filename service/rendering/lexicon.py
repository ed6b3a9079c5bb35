"""What numbers are said with in each language: comparators, units and rates, from `languages/*.toml`. Pure."""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from babel import Locale

from schemas.claims import Comparator
from schemas.languages import Language


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a lexicon. An entry that is misspelt is an error."""


class Forms(Entry, frozen=True, kw_only=True):
    """A pattern in the plural forms of CLDR; `many` stands after a word for a million or more.

    `together` says that a comparator is said of number and unit together, and not of the number within the pattern.
    """

    other: str
    one: str | None = None
    many: str | None = None
    together: bool = False

    def for_plural(self, category: str) -> str:
        """The pattern for one of CLDR's plural categories."""
        return {"one": self.one, "many": self.many}.get(category) or self.other


class Bounds(Entry, frozen=True, kw_only=True):
    """How each comparator is said of a `{number}`, and `between` of a `{lower}` and an `{upper}` one."""

    eq: str
    gt: str
    gte: str
    lt: str
    lte: str
    approx: str
    between: str

    def said(self, comparator: Comparator, number: str) -> str:
        """A number with its comparator. One that is not known is said as it is written."""
        pattern: str = getattr(self, comparator, f"{comparator} {{number}}")
        return pattern.format(number=number)


class Years(Bounds, frozen=True, kw_only=True):
    """How each comparator is said of a year, which is written as `pattern` says."""

    pattern: str


class Lexicon(Entry, frozen=True, kw_only=True):
    """One language. `languages/en.toml` says what the entries mean."""

    scales: list[int]
    unit_spelling: str
    currencies: Literal["symbol", "name"]
    estimate: str
    range: str
    currency: Forms
    unknown: Forms
    comparators: Bounds
    year: Years
    rates: dict[str, str]
    units: dict[str, Forms]


@cache
def lexicon_of(language: Language) -> Lexicon:
    """The lexicon of a language, read once."""
    return msgspec.toml.decode((Path(__file__).parent / "languages" / f"{language}.toml").read_bytes(), type=Lexicon)


@cache
def locale_of(language: Language) -> Locale:
    """What CLDR knows of a language."""
    return Locale.parse(language.value)
