"""What claims a passage may repeat is looked for by: combinations of its words that few claims have. Pure.

A claim is worth comparing if it has enough of a passage's words in common that chance would seldom do it. How often
chance would is reckoned from how many of the log's versions each word stands in.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from service.matching.passages import Passage
from service.matching.places import WORLD, place_names, place_stems
from service.matching.quantities import as_decimal
from service.matching.similarity import Rarity
from service.matching.words import forms_of, vocabulary

_EXPECTED = 24.0
"""In how many versions a combination may be expected, and all of a passage's together in four times as many."""
_MOST_COUNTED, _MOST_NEAR, _MOST_WORDS = 4, 6, 7
"""Words that are looked for: of what is counted, of the passage besides, and of what stands around it."""
_WIDEST, _MOST_WIDE = 2000.0, 24
"""In how many versions all words of a passage together may be expected, where no fewer of them can be looked for; and
for how many passages of a text."""
_MOST_WITH_NUMBER, _MOST_ALONE = 6, 8
"""Combinations that are looked for, of the passage's number with words and of words alone."""
_LONGEST_COMBINATION = 3
_MOST_PLACES, _MOST_NAMES = 2, 6
"""Places of a passage that are looked for, and names of each."""
_AROUND = 0.4
"""How much a word says that stands around a passage and not in it."""


class Term(NamedTuple):
    """A word as a search has it, with its synonyms; in what part of the versions it stands, and how much it says."""

    written: str
    part: float
    weight: float


class Search(NamedTuple):
    """A search as Postgres writes a tsquery, and how much it says that a claim is found by it."""

    written: str
    weight: float


def searches(passages: Sequence[Passage], rarity: Rarity, position: int) -> list[list[Search]]:
    """For each passage the searches for what it may repeat; none if it has no words.

    Where no few words can be looked for, all of them are, in more versions; but not for every passage.
    """
    found = []
    wide = 0
    for passage in passages:
        words, numbers = _words(passage, rarity, position), _numbers(passage, rarity)
        chosen = _chosen([*words, *numbers], len(words), position)
        is_alone = any(not set(terms) & set(numbers) for terms in chosen)
        if not is_alone and words and wide < _MOST_WIDE and _together(words) * position <= _WIDEST:
            chosen.append(tuple(words))
            wide += 1
        found.append(
            [Search(" & ".join(one.written for one in terms), sum(one.weight for one in terms)) for terms in chosen]
        )
    return found


def _words(passage: Passage, rarity: Rarity, position: int) -> list[Term]:
    """The words of a passage that are looked for, the rarest first."""
    counted = frozenset(stem for one in passage.quantities for stem in one.unit.stems).union(*passage.beside)
    places = sorted(passage.places - {WORLD})[:_MOST_PLACES]
    words = [_place(place, rarity) for place in places]
    written = {term.written for term in words}
    of_places = frozenset[str]().union(*(place_stems(place) for place in places))
    for stems, most, says in (
        (counted - of_places, _MOST_COUNTED, 1.0),
        (passage.near - of_places, _MOST_NEAR, 1.0),
        (passage.around | passage.before, _MOST_WORDS, _AROUND),
    ):
        terms = [term for term in _terms(stems, rarity, position) if term.written not in written]
        some = [term._replace(weight=term.weight * says) for term in terms[: max(0, most + len(places) - len(words))]]
        words += some
        written |= {term.written for term in some}
    return sorted(words, key=lambda term: (term.part, term.written))


def _place(place: str, rarity: Rarity) -> Term:
    """Any name of a place: each of its words, where it has one word, and otherwise all of them in a row."""
    names = sorted(place_names(place), key=lambda name: (len(name), name))[:_MOST_NAMES]
    counts = [min(rarity.counts.get(word, 0) for word in name) for name in names]
    return _term(_written([" <-> ".join(f"'{word}'" for word in name) for name in names]), sum(counts), rarity)


def _numbers(passage: Passage, rarity: Rarity) -> list[Term]:
    """The numbers of a passage as search has them: the value of a claim is one of its words."""
    written = {
        as_decimal(number): None
        for quantity in passage.quantities
        for number in (quantity.value, quantity.lower, quantity.upper)
        if number is not None
    }
    return [_term(f"'{digits}'", rarity.counts.get(digits, 0), rarity) for digits in written]


def _together(terms: Sequence[Term]) -> float:
    part = 1.0
    for term in terms:
        part *= term.part
    return part


def _chosen(terms: Sequence[Term], words: int, position: int) -> list[tuple[Term, ...]]:
    """Combinations that are expected in few versions, and none that has another in it: each number with a few of the
    words, which come first, and words alone."""
    with_number = [
        (number, *some)
        for length in range(_LONGEST_COMBINATION)
        for some in combinations(range(words), length)
        for number in range(words, len(terms))
    ]
    alone = [some for length in range(1, _LONGEST_COMBINATION + 1) for some in combinations(range(words), length)]
    found: list[tuple[Term, ...]] = []
    for asked, most in ((with_number, _MOST_WITH_NUMBER), (alone, _MOST_ALONE)):
        masks: list[int] = []
        whole = 0.0
        for some in asked:
            versions = float(position)
            mask = 0
            for nth in some:
                versions *= terms[nth].part
                mask |= 1 << nth
            if versions > _EXPECTED or whole + versions > 4 * _EXPECTED or any(mask & one == one for one in masks):
                continue
            masks.append(mask)
            found.append(tuple(terms[nth] for nth in some))
            whole += versions
            if len(masks) == most:
                break
    return found


def _terms(stems: frozenset[str], rarity: Rarity, position: int) -> list[Term]:
    """The words of some stems, the rarest first, and last those that the sample of the log does not have."""
    is_whole = rarity.versions == position
    terms = []
    for stem in stems:
        count = rarity.counts.get(stem, 0)
        forms = [f"'{form}'" for form in forms_of(stem) if form.isalnum()]
        if forms and (count or not is_whole):
            terms.append((not count, count, stem, forms))
    return [_term(_written(forms), count, rarity) for _, count, _, forms in sorted(terms)]


def _term(written: str, count: int, rarity: Rarity) -> Term:
    part = _part(count, rarity)
    return Term(written, part, -math.log(part))


def _written(forms: Sequence[str]) -> str:
    return f"({' | '.join(forms)})" if len(forms) > 1 else forms[0]


def _part(count: int, rarity: Rarity) -> float:
    return min(1.0, (count + 0.5) / (rarity.versions + 1))


def rarity(counts: Sequence[tuple[str, int]], versions: int, language: str = "en") -> Rarity:
    """How rare words are in a log, from how many of so many of its versions each lexeme stands in."""
    synonyms = vocabulary(language).synonyms
    summed: dict[str, int] = {}
    for lexeme, count in counts:
        stem = synonyms.get(lexeme, lexeme)
        summed[stem] = summed.get(stem, 0) + count
    return Rarity(summed, versions)
