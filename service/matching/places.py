"""The places a text names, as ISO 3166-1 codes. Pure."""

from collections.abc import Sequence

from service.matching.tokens import WORD, Token
from service.matching.words import Vocabulary

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


def _written(token: Token) -> str:
    """A word as it is written, without a possessive."""
    text = token.text
    return text[:-2] if text.endswith(("'s", "\u2019s")) else text
