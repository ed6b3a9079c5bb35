"""How often something is counted: "500,000 rides a week", "each day 100 tokens", "weekly users". Pure."""

from collections.abc import Sequence

from service.matching.phrases import phrase_behind
from service.matching.quantities import Quantity
from service.matching.tokens import NUMBER, SIGN, Token
from service.matching.words import Vocabulary

_MOST_BEFORE, _MOST_BEHIND = 5, 10
_DIVIDING = frozenset(".;:!?,\u2014()")
_NONE = "none"


def rate_of(tokens: Sequence[Token], quantity: Quantity, known: Vocabulary) -> str | None:
    """The span of time a number is counted by, `day` or `week`; None if its clause names none.

    What stands behind the number is nearer to it than what stands in front.
    """
    for at in range(quantity.behind - 1, min(len(tokens), quantity.behind + _MOST_BEHIND)):
        if at >= quantity.behind and (tokens[at].low in _DIVIDING or tokens[at].kind == NUMBER):
            break
        found = phrase_behind(tokens, at, known.rates)
        if found is not None:
            return None if found.meaning == _NONE else found.meaning
    for at in range(quantity.first - 1, max(-1, quantity.first - 1 - _MOST_BEFORE), -1):
        if tokens[at].kind == NUMBER or (tokens[at].kind == SIGN and tokens[at].low in _DIVIDING):
            break
        found = phrase_behind(tokens, at, known.rates)
        if found is not None:
            return None if found.meaning == _NONE else found.meaning
    return None
