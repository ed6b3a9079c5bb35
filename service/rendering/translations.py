"""What we say to readers, in their language: catalogs as translators keep them (gettext PO), English by default. Pure.

The English text is its own name. What a catalog lacks is said in English.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from schemas.languages import Language

CATALOGS = Path(__file__).parent / "words"

Say = Callable[..., str]
"""Says an English text in a language, with what its `{names}` stand for put in."""


@cache
def sayer(language: Language) -> Say:
    """What says our texts in a language: `say("Corrected on {date}", date="3. Mai 2026")`. KeyError for a name that
    was not given."""
    known = _catalog(language)

    def say(text: str, /, **named: object) -> str:
        return known.get(text, text).format_map(named)

    return say


def _catalog(language: Language) -> dict[str, str]:
    """The texts a language has, by their English."""
    if language is Language.EN:
        return {}
    with (CATALOGS / f"{language}.po").open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}
