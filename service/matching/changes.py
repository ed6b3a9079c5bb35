"""Which way a percentage says that something changes, if it is one of change and no share. Pure."""

from collections.abc import Sequence

from service.matching.phrases import is_word
from service.matching.quantities import Quantity
from service.matching.tokens import SIGN, Token
from service.matching.words import Vocabulary

OPPOSITES = {"up": "down", "down": "up", "faster": "slower", "slower": "faster"}


def change_of(tokens: Sequence[Token], quantity: Quantity, known: Vocabulary) -> str | None:
    """Which way a percentage goes: "rose by about 17%", "17% faster", "a 13% relative fall"; None if it is a share."""
    words = known.spoken.words
    before = quantity.first - 1
    while before >= max(0, quantity.first - 3) and tokens[before].low in words.changed_by:
        before -= 1
    behind = quantity.behind + (1 if is_word(tokens, quantity.behind, words.changed_by) else 0)
    if is_word(tokens, before, words.changes_behind_a_sign) and before and tokens[before - 1].kind == SIGN:
        return tokens[before].low
    for at in (behind, before):
        if is_word(tokens, at, known.changes):
            return known.changes[tokens[at].low]
    return None
