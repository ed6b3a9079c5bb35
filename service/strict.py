"""Reading JSON strictly: nothing is coerced, ignored or guessed, and what is wrong is named with its place. Pure."""

import json
import re
from functools import cache
from typing import Any, TypeVar

import msgspec

from schemas.failures import Fault, InvalidRequest

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
        raise InvalidRequest([fault_of(error, decoder.type)]) from error
    except RecursionError as error:
        raise InvalidRequest([Fault("It is nested too deeply.", pointer="")]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest([Fault(f"It is not JSON in UTF-8: {error}.", pointer="")]) from error
    repeated = _repeated(json.loads(written, object_pairs_hook=_Members), "")
    if repeated is not None:
        raise InvalidRequest([Fault("This name stands twice in its object.", pointer=repeated)])
    return decoded


def fault_of(error: msgspec.ValidationError, kind: Any) -> Fault:
    """What is wrong with a value of a type, as a sentence and a JSON Pointer (RFC 6901) to the field it is about."""
    for start, meaning in (
        ("Object contains unknown field `", "There is no such field here."),
        ("Object missing required field `", "This field is required."),
    ):
        if str(error).startswith(start):
            named = str(error).removeprefix(start).removesuffix("`")
            name, _, path = named.rpartition("` - at `")
            if not name or "properties" not in _schema_at(
                kind, _pointer(path)
            ):  # it is all of it the sender's own name
                name, path = named, ""
            return Fault(meaning, pointer=f"{_pointer(path)}/{_escaped(name[:_MOST_OF_A_NAME])}")
    sentence, _, path = str(error).removesuffix("`").partition(" - at `")
    pointer = _pointer(path)
    wanted = _schema_at(kind, pointer)
    if "enum" in wanted:
        sentence = f"It is one of: {', '.join(wanted['enum'])}"
    elif "matching regex" in sentence:
        sentence = wanted.get("description", "It cannot be read").rstrip(".")
    sentence = re.sub("`([a-z |]+)`", _said_plainly, sentence)
    return Fault(f"{sentence}.", pointer=pointer)


def _said_plainly(kinds: re.Match[str]) -> str:
    return " or ".join(_PLAIN.get(kind, kind) for kind in kinds[1].split(" | "))


def _schema_at(kind: Any, pointer: str) -> dict[str, Any]:
    """The JSON Schema of a field inside a type; empty if it has no single one."""
    schema, components = _schemas(kind)
    for step in pointer.split("/")[1:]:
        schema = _resolved(schema, components)
        schema = schema.get("items", {}) if step.isdecimal() else schema.get("properties", {}).get(step, {})
    return _resolved(schema, components)


@cache
def _schemas(kind: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    (schema,), components = msgspec.json.schema_components([kind], ref_template="{name}")
    return schema, components


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """A schema without null and without indirection."""
    while True:
        if "$ref" in schema:
            schema = components[schema["$ref"]]
        elif "anyOf" in schema:
            schema = next((part for part in schema["anyOf"] if part != {"type": "null"}), {})
        else:
            return schema


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


def _pointer(path: str) -> str:
    """A JSON Pointer (RFC 6901) for a path as msgspec writes it."""
    return path.removeprefix("$").replace("[", "/").replace("]", "").replace(".", "/")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
