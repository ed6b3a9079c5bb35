"""Phrases before and behind a place in a text. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from service.matching.tokens import WORD, Token

Meaning = TypeVar("Meaning")

LONGEST_PHRASE = 4


def phrase_before(
    tokens: Sequence[Token], at: int, known: Mapping[tuple[str, ...], Meaning]
) -> tuple[Meaning, int] | None:
    """What the longest known phrase means that ends before a token, and the token it begins at."""
    for length in range(min(LONGEST_PHRASE, at), 0, -1):
        meaning = known.get(tuple(token.low for token in tokens[at - length : at]))
        if meaning is not None:
            return meaning, at - length
    return None


def phrase_behind(
    tokens: Sequence[Token], at: int, known: Mapping[tuple[str, ...], Meaning]
) -> tuple[Meaning, int] | None:
    """What the longest known phrase means that begins at a token, and the token behind it."""
    for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
        meaning = known.get(tuple(token.low for token in tokens[at : at + length]))
        if meaning is not None:
            return meaning, at + length
    return None


def one_of(tokens: Sequence[Token], at: int, phrases: Collection[str]) -> int | None:
    """The token behind the phrase that begins at a token, if it is one of these."""
    for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
        if " ".join(token.low for token in tokens[at : at + length]) in phrases:
            return at + length
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
