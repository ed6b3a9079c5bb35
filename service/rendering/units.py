"""Units as a language says them: from its lexicon, from CLDR, or as they were written. Pure."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

from babel.numbers import format_decimal, get_currency_name, get_currency_symbol, is_currency
from babel.units import format_unit

from schemas.languages import Language
from service.rendering.digits import Written, written, written_as_percent, written_ungrouped
from service.rendering.lexicon import Bounds, Forms, lexicon_of, locale_of

_PHYSICAL = {
    "kWh": "energy-kilowatt-hour",
    "W": "power-watt",
    "kW": "power-kilowatt",
    "MW": "power-megawatt",
    "GW": "power-gigawatt",
    "g": "mass-gram",
    "kg": "mass-kilogram",
    "tonnes": "mass-tonne",
    "pounds": "mass-pound",
    "km": "length-kilometer",
    "mL": "volume-milliliter",
    "L": "volume-liter",
    "litres": "volume-liter",
    "GB": "digital-gigabyte",
    "TB": "digital-terabyte",
    "PB": "digital-petabyte",
    "GHz": "frequency-gigahertz",
    "ms": "duration-millisecond",
    "seconds": "duration-second",
    "minutes": "duration-minute",
    "hours": "duration-hour",
    "days": "duration-day",
    "weeks": "duration-week",
    "months": "duration-month",
    "years": "duration-year",
}
"""Units CLDR names in every language, by what claims call them."""

_CODE = re.compile("[A-Z]{3}")
_PER = " per "
_PERCENT = "{percent}"


class Unit(NamedTuple):
    """How numbers in a unit are said.

    `number` writes a decimal with what stands by it whatever the comparator ("$10 billion", "60%"); `counted` is a
    pattern around the number and its comparator ("{number} downloads"); `rate` one around both and the unit.
    """

    number: Callable[[str], Written]
    counted: Forms
    rate: str
    bounds: Bounds


_ALONE = Forms(other="{number}")
_NO_RATE = "{quantity}"


@lru_cache(2048)
def unit_of(unit: str, language: Language) -> Unit:
    """How a unit is said. One that neither the lexicon nor CLDR knows is said as it was written."""
    known = _known(unit, language)
    head, per, of = unit.partition(_PER)
    rate = lexicon_of(language).rates.get(of)
    if known is None and per and rate is not None:
        known = _known(head, language) or _unknown(head, language)
        return known._replace(rate=rate)
    return known or _unknown(unit, language)


def _known(unit: str, language: Language) -> Unit | None:
    lexicon = lexicon_of(language)
    if unit == "year":
        number: Callable[[str], Written] = partial(_year, language=language)
        return Unit(number, _ALONE, _NO_RATE, lexicon.year)
    if unit in ("percent", "%"):
        number = partial(written_as_percent, language=language)
    elif unit in lexicon.units:
        forms = lexicon.units[unit]
        if not forms.together and _PERCENT not in forms.other:
            return Unit(partial(written, language=language), forms, _NO_RATE, lexicon.comparators)
        number = partial(_together, language=language, forms=forms)
    elif unit in _PHYSICAL:
        number = partial(_physical, language=language, unit=_PHYSICAL[unit])
    elif _CODE.fullmatch(unit) and is_currency(unit, locale_of(language)):
        number = partial(_money, language=language, currency=unit)
    else:
        return None
    return Unit(number, _ALONE, _NO_RATE, lexicon.comparators)


def _unknown(unit: str, language: Language) -> Unit:
    lexicon = lexicon_of(language)
    as_written = unit.replace("{", "{{").replace("}", "}}")
    one, other, many = (
        None if pattern is None else pattern.replace("{unit}", as_written)
        for pattern in (lexicon.unknown.one, lexicon.unknown.other, lexicon.unknown.many)
    )
    counted = Forms(one=one, other=other or "", many=many)
    return Unit(partial(written, language=language), counted, _NO_RATE, lexicon.comparators)


def _year(decimal: str, language: Language) -> Written:
    year = written_ungrouped(decimal, language)
    return year._replace(text=lexicon_of(language).year.pattern.format(number=year.text))


def _together(decimal: str, language: Language, forms: Forms) -> Written:
    number = (written_as_percent if _PERCENT in forms.other else written)(decimal, language)
    return number._replace(text=forms.for_plural(number.plural).format(number=number.text, percent=number.text))


def _physical(decimal: str, language: Language, unit: str) -> Written:
    """A number with CLDR's name of a physical unit, the long one if the language has one."""
    number, spelling = written(decimal, language), lexicon_of(language).unit_spelling
    said = format_unit(number.decimal, unit, "long", "0", spelling)
    if unit in said:  # which Babel puts where it has no name
        said = format_unit(number.decimal, unit, "short", "0", spelling)
    return number._replace(text=said.replace(format_decimal(number.decimal, "0", spelling), number.text, 1))


def _money(decimal: str, language: Language, currency: str) -> Written:
    """A number with CLDR's symbol for a currency where the language's style is that and there is one, or its name."""
    number, lexicon, locale = written(decimal, language), lexicon_of(language), locale_of(language)
    symbol = get_currency_symbol(currency, locale)
    if lexicon.currencies == "symbol" and not symbol.isalpha():
        pattern = locale.currency_formats["standard"]
        sign, digits = ("-", number.text[1:]) if number.text.startswith("-") else ("", number.text)
        return number._replace(text=f"{sign}{pattern.prefix[0]}{digits}{pattern.suffix[0]}".replace("¤", symbol))
    name = get_currency_name(currency, number.decimal, locale)
    return number._replace(text=lexicon.currency.for_plural(number.plural).format(number=number.text, name=name))
