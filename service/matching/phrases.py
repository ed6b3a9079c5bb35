"""Phrases before and behind a place in a text. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from service.matching.tokens import WORD, Token

Meaning = TypeVar("Meaning")


class Phrases(Generic[Meaning]):
    """Phrases and what they mean, found by their words in lower case: the first and the last tell most places apart."""

    def __init__(self, meanings: Mapping[str, Meaning]) -> None:
        self.meanings = {tuple(phrase.split()): meaning for phrase, meaning in meanings.items()}
        self.firsts = frozenset(words[0] for words in self.meanings)
        self.lasts = frozenset(words[-1] for words in self.meanings)
        self.longest = max(map(len, self.meanings))

    @classmethod
    def of(cls, phrases: Iterable[str]) -> "Phrases[str]":
        """Phrases that mean themselves."""
        return Phrases({phrase: phrase for phrase in phrases})


class Found(NamedTuple, Generic[Meaning]):
    """What a phrase means, and the token at its other end: where it begins, or the one behind it."""

    meaning: Meaning
    at: int


def phrase_before(tokens: Sequence[Token], at: int, known: Phrases[Meaning]) -> Found[Meaning] | None:
    """What the longest known phrase means that ends before a token, and the token it begins at."""
    if at < 1 or tokens[at - 1].low not in known.lasts:
        return None
    words = tuple(token.low for token in tokens[max(0, at - known.longest) : at])
    for length in range(len(words), 0, -1):
        meaning = known.meanings.get(words[-length:])
        if meaning is not None:
            return Found(meaning, at - length)
    return None


def phrase_behind(tokens: Sequence[Token], at: int, known: Phrases[Meaning]) -> Found[Meaning] | None:
    """What the longest known phrase means that begins at a token, and the token behind it."""
    if at >= len(tokens) or tokens[at].low not in known.firsts:
        return None
    words = tuple(token.low for token in tokens[at : at + known.longest])
    for length in range(len(words), 0, -1):
        meaning = known.meanings.get(words[:length])
        if meaning is not None:
            return Found(meaning, at + length)
    return None


def is_word(tokens: Sequence[Token], at: int, words: Collection[str]) -> bool:
    """Whether there is a token at a place, and it is one of these words."""
    return 0 <= at < len(tokens) and tokens[at].low in words


def touches(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing stands between a token and the one before it."""
    return 0 < at < len(tokens) and tokens[at - 1].end == tokens[at].start


def is_lower_word(tokens: Sequence[Token], at: int) -> bool:
    """Whether there is a word at a place that begins with a small letter."""
    return 0 <= at < len(tokens) and tokens[at].kind == WORD and not tokens[at].is_capital
