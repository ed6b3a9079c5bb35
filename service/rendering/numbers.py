"""Numbers as people read them: "more than 10 billion downloads", "mehr als 10 Milliarden Downloads". Pure."""

from decimal import localcontext
from functools import lru_cache

from schemas.claims import Comparator, Quantity
from schemas.languages import Language
from service.rendering.digits import EXACT, Written
from service.rendering.lexicon import lexicon_of
from service.rendering.units import Unit, unit_of

_FROM = (Comparator.GT, Comparator.GTE)
_UP_TO = (Comparator.LT, Comparator.LTE)
_OPEN = "…"


@lru_cache(16_384)
def display(quantity: Quantity, language: Language = Language.EN) -> str:
    """A number with its comparator and unit in words, as plain text; empty for a finding without one.

    No digit is lost and none is added: a word stands for zeros only ("1.576 million"; CLDR's compact formats, UTS 35
    part 3, section 2.4, without their rounding), and decimals are written as they are ("6.70"). The comparator is
    always said, and so is the unit. `lower` and `upper` beside a value are its stated range, in parentheses.
    """
    with localcontext(EXACT):
        unit = unit_of(quantity.unit, language)
        value, lower, upper = (
            None if decimal is None else unit.number(decimal)
            for decimal in (quantity.value, quantity.lower, quantity.upper)
        )
        counted = value or upper or lower
        if counted is None:
            return ""
        bounded, aside = _bounded(quantity.comparator, value, lower, upper, unit, language)
    said = unit.rate.format(quantity=unit.counted.for_plural(counted.plural).format(number=bounded))
    return lexicon_of(language).estimate.format(quantity=said, range=aside) if aside else said


def _bounded(
    comparator: Comparator,
    value: Written | None,
    lower: Written | None,
    upper: Written | None,
    unit: Unit,
    language: Language,
) -> tuple[str, str]:
    """A number with its comparator; and what is said aside, if anything is."""
    if comparator is Comparator.BETWEEN:
        between = unit.bounds.between.format(lower=lower.text if lower else _OPEN, upper=upper.text if upper else _OPEN)
        return between, value.text if value else ""
    if value is not None:
        return unit.bounds.said(comparator, value.text), _range(lower, upper, unit, language)
    if lower is not None and upper is None and comparator in _FROM:
        return unit.bounds.said(comparator, lower.text), ""
    if upper is not None and lower is None and comparator in _UP_TO:
        return unit.bounds.said(comparator, upper.text), ""
    return unit.bounds.said(comparator, _range(lower, upper, unit, language)), ""


def _range(lower: Written | None, upper: Written | None, unit: Unit, language: Language) -> str:
    """Both ends, or the one there is; empty if there is none."""
    if lower is not None and upper is not None:
        return lexicon_of(language).range.format(lower=lower.text, upper=upper.text)
    if lower is not None:
        return unit.bounds.said(Comparator.GTE, lower.text)
    return unit.bounds.said(Comparator.LTE, upper.text) if upper is not None else ""
