"""The places a text names, as ISO 3166-1 codes. Pure."""

from collections.abc import Sequence
from functools import lru_cache

from service.matching.tokens import WORD, Token
from service.matching.words import Vocabulary, stem_of, vocabulary

WORLD = "WORLD"


def places_in(tokens: Sequence[Token], first: int, behind: int, known: Vocabulary) -> frozenset[str]:
    """The places that the tokens from one to another name; WORLD if they speak of all of it."""
    found: set[str] = set()
    at = first
    while at < behind:
        token = tokens[at]
        at += 1
        if token.kind != WORD:
            continue
        if token.low in known.spoken.words.worldwide:
            found.add(WORLD)
            continue
        for words, code in known.places.get(_written(token), ()):
            place = at - 1 + len(words)
            if place <= behind and all(
                _written(tokens[at - 1 + nth]) == word for nth, word in enumerate(words)
            ):  # fmt: skip
                found.add(code)
                at = place
                break
    return frozenset(found)


@lru_cache(512)
def place_names(place: str) -> frozenset[tuple[str, ...]]:
    """The names of a place, as stems; WORLD has none."""
    named = (words for names in vocabulary().places.values() for words, code in names if code == place)
    stop = vocabulary().stop
    said = ([word.lower() for word in words if len(words) == 1 or word.lower() not in stop] for words in named)
    stems = (tuple(stem_of(word) for word in words) for words in said)
    return frozenset(name for name in stems if name and all(word.isalnum() for word in name))


@lru_cache(512)
def place_stems(place: str) -> frozenset[str]:
    """The stems of a place's names."""
    return frozenset(word for name in place_names(place) for word in name)


def _written(token: Token) -> str:
    """A word as it is written, without a possessive."""
    text = token.text
    return text[:-2] if text.endswith(("'s", "\u2019s")) else text
