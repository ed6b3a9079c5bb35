"""Reading many lines of JSON quickly, and as strictly as one. Pure.

Most of what strict reading costs is the pattern of each text, which forbids a few characters. Whether a line holds one
of them at all is one look at the line: if it does not, its texts need not be looked at one by one.
"""

import re
from functools import cache, reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from schemas.fields import LINE_PATTERN, TEXT_PATTERN, UNREADABLE
from service.strict import read_json

_SUSPICIOUS = re.compile(rf"[\\\t{UNREADABLE}]")


def read_screened(line: bytes, kind: Any) -> Any:
    """A line of JSON as a type, or as its twin that has the same fields. InvalidRequest as `read_json`."""
    body = line.rstrip(b"\n")
    try:
        if not _SUSPICIOUS.search(body.decode()):
            return _loose(kind).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # strict reading says what is wrong
    return read_json(line, _strict(kind))


@cache
def _strict(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@cache
def _loose(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_loosened(kind))


@cache
def _loosened(kind: Any) -> Any:
    """The type without the patterns that only forbid characters."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind, include_extras=True)
        fields = [(name, _loosened(hints[name])) for name in kind.__struct_fields__]
        return msgspec.defstruct(kind.__name__, fields, frozen=True, kw_only=True)
    if get_origin(kind) is Annotated:
        inner, *metas = get_args(kind)
        return Annotated[(_loosened(inner), *(_without_pattern(meta) for meta in metas))]
    if get_origin(kind) is list:
        return GenericAlias(list, (_loosened(get_args(kind)[0]),))
    if get_origin(kind) in (Union, UnionType):
        return reduce(or_, (_loosened(part) for part in get_args(kind)))
    return kind


def _without_pattern(meta: Meta) -> Meta:
    if meta.pattern not in (LINE_PATTERN, TEXT_PATTERN):
        return meta
    return Meta(min_length=meta.min_length, max_length=meta.max_length)
