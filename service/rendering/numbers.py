"""Numbers as people read them: "more than 10,000,000,000 downloads". Pure."""

from schemas.claims import Comparator, Quantity
from schemas.languages import Language

_BOUNDED = {
    Comparator.GT: "more than ",
    Comparator.GTE: "at least ",
    Comparator.LT: "less than ",
    Comparator.LTE: "at most ",
    Comparator.APPROX: "about ",
}


def display(quantity: Quantity, language: Language = Language.EN) -> str:  # noqa: ARG001
    """A number with its comparator and unit in words; empty for a finding without one."""
    value, lower, upper = (_grouped(text) for text in (quantity.value, quantity.lower, quantity.upper))
    if quantity.comparator is Comparator.BETWEEN and lower and upper:
        return f"between {lower} and {upper} {quantity.unit}"
    if not value:
        return f"{lower or '…'} to {upper or '…'} {quantity.unit}" if lower or upper else ""
    around = f" ({lower or '…'} to {upper or '…'})" if lower or upper else ""
    return f"{_BOUNDED.get(quantity.comparator, '')}{value}{around} {quantity.unit}"


def _grouped(decimal: str | None) -> str:
    """A decimal with its thousands apart, and no digit changed."""
    if decimal is None:
        return ""
    whole, point, rest = decimal.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{point}{rest}"
