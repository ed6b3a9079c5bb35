"""What a request asks of the cache: which answer, and dressed how; or something that no answer is kept for."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas.languages import Language
from service.cache.languages import language_for
from service.cache.memory import Fields, Request

Scope = Any
"""ASGI's type, without a framework's own word for it."""

COVERED = (b"/v1/", b"/feeds/", b"/claims/", b"/measures/", b"/corrections", b"/embed/", b"/oembed")
"""Where the addresses begin whose answers are views of the log. The page at `/` itself is one, too."""

CROWDED = "citable.crowded"
"""What is true in the scope of a request whose connection is one too many."""

_WAITING = b"/v1/changes"
"""Where addresses begin that may wait for what has not happened yet: such an answer is not kept."""

_READING = ("GET", "HEAD")
HEALTH = (b"/livez", b"/readyz")
"""Where whoever watches over the process asks: they are answered whatever else there is to do."""

_READ_HERE = frozenset({b"accept", b"accept-encoding", b"accept-language", b"authorization", b"if-none-match"})
_DECIDING = _READ_HERE | {b"accept-datetime", b"if-match"}
"""The fields that decide an answer, and those of them that this layer understands."""
_LONGEST_KEY = 2048


def is_covered(path: bytes) -> bool:
    """Whether what is at a path is a view of the log."""
    return path == b"/" or path.startswith(COVERED)


class Asked(NamedTuple):
    """A public read: what its answer is kept under, and what decides how that is dressed."""

    request: Request
    is_head: bool
    encoding: str | None
    known: bytes
    authorization: str | None


def _may_wait(scope: Scope) -> bool:
    """Whether an answer may wait for what has not happened yet."""
    path: bytes = scope["raw_path"]
    return path.startswith(_WAITING) and (path.endswith(b"/stream") or b"wait" in scope["query_string"])


def is_health(scope: Scope) -> bool:
    """Whether whoever watches over the process asks after it."""
    return scope["raw_path"] in HEALTH


def takes_room(scope: Scope) -> bool:
    """Whether what is asked is work that others may have to wait for.

    Health never is; writes, and readers who wait for changes, have bounds of their own.
    """
    return scope["method"] in _READING and not is_health(scope) and not _may_wait(scope)


def may_be_kept(scope: Scope) -> bool:
    """Whether what is asked for at an address is a view of the log as it is now, or was."""
    return is_covered(scope["raw_path"]) and not _may_wait(scope)


class Terms(NamedTuple):
    """What the header fields of a request say of the answer: what it may be, and how it is dressed."""

    accept: bytes
    language: bytes
    encoding: str | None
    known: bytes
    authorization: str | None


NO_TERMS = Terms(b"", b"", None, b"", None)


def asked_of(scope: Scope) -> Asked | None:
    """What a request asks for, if that can be answered here at all."""
    if not may_be_kept(scope):
        return None
    terms = terms_of(scope["headers"])
    return None if terms is None else asked_for(scope["method"], scope["raw_path"], scope["query_string"], terms)


def terms_of(fields: Fields) -> Terms | None:
    """What header fields say of the answer, if this layer understands it."""
    given: dict[bytes, bytes] = {}
    for name, value in fields:
        if name in _DECIDING:
            if name in given or name not in _READ_HERE:
                return None  # on several lines, or one that this layer does not understand
            given[name] = value
    if not given:
        return NO_TERMS
    accept = given.get(b"accept", b"").strip()
    encoding, authorization = given.get(b"accept-encoding"), given.get(b"authorization")
    return Terms(
        b"" if accept == b"*/*" else accept,
        _language(given),
        None if encoding is None else encoding.decode("latin-1"),
        given.get(b"if-none-match", b""),
        None if authorization is None else authorization.decode("latin-1"),
    )


def asked_for(method: str, path: bytes, query: bytes, terms: Terms) -> Asked | None:
    """What is asked for at an address, on such terms. Some addresses' answers are never kept: see `asked_of`."""
    if method not in _READING:
        return None
    request = (path, query, terms.accept, terms.language)
    if len(path) + len(query) + len(terms.accept) > _LONGEST_KEY:
        return None
    return Asked(request, method == "HEAD", terms.encoding, terms.known, terms.authorization)


def _language(given: Mapping[bytes, bytes]) -> bytes:
    """The language numbers are written in; empty if that is English."""
    language = language_for(given[b"accept-language"].decode("latin-1")) if b"accept-language" in given else Language.EN
    return b"" if language is Language.EN else language.encode()


def tags_of(known: bytes) -> list[bytes]:
    """The entity tags an `If-None-Match` field names, as it compares them: weakly (RFC 9110, section 13.1.2)."""
    return [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]


def are_tags(known: bytes) -> bool:
    """Whether an `If-None-Match` field is a list of entity tags, or not there: not `*`, nor something else."""
    return not known or all(tag[:1] == b'"' == tag[-1:] for tag in tags_of(known))
