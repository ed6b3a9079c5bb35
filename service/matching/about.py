"""What a claim is about, as texts are compared with it. Pure.

A text is compared with hundreds of claims, most of which differ in their words already: what only those that do not
differ are asked is read when it is asked for.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from schemas.matching import Held
from service.matching.changes import change_of
from service.matching.numbers import read_numbers
from service.matching.places import place_stems, places_in
from service.matching.quantities import Quantity, unit_of_claim
from service.matching.rates import rate_of
from service.matching.tokens import Token, tokens_of, words_of
from service.matching.words import Vocabulary, stem_of, vocabulary

_UNSTATED = 0.15
"""What a word of the measure weighs that the statement does without."""


class About:
    """What a version of a claim is about: stems of what it counts and of all it says; its unit, places and names."""

    counts: Mapping[str, float]
    """The stems of what it counts, by their weight."""
    specific: Mapping[str, float]
    """What its statement says besides how it is counted, each with the weight 1."""
    names: frozenset[str]
    """The stems of names its measure has: of a product, a company."""
    said_names: frozenset[str]
    """The stems of names in its statement."""

    def __init__(self, claim: Held) -> None:
        known = vocabulary()
        self._claim = claim
        self.unit = unit_of_claim(claim.quantity.unit)
        tokens = tokens_of(claim.statement)
        of_place = place_stems(claim.geography)
        says = _stems(tokens, known) - of_place
        of_measure = _slug_stems(claim.measure) - of_place
        counts = {stem: 1.0 if stem in says else _UNSTATED for stem in of_measure - known.generic}
        counts |= dict.fromkeys((stem for stem in self.unit.stems if stem not in known.generic), 1.0)
        if not counts:
            counts = dict.fromkeys(of_measure, 1.0)
        self.counts = dict(sorted(counts.items()))
        self.specific = dict.fromkeys(sorted(says - known.generic), 1.0)
        self.places = places_in(tokens, 0, len(tokens), known)
        self.names_its_place = claim.geography in self.places
        of_places = of_place.union(*(place_stems(code) for code in self.places))
        names = _names(tokens, known)
        measure = f"-{claim.measure}-"
        self.names = frozenset(s for low, s in names.items() if f"-{low.replace('.', '-')}-" in measure) - of_places
        self.said_names = frozenset(names.values()) - of_places - frozenset(known.members)
        self._said = says | of_measure | frozenset(self.unit.stems) | of_place

    def lacks(self, stems: Iterable[str]) -> list[str]:
        """Those of some stems that the claim has nothing of, neither in its statement nor in its scope or topics."""
        unsaid = [stem for stem in stems if stem not in self._said]
        return [stem for stem in unsaid if stem not in self._of_rest] if unsaid else unsaid

    @property
    def has_number(self) -> bool:
        """Whether its statement has its number."""
        return self._number.is_said

    @property
    def change(self) -> str | None:
        """Which way its number says that something changes."""
        return self._number.change

    @property
    def rate(self) -> str | None:
        """The span of time its number is counted by."""
        return self._number.rate

    @property
    def is_denied(self) -> bool:
        """Whether it says of so many that they do not."""
        return self._number.is_denied

    @cached_property
    def _number(self) -> "_Number":
        known, statement, value = vocabulary(), self._claim.statement, self._claim.quantity.value
        tokens = tokens_of(statement)
        said = [one for one in read_numbers(statement, tokens, known).quantities if _is(one, value)]
        if not said:
            return _Number(is_said=False)
        change, rate = change_of(tokens, said[0], known), rate_of(tokens, said[0], known)
        return _Number(is_said=True, change=change, rate=rate, is_denied=said[0].is_denied)

    @cached_property
    def _of_rest(self) -> frozenset[str]:
        of_topics = (_slug_stems(topic) for topic in self._claim.topics)
        return _stems(tokens_of(self._claim.scope or ""), vocabulary()).union(*of_topics)


class _Number(NamedTuple):
    """What the statement says of its number."""

    is_said: bool
    change: str | None = None
    rate: str | None = None
    is_denied: bool = False


@lru_cache(4096)
def about(claim: Held) -> About:
    """What a claim is about; kept for those that were asked of last."""
    return About(claim)


def _is(quantity: Quantity, value: str | None) -> bool:
    return value is not None and quantity.value is not None and quantity.value == abs(Decimal(value))


def _names(tokens: list[Token], known: Vocabulary) -> dict[str, str]:
    """The words of a statement that are written as names are, with their stems: the first one if there is no other."""
    capital = [token for token in tokens if token.is_capital and token.low not in known.stop and token.low != "ai"]
    capital = [token for token in capital if stem_of(token.low) not in known.generic]
    names = [token for token in capital if token.is_product or token is not tokens[0]] or capital
    return {token.low: stem_of(token.low) for token in names}


@lru_cache(4096)
def _slug_stems(slug: str) -> frozenset[str]:
    return _stems(tokens_of(slug.replace("-", " ")), vocabulary())


def _stems(tokens: list[Token], known: Vocabulary) -> frozenset[str]:
    return frozenset(stem_of(word) for word in words_of(tokens) if word not in known.stop)
