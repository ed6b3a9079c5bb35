"""Reading JSON strictly: nothing is coerced, ignored or guessed, and what is wrong is named with its place. Pure."""

import json
import re
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from schemas.failures import MOST_FAULTS, Fault, InvalidRequest

T = TypeVar("T")

_MOST_OF_A_NAME = 80
_PLAIN = {"str": "text", "int": "a number", "float": "a number", "bool": "true or false"} | {
    "array": "a list",
    "object": "an object",
}
"""What msgspec calls the kinds of JSON value, in words for someone who does not know our types."""


def read_json(written: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """JSON in UTF-8 as the type the decoder reads. InvalidRequest says where it is none, or what it says twice."""
    if not written.strip(b" \t\r\n"):
        raise InvalidRequest([Fault("There is nothing here: JSON is wanted.", pointer="")])
    try:
        decoded = decoder.decode(written)
    except msgspec.ValidationError as error:
        raise InvalidRequest(_all_faults(written, decoder.type) or [_first_fault(error)]) from error
    except RecursionError as error:
        raise InvalidRequest([Fault("It is nested too deeply.", pointer="")]) from error
    except UnicodeDecodeError as error:
        raise InvalidRequest([Fault("It is not UTF-8.", pointer="")]) from error
    except msgspec.DecodeError as error:
        more = " There is more than one JSON value." if "trailing characters" in str(error) else ""
        raise InvalidRequest([Fault(f"{error}.{more}", pointer="")]) from error
    repeated = _repeated(json.loads(written, object_pairs_hook=_Members), "")
    if repeated is not None:
        raise InvalidRequest([Fault("This name stands twice in its object.", pointer=repeated)])
    return decoded


def _all_faults(written: bytes, kind: Any) -> list[Fault]:
    """Everything wrong with JSON that should be of a type; nothing if it is not even JSON."""
    try:
        return _faults(json.loads(written), kind, "")[:MOST_FAULTS]
    except (ValueError, RecursionError):
        return []


def _first_fault(error: msgspec.ValidationError) -> Fault:
    """What the decoder stumbled over, and where."""
    sentence, _, path = str(error).partition(" - at `$")
    pointer = path.removesuffix("`").replace("[", "/").replace("]", "").replace(".", "/")
    return Fault(re.sub("`([a-z |]+)`", _said_plainly, sentence) + ".", pointer=pointer)


def _faults(value: Any, kind: Any, pointer: str) -> list[Fault]:
    """Everything wrong with a JSON value that should be of a type, each with a JSON Pointer (RFC 6901) to it."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        inside: list[Fault] = []
        struct, item = _parts(kind)
        if struct and isinstance(value, dict):
            fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
            strangers = [name[:_MOST_OF_A_NAME] for name in value if name not in fields][:MOST_FAULTS]
            inside += [Fault(_unknown(n, list(fields)), pointer=f"{pointer}/{_escaped(n)}") for n in strangers]
            for name, field in fields.items():
                if name in value:
                    inside += _faults(value[name], field.type, f"{pointer}/{name}")
                elif field.required:
                    inside.append(Fault("This field is required.", pointer=f"{pointer}/{name}"))
        elif item and isinstance(value, list):
            for place, one in enumerate(value[:MOST_FAULTS]):
                inside += _faults(one, item, f"{pointer}/{place}")
        return inside or [Fault(_sentence(str(error), kind), pointer=pointer)]
    return []


def _sentence(said: str, kind: Any) -> str:
    """What msgspec says of a value that is not of a type, and what the type is, in words for its sender."""
    wanted = _schema(kind)
    if "enum" in wanted:
        return f"It is one of: {', '.join(wanted['enum'])}."
    sentence = "" if "matching regex" in said else re.sub("`([a-z |]+)`", _said_plainly, said) + ". "
    about = wanted.get("description", "") if sentence.startswith("Expected text") or not sentence else ""
    example = f" For example {json.dumps(wanted['examples'][0])}." if about and wanted.get("examples") else ""
    return f"{sentence}{about}{example}".strip() or "It cannot be read."


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(known)}."
    return f"There is no such field here. {hint}"


@cache
def _parts(kind: Any) -> tuple[Any, Any]:
    """The Struct a type is, or else the type of its items; without null and without what is said of it."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind, None
    if get_origin(kind) is list:
        return None, get_args(kind)[0]
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    for part in get_args(kind) if get_origin(kind) in (Union, UnionType) else ():
        found = _parts(part)
        if found != (None, None):
            return found
    return None, None


@cache
def _schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a type, without null and without indirection."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template="{name}")
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = components[schema["$ref"]]
        else:
            said = {name: value for name, value in schema.items() if name != "anyOf"}
            schema = {**next((part for part in schema["anyOf"] if part != {"type": "null"}), {}), **said}
    return schema


def _said_plainly(kinds: re.Match[str]) -> str:
    return " or ".join(_PLAIN.get(kind, kind) for kind in kinds[1].split(" | "))


class _Members(list[tuple[str, Any]]):
    """The members of an object, as they are written."""


def _repeated(value: Any, pointer: str) -> str | None:
    """Where a name stands that its object already has; None if no name does."""
    if isinstance(value, _Members):
        seen: set[str] = set()
        for name, inner in value:
            here = f"{pointer}/{_escaped(name[:_MOST_OF_A_NAME])}"
            if name in seen:
                return here
            seen.add(name)
            found = _repeated(inner, here)
            if found is not None:
                return found
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            found = _repeated(inner, f"{pointer}/{place}")
            if found is not None:
                return found
    return None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
