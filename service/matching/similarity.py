"""How much a passage is about what a claim is about: `schemas.matching.Similarity` says what each part means. Pure."""

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from schemas.matching import Held, Similarity
from service.matching.about import About
from service.matching.passages import Passage
from service.matching.places import WORLD
from service.matching.quantities import UNSAID as UNSAID_UNIT
from service.matching.quantities import Dimension, Quantity
from service.matching.verdicts import Held as HeldNumber
from service.matching.verdicts import Stated, agrees, ratio
from service.matching.words import stem_of, vocabulary

_AROUND, _BEFORE = 0.9, 0.6
"""What a word counts that stands in another clause of the sentence, or in a sentence before it."""
_RAREST = 6.0
_COMMONEST = 1.0
_WEIGHTS = {"wording": 0.5, "number": 0.2, "unit": 0.15, "geography": 0.1, "period": 0.05}
_LEAST_OWN = 0.25
"""What is left of a wording if all it says of its number is foreign to the claim."""
_UNNAMED = 0.3
"""What is left of a wording without a name the claim's measure has, or with a product's where the claim has others; or
without a word that so many claims have that it is what the log is about."""
_ROUNDED = 0.95
_NOTHING: frozenset[str] = frozenset()
_MOST = Fraction(2, 3)
UNSAID = 0.5


class Rarity(NamedTuple):
    """How many of so many versions of the log each stem stands in."""

    counts: Mapping[str, int]
    versions: int

    def of(self, stem: str) -> float:
        """How much a stem says: the logarithm of how rare it is, within bounds."""
        rare = math.log((self.versions + 1) / (self.counts.get(stem, 0) + 0.5))
        return min(max(rare, _COMMONEST), _RAREST)


def wording(passage: Passage, nth: int, claim: About, rarity: Rarity) -> float:
    """How much of what a claim counts a passage names, less what it says of its number that the claim does not.

    Without the words `around` it and `before` it, that is what it names by itself.
    """
    counted = _covered(claim.counts, passage, rarity)
    said = _covered(claim.specific, passage, rarity)
    beside = {stem: rarity.of(stem) for stem in passage.beside[nth] - vocabulary().generic}
    places = _every_place()
    foreign = sum(beside[stem] for stem in claim.lacks(beside) if stem not in places)
    whole = sum(beside.values())
    own = 1 - foreign / whole if whole else 1.0
    named = passage.near | passage.around | passage.before
    of_another = claim.said_names and not claim.said_names & named and claim.lacks(passage.names)
    unsaid = [stem for stem, weight in claim.counts.items() if weight == 1 and stem not in named]
    implied = vocabulary().implied
    of_else = any(rarity.of(stem) == _COMMONEST and not implied.get(stem, _NOTHING) & named for stem in unsaid)
    unnamed = _UNNAMED if claim.names - named or of_another or of_else else 1.0
    return (0.8 * max(counted, said) + 0.2 * said) * (_LEAST_OWN + (1 - _LEAST_OWN) * own) * unnamed


@cache
def _every_place() -> frozenset[str]:
    """The stems of places whose names are one word: geography is compared by itself."""
    names = (words for names in vocabulary().places.values() for words, _ in names)
    return frozenset(stem_of(words[0].lower()) for words in names if len(words) == 1)


def names_most(passage: Passage, claim: About) -> bool:
    """Whether a passage names most of what a claim counts, common words as much as rare ones."""
    wanted = [stem for stem, weight in claim.counts.items() if weight == 1]
    return sum(stem in passage.near for stem in wanted) >= _MOST * len(wanted)


def _covered(weights: Mapping[str, float], passage: Passage, rarity: Rarity) -> float:
    """How much of some stems, by weight and rarity, a passage has."""
    whole = found = 0.0
    for stem, weight in weights.items():
        weighs = weight * rarity.of(stem)
        whole += weighs
        if stem in passage.near:
            found += weighs
        elif stem in passage.around:
            found += weighs * _AROUND
        elif stem in passage.before:
            found += weighs * _BEFORE
    return found / whole if whole else 0.0


def unit_likeness(passage: Passage, nth: int, quantity: Quantity, what: About) -> float:
    """How much a number's unit is a claim's: 1 for the same beside it, 0 for another. A change is no share."""
    stated, claim = quantity.unit, what.unit
    if claim.dimension != Dimension.COUNT:
        is_same = stated.dimension == claim.dimension
        is_share = claim.dimension == Dimension.SHARE
        if not is_same and not (is_share and quantity.value == 0 and stated is UNSAID_UNIT):
            return 0.0
        if is_share and what.has_number and (passage.changes[nth] is None) != (what.change is None):
            return 0.0
        if not is_same:
            return UNSAID  # a share of zero needs no unit
        return 1.0 if claim.dimension != Dimension.MONEY or stated.name == claim.name else 0.0
    if stated.dimension not in (Dimension.COUNT, Dimension.TIMES) or not claim.stems:
        return 0.0
    counted = claim.stems[-1]
    if counted in stated.stems:
        return 1.0 if counted == stated.stems[-1] else 0.7
    if counted in passage.beside[nth]:
        return 0.9
    if stated.stems:
        return 0.0
    for stems, likeness in ((passage.near, 0.9), (passage.around, 0.7), (passage.before, 0.5)):
        if counted in stems:
            return likeness
    return 0.0


def geography_likeness(passage: Passage, claim: Held, what: About) -> float:
    """How much the place of a passage is a claim's: 1 for the same, 0.5 if none is said, 0 for another."""
    own = passage.places - {WORLD}
    if claim.geography == WORLD:
        if WORLD in passage.places or not own:
            return 1.0 if WORLD in passage.places or not passage.places_around else 0.75
        if WORLD in what.places:
            return 0.0
        return 0.75 if own <= what.places else 0.3
    if claim.geography in own:
        return 1.0
    if own:
        return UNSAID if own <= what.places and not what.names_its_place else 0.0
    if claim.geography in passage.places_around:
        return 0.9
    if passage.places_around and what.names_its_place:
        return 0.0
    if claim.geography in passage.places_before:
        return 0.7
    if not what.names_its_place:
        return UNSAID
    speaks_of_all = WORLD in passage.places and WORLD not in what.places
    return 0.0 if speaks_of_all or passage.places_before else UNSAID


def period_likeness(passage: Passage, claim: Held) -> float:
    """How much the time of a passage is a claim's: 1 for a part of the same, 0.5 if none is said, 0 for another.

    A passage without a date of its own is of its sentence's. A period without a start is the year it ends in.
    """
    start, end = claim.period.start, claim.period.end
    dates = passage.dates or passage.dates_around
    if not dates or (start is None and end is None):
        return UNSAID
    if start is None:
        start = (end or "")[:4]
    for date in dates:
        begins = date.date[: len(start)] >= start[: len(date.date)]
        if begins and (end is None or date.date[: len(end)] <= end[: len(date.date)]):
            return 1.0
    return 0.0


def number_likeness(number: Stated | None, claim: HeldNumber | None) -> float:
    """1 for the same number, nearly that for one that agrees; 0 for one ten times as large."""
    if number is None or claim is None:
        return 0.0
    if (abs(number.low), abs(number.high)) == (abs(claim.low), abs(claim.high)):
        return 1.0
    if agrees(number, claim):
        return _ROUNDED
    return max(0.0, 0.8 * (1 - ratio(number, claim)))


def scored(said: float, number: float, unit: float, geography: float, period: float) -> Similarity:
    """A similarity of its parts."""
    parts = {"wording": said, "number": number, "unit": unit, "geography": geography, "period": period}
    score = sum(_WEIGHTS[name] * part for name, part in parts.items())
    return Similarity(score=round(score, 3), **{name: round(part, 3) for name, part in parts.items()})
