"""How much a passage is about what a claim is about: `schemas.matching.Similarity` says what each part means. Pure."""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import NamedTuple

from schemas.matching import Held, Similarity
from service.matching.changes import change_of
from service.matching.numbers import read_numbers
from service.matching.passages import Passage
from service.matching.places import WORLD, place_stems, places_in
from service.matching.quantities import UNSAID as UNSAID_UNIT
from service.matching.quantities import Dimension, Quantity, Unit, unit_of_claim
from service.matching.tokens import Token, tokens_of, words_of
from service.matching.verdicts import Held as HeldNumber
from service.matching.verdicts import Stated, agrees, ratio
from service.matching.words import Vocabulary, stem_of, vocabulary

_AROUND, _BEFORE = 0.9, 0.6
"""What a word counts that stands in another clause of the sentence, or in a sentence before it."""
_UNSTATED = 0.15
"""What a word of the measure weighs that the statement does without."""
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


class About(NamedTuple):
    """What a claim is about: stems of what it counts and of all it says; its unit, places and names."""

    counts: Mapping[str, float]
    specific: Mapping[str, float]
    """What its statement says besides how it is counted, each with the weight 1."""
    all: frozenset[str]
    unit: Unit
    has_number: bool
    """Whether its statement has its number."""
    change: str | None
    """Which way its number says that something changes."""
    names_its_place: bool
    places: frozenset[str]
    names: frozenset[str]
    """The stems of names its measure has: of a product, a company."""
    said_names: frozenset[str]
    """The stems of names in its statement."""


class Rarity(NamedTuple):
    """How many of so many versions of the log each stem stands in."""

    counts: Mapping[str, int]
    versions: int

    def of(self, stem: str) -> float:
        """How much a stem says: the logarithm of how rare it is, within bounds."""
        rare = math.log((self.versions + 1) / (self.counts.get(stem, 0) + 0.5))
        return min(max(rare, _COMMONEST), _RAREST)


@lru_cache(4096)
def about(claim_id: str, version: int, statement: str, rest: tuple[str, ...]) -> About:  # noqa: ARG001
    """What a version of a claim is about; kept for those that were asked of last."""
    measure, unit, geography, scope, topics, value = rest
    known = vocabulary()
    unit_said = unit_of_claim(unit)
    tokens = tokens_of(statement)
    of_place = place_stems(geography)
    says = _stems(tokens, known) - of_place
    of_measure = _stems(tokens_of(measure.replace("-", " ")), known) - of_place
    counts = {stem: 1.0 if stem in says else _UNSTATED for stem in of_measure - known.generic}
    counts |= dict.fromkeys((stem for stem in unit_said.stems if stem not in known.generic), 1.0)
    if not counts:
        counts = dict.fromkeys(of_measure, 1.0)
    of_rest = _stems(tokens_of(f"{scope} {topics.replace('-', ' ')}"), known)
    named = places_in(tokens, 0, len(tokens), known)
    names = _names(tokens, known)
    said = [one for one in read_numbers(statement, tokens, known).quantities if _is(one, value)]
    of_places = frozenset[str]().union(of_place, *(place_stems(code) for code in named))
    return About(
        counts=dict(sorted(counts.items())),
        specific=dict.fromkeys(sorted(says - known.generic), 1.0),
        all=says | of_measure | of_rest | frozenset(unit_said.stems) | of_place,
        unit=unit_said,
        has_number=bool(said),
        change=change_of(tokens, said[0], known) if said else None,
        names_its_place=geography in named,
        places=named,
        names=frozenset(stem for low, stem in names.items() if f"-{low.replace('.', '-')}-" in f"-{measure}-")
        - of_places,
        said_names=frozenset(names.values()) - of_places - frozenset(known.members),
    )


def about_claim(claim: Held) -> About:
    """What a claim is about."""
    named = (claim.measure, claim.quantity.unit, claim.geography, claim.scope or "", " ".join(claim.topics))
    rest = (*named, claim.quantity.value or "")
    return about(claim.id, claim.version, claim.statement, rest)


def _is(quantity: Quantity, value: str) -> bool:
    return bool(value) and quantity.value is not None and quantity.value == abs(Decimal(value))


def _names(tokens: list[Token], known: Vocabulary) -> dict[str, str]:
    """The words of a statement that are written as names are, with their stems: the first one if there is no other."""
    capital = [token for token in tokens if token.is_capital and token.low not in known.stop and token.low != "ai"]
    capital = [token for token in capital if stem_of(token.low) not in known.generic]
    names = [token for token in capital if token.is_product or token is not tokens[0]] or capital
    return {token.low: stem_of(token.low) for token in names}


def _stems(tokens: list[Token], known: Vocabulary) -> frozenset[str]:
    return frozenset(stem_of(word) for word in words_of(tokens) if word not in known.stop)


def wording(passage: Passage, nth: int, claim: About, rarity: Rarity) -> float:
    """How much of what a claim counts a passage names, less what it says of its number that the claim does not.

    Without the words `around` it and `before` it, that is what it names by itself.
    """
    counted = _covered(claim.counts, passage, rarity)
    said = _covered(claim.specific, passage, rarity)
    beside = {stem: rarity.of(stem) for stem in passage.beside[nth] - vocabulary().generic}
    places = _every_place()
    foreign = sum(weight for stem, weight in beside.items() if stem not in claim.all and stem not in places)
    whole = sum(beside.values())
    own = 1 - foreign / whole if whole else 1.0
    named = passage.near | passage.around | passage.before
    of_another = claim.said_names and not claim.said_names & named and passage.names - claim.all
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
    is_change, of_change = passage.changes[nth] is not None, what.change is not None
    if claim.dimension == Dimension.SHARE and what.has_number and is_change != of_change:
        return 0.0
    if claim.dimension != Dimension.COUNT:
        if claim.dimension == Dimension.SHARE and quantity.value == 0 and stated is UNSAID_UNIT:
            return UNSAID  # a share of zero needs no unit
        if stated.dimension != claim.dimension:
            return 0.0
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
