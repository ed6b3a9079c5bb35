"""Decimals as a language writes them, with every digit they have and none besides. Pure.

Babel computes in the current decimal context: `EXACT` holds any decimal a claim may have, and must be in force.
"""

import re
from decimal import Context, Decimal
from typing import NamedTuple

from babel import Locale
from babel.numbers import format_decimal, format_percent

from schemas.languages import Language
from service.rendering.lexicon import lexicon_of, locale_of

EXACT = Context(prec=80)
_MOST_DECIMALS = 3
"""Behind a scaled number's point: "1.576 million", but 11,358,665."""
_LAST_DIGIT = re.compile(r"0(?=[^0]*$)")


class Written(NamedTuple):
    """A decimal, how it is written, and the plural category of what it counts.

    That is `many` after a word for zeros ("million"), and else what CLDR says of the number.
    """

    decimal: Decimal
    text: str
    plural: str


def written(decimal: str, language: Language) -> Written:
    """A decimal with its thousands apart, or with a word for its zeros where the rest has three decimals at most."""
    value, locale = Decimal(decimal), locale_of(language)
    if "." not in decimal:
        scale = next((s for s in reversed(lexicon_of(language).scales) if abs(value) >= s), None)
        scaled = value.scaleb(1 - len(str(scale))).normalize() if scale else value
        if scale and _decimals(scaled) <= _MOST_DECIMALS:
            return Written(value, _with_word(scaled, scale, locale), "many")
    pattern = _pattern(locale.decimal_formats[None].pattern, _decimals_written(decimal))
    return Written(value, format_decimal(value, pattern, locale), locale.plural_form(value))


def written_ungrouped(decimal: str, language: Language) -> Written:
    """A decimal without separators of thousands: a year."""
    value, locale = Decimal(decimal), locale_of(language)
    return Written(value, format_decimal(value, _pattern("0", _decimals_written(decimal)), locale), "other")


def written_as_percent(decimal: str, language: Language) -> Written:
    """A decimal with its percent sign."""
    value, locale = Decimal(decimal), locale_of(language)
    pattern = _pattern(locale.percent_formats[None].pattern, _decimals_written(decimal))
    return Written(value, format_percent(value.scaleb(-2), pattern, locale), "other")


def _with_word(scaled: Decimal, scale: int, locale: Locale) -> str:
    """A number with CLDR's word for the zeros it was scaled by (Babel's own function writes "1 millions" in French)."""
    formats = locale.compact_decimal_formats
    by_plural = formats["long" if "long" in formats else "short"]
    plural = locale.plural_form(Decimal(f"{scaled:f}"))
    word = by_plural[plural if plural in by_plural and str(scale) in by_plural[plural] else "other"][str(scale)]
    number = format_decimal(scaled, _pattern(locale.decimal_formats[None].pattern, _decimals(scaled)), locale)
    return f"{word.prefix[0]}{number}{word.suffix[0]}"


def _decimals(value: Decimal) -> int:
    """How many digits a number has behind the point."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _decimals_written(decimal: str) -> int:
    return len(decimal.partition(".")[2])


def _pattern(pattern: str, decimals: int) -> str:
    """A pattern of CLDR with exactly so many digits behind the point."""
    whole = re.sub(r"[.][0#]+", "", pattern)
    return _LAST_DIGIT.sub("0." + "0" * decimals, whole) if decimals else whole
