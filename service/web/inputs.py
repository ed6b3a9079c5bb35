"""Reading what was asked, strictly: nothing is coerced, ignored or guessed. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect

from schemas.failures import Fault, InvalidRequest
from schemas.fields import PARTIAL_DATE_PATTERN, Request
from schemas.rules import first_day

R = TypeVar("R", bound=Request)

MOST_PARAMETERS = 500
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")


def read_query(raw: bytes, kind: type[R]) -> R:
    """A query string as the Struct that names its parameters. InvalidRequest lists everything wrong with it.

    A parameter that the Struct does not name is wrong, unless it says that it allows for others. What a form leaves
    empty (HTML, "constructing the entry list") is not asked.
    """
    return read_pairs(pairs_of(raw), kind) if raw or _needed(kind) else _unasked(kind)


def pairs_of(raw: bytes, what: str = "query") -> list[tuple[str, str]]:
    """The names and values of a query, or of what else is written like one (WHATWG URL, section 5.1), in order.

    InvalidRequest if that is not percent-encoded UTF-8, or has more than 500 of them; it is called `what`.
    """
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise InvalidRequest([Fault(f"The {what} is not percent-encoded UTF-8 (RFC 3986).")]) from error
    except ValueError as error:
        raise InvalidRequest([Fault(f"The {what} has more than {MOST_PARAMETERS} parameters.")]) from error


def read_pairs(pairs: Iterable[tuple[str, str]], kind: type[R]) -> R:
    """Names and values as the Struct that names them. InvalidRequest as of `read_query`."""
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        if value.strip() or not kind.is_form:
            given[name].append(value)
    fields = _parameters(kind)
    faults: list[Fault] = []
    values: dict[str, object] = {}
    for name, texts in given.items():
        if name not in fields:
            if not kind.__struct_config__.forbid_unknown_fields:
                continue
            faults.append(_unknown(name, list(fields)))
            continue
        try:
            values[name] = _value(name, texts, fields[name])
        except _Refused as refused:
            faults.append(Fault(str(refused), parameter=name))
    faults += [Fault(f"`{name}` is missing.", parameter=name) for name in _needed(kind) if name not in given]
    if faults:
        raise InvalidRequest(faults)
    return msgspec.convert(values, kind)


def read_path(given: Mapping[str, str], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in a path, each as its type."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, kind in kinds.items():
        try:
            values[name] = _value(name, [given[name]], kind)
        except _Refused as refused:
            faults.append(Fault(str(refused), parameter=name))
    if faults:
        raise InvalidRequest(faults)
    return values


def read_as_of(text: str) -> int | datetime:
    """An `as_of`: a position, or an instant."""
    if text.isdecimal():
        return int(text)
    try:
        instant: datetime = msgspec.convert(text.upper(), datetime)
        return instant.astimezone(UTC)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise InvalidRequest([Fault(f"`as_of` names no instant: {text}.", parameter="as_of")]) from error


class _Refused(ValueError):
    """A value is not of its parameter's type."""


def _unknown(name: str, known: list[str]) -> Fault:
    near = get_close_matches(name, known, 1)
    hint = f" Did you mean `{near[0]}`?" if near else f" There are: {', '.join(known)}." if known else ""
    return Fault(f"There is no parameter {name[:80]!r} here.{hint}", parameter=name[:80])


def _value(name: str, texts: list[str], kind: Any) -> object:
    shape = _shape(kind)
    if isinstance(shape, inspect.ListType):
        value: object = texts
    elif len(texts) > 1:
        raise _Refused(f"`{name}` stands {len(texts)} times; it may stand once.")
    elif isinstance(shape, inspect.IntType) and _WHOLE_NUMBER.fullmatch(texts[0]):
        value = int(texts[0])
    else:
        value = texts[0]
    try:
        converted: object = msgspec.convert({"value": value}, _holder(kind), str_keys=True).value
    except msgspec.ValidationError as error:
        raise _Refused(_sentence(name, str(error), shape, kind)) from error
    if isinstance(shape, inspect.StrType) and shape.pattern == PARTIAL_DATE_PATTERN and first_day(texts[0]) is None:
        raise _Refused(f"`{name}`: {texts[0]} is not a date of the calendar.")
    return converted


@cache
def _unasked(kind: type[R]) -> R:
    """The Struct of someone who asked for nothing in particular."""
    return msgspec.convert({}, kind)


@cache
def _parameters(kind: type[Request]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


@cache
def _needed(kind: type[Request]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(kind) if field.required]


@cache
def _holder(kind: Any) -> Any:
    """A Struct around a type: msgspec reads what a Struct is once, and any other type each time."""
    return msgspec.defstruct("Holder", [("value", kind)])


@cache
def _shape(kind: Any) -> inspect.Type:
    """What a type holds, without its constraints' wrapping and without null."""
    shape = inspect.type_info(kind)
    while isinstance(shape, inspect.Metadata | inspect.UnionType):
        if isinstance(shape, inspect.Metadata):
            shape = shape.type
        else:
            shape = next(inner for inner in shape.types if not isinstance(inner, inspect.NoneType))
    return shape


def _sentence(name: str, error: str, shape: inspect.Type, kind: Any) -> str:
    """What is wrong, in words for someone who does not know our types."""
    inner = shape.item_type if isinstance(shape, inspect.ListType) else shape
    while isinstance(inner, inspect.Metadata):
        inner = inner.type
    if isinstance(inner, inspect.EnumType):
        return f"`{name}` is one of: {', '.join(member.value for member in inner.cls)}."
    if isinstance(inner, inspect.IntType):
        return f"`{name}` is a whole number from {inner.ge} to {inner.le}."
    if "regex" in error:
        return f"`{name}` cannot be read. {' '.join(descriptions(kind))}"
    return f"`{name}`: {error.partition(' - at')[0].lower().replace('`str`', 'text').replace('`array`', 'list')}."


def descriptions(kind: Any) -> list[str]:
    """The sentences that describe a type, the innermost first."""
    found: list[str] = []
    todo = [msgspec.json.schema(kind)]
    while todo:
        schema = todo.pop()
        if "description" in schema:
            found.insert(0, schema["description"])
        todo += [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
        todo += [schema["items"]] if "items" in schema else []
    return found
