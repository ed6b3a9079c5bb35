"""Reading many lines of JSON quickly, and as strictly as one, but for names that stand twice in an object. Pure.

Most of what strict reading costs is the pattern of each text, which forbids a few characters. Whether a line holds one
of them at all is one look at the line: if it does not, its texts need not be looked at one by one.
"""

import re
from functools import cache
from typing import Any

import msgspec
from msgspec import Meta

from schemas.fields import LINE_PATTERN, TEXT_PATTERN, UNREADABLE
from schemas.loosened import loosened
from service.strict import read_json

_SUSPICIOUS = re.compile(rf"[\\\t{UNREADABLE}]")


def read_screened(line: bytes, kind: Any) -> Any:
    """A line of JSON as a type, or as its twin that has the same fields. InvalidRequest as `read_strictly`."""
    body = line.rstrip(b"\n")
    try:
        if not _is_suspicious(body):
            return _loose(kind).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # strict reading says what is wrong
    return read_strictly(line, kind)


def _is_suspicious(body: bytes) -> bool:
    """Whether a text in a line of JSON may hold what is forbidden; JSON itself has control characters only escaped."""
    if body.isascii():
        return b"\\" in body or b"\x7f" in body
    return _SUSPICIOUS.search(body.decode()) is not None


def read_strictly(line: bytes, kind: Any) -> Any:
    """A line of JSON as a type. InvalidRequest as `read_json`."""
    return read_json(line, _strict(kind))


@cache
def _strict(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@cache
def _loose(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(loosened(kind, _without_pattern))


def _without_pattern(meta: Meta) -> Meta:
    if meta.pattern not in (LINE_PATTERN, TEXT_PATTERN):
        return meta
    return Meta(min_length=meta.min_length, max_length=meta.max_length)
