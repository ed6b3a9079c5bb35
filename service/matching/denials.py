"""Whether a text says that a number is not so. Pure."""

from collections.abc import Sequence

from service.matching.phrases import is_word, phrase_behind
from service.matching.quantities import Quantity
from service.matching.tokens import SIGN, Token
from service.matching.words import Vocabulary

_MOST_BEFORE, _MOST_BEHIND, _MOST_OF_PREDICATE = 10, 25, 14
_DIVIDING = frozenset(".;:!?,\u2014()")
_ENDING = frozenset(".;!?")


def is_denied(tokens: Sequence[Token], quantity: Quantity, known: Vocabulary) -> bool:
    """Whether a text denies a number, or says of so many that they do not: of both, it says that they do."""
    return _is_so_denied(tokens, quantity, known) != _is_of_those_who_do_not(tokens, quantity, known)


def _is_so_denied(tokens: Sequence[Token], quantity: Quantity, known: Vocabulary) -> bool:
    """Whether the clause a number stands in denies it, or its sentence does behind it: "it is not true that 60%"."""
    said = known.spoken.denials
    for at in range(quantity.first - 1, max(-1, quantity.first - 1 - _MOST_BEFORE), -1):
        token = tokens[at]
        if (token.kind == SIGN and token.low in _DIVIDING) or token.low in said.turning:
            break
        if token.low in said.before:
            return not is_word(tokens, at + 1, said.deny_nothing)
    for at in range(quantity.behind, min(len(tokens), quantity.behind + _MOST_BEHIND)):
        if tokens[at].kind == SIGN and tokens[at].low in _ENDING:
            break
        if phrase_behind(tokens, at, known.denials) is not None:
            return True
    return False


def _is_of_those_who_do_not(tokens: Sequence[Token], quantity: Quantity, known: Vocabulary) -> bool:
    """Whether what is said of so many is that they do not: "88% of firms do not use it". It is said in one clause."""
    said = known.spoken.denials
    for at in range(quantity.behind, min(len(tokens), quantity.behind + _MOST_OF_PREDICATE)):
        token = tokens[at]
        if (token.kind == SIGN and token.low in _DIVIDING) or token.low in said.going_on:
            return False
        if phrase_behind(tokens, at, known.denials) is not None:
            return False  # which denies the number
        if token.low in said.who_do_not and not is_word(tokens, at + 1, said.deny_nothing):
            return True
    return False
