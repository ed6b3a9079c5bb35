"""Which language a caller reads numbers in (RFC 9110, section 12.5.4; RFC 4647, section 3.4). Pure."""

from functools import lru_cache

from babel import negotiate_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from schemas.languages import Language

_LONGEST_FIELD = 300


def language_for(accept_language: str | None) -> Language:
    """The language to write numbers in, for an `Accept-Language` field: English if none of ours is in it."""
    if accept_language is None or len(accept_language) > _LONGEST_FIELD:
        return Language.EN
    return _negotiated(accept_language)


def in_language(language: Language, *deciding: str) -> list[tuple[str, str]]:
    """The header fields of an answer whose numbers are written in a language; all else in it is English.

    `deciding` are more fields of a request that decide the answer.
    """
    spoken = "en" if language is Language.EN else f"{language}, en"
    vary = ", ".join(["Accept", "Accept-Encoding", "Accept-Language", *deciding])
    return [("content-language", spoken), ("vary", vary)]


@lru_cache(256)
def _negotiated(accept_language: str) -> Language:
    """The first range, by its weight, that one of ours is in: by itself or without what narrows it down."""
    wanted = [tag.lower() for tag, weight in parse_accept_header(accept_language, LanguageAccept) if weight > 0]
    return Language(negotiate_locale(wanted, [*Language], sep="-", aliases={}) or Language.EN)
