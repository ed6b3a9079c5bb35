"""Quantities put without a number: "thousands of firms", "most of them". Pure."""

from collections.abc import Sequence
from decimal import Decimal

from schemas.claims import Comparator
from service.matching.phrases import phrase_behind, touches
from service.matching.quantities import PERCENT, Dimension, Quantity, Unit
from service.matching.tokens import Token
from service.matching.units import counted_behind, unit_behind
from service.matching.words import Vocabulary


def vague_at(tokens: Sequence[Token], at: int, known: Vocabulary) -> Quantity | None:
    """The quantity without a number that begins at a token; None if there is none."""
    found = phrase_behind(tokens, at, known.vague)
    if found is None or touches(tokens, at):
        return None
    if found.meaning == Dimension.SHARE:
        return _vague(at, found.at, PERCENT)
    unit = unit_behind(tokens, found.at, known) or counted_behind(tokens, found.at, known)
    return _vague(at, unit.behind, unit.unit)


def _vague(first: int, behind: int, unit: Unit) -> Quantity:
    return Quantity(first, behind, Comparator.EQ, None, None, None, unit, Decimal(0))
