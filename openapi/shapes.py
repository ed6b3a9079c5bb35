"""Schemas taken apart, so that two can be compared: what they refer to, and the types a value may be of."""

from collections.abc import Iterable
from typing import Any

Document = dict[str, Any]
Part = dict[str, Any]

ANNOTATIONS = {
    "title", "description", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs", "$comment",
}  # fmt: skip
"""What says something about a value and decides nothing; so do names that begin with `x-`."""


def resolved(document: Document, part: Part) -> tuple[Part, str]:
    """A part of a document, or what it refers to; and the last reference on the way, or nothing."""
    reference = ""
    while "$ref" in part:
        reference = part["$ref"]
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        part = {**found, **{key: value for key, value in part.items() if key != "$ref"}}
    return part, reference


def alternatives(document: Document, schema: Part) -> dict[str, Part]:
    """The types a value may be of, each with what holds for it: `string`, `null`, `object Name`, `any` …

    A text that may be any takes in the texts that are listed beside it: that is an open enumeration.
    """
    found: dict[str, Part] = {}
    _add(document, schema, found)
    return found


def values_of(schema: Part) -> set[str] | None:
    """The values that are listed; None if any is good."""
    if "const" in schema:
        return {str(schema["const"])}
    return {str(value) for value in schema["enum"]} if "enum" in schema else None


def types_named(keys: Iterable[str]) -> str:
    """Alternatives in words."""
    return " or ".join(sorted(keys))


def _add(document: Document, schema: Part, found: dict[str, Part]) -> None:
    plain, reference = resolved(document, schema)
    plain = {key: value for key, value in plain.items() if not key.startswith("x-")}
    if inner := plain.get("anyOf", plain.get("oneOf")):
        around = {key: value for key, value in plain.items() if key not in ("anyOf", "oneOf", "default")}
        for part in inner:
            _add(document, {**around, **resolved(document, part)[0], **_origin(part)}, found)
        return
    types = plain.get("type", _types_of(plain))
    for kind in types if isinstance(types, list) else [types]:
        name = f" {(reference or plain.get(_ORIGIN, '')).rsplit('/', 1)[-1]}".rstrip() if kind == "object" else ""
        own = {key: value for key, value in plain.items() if key not in ("type", _ORIGIN)}
        _keep(f"{kind}{name}", own, found)


_ORIGIN = "\0origin"
"""Where an alternative was referred to from, kept while it is put together."""


def _origin(part: Part) -> Part:
    return {_ORIGIN: part["$ref"]} if "$ref" in part else {}


def _types_of(schema: Part) -> Any:
    listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if listed and all(isinstance(value, str) for value in listed):
        return "string"
    return "object" if "properties" in schema else "array" if "items" in schema else "any"


def _keep(key: str, schema: Part, found: dict[str, Part]) -> None:
    if key in found and key == "string":
        if {"enum", "const"} & found[key].keys() and not {"enum", "const"} & schema.keys():
            found[key] = schema
        elif (listed := values_of(found[key])) is not None and (more := values_of(schema)) is not None:
            found[key] = {**found[key], "enum": sorted(listed | more)}
        return
    found[key] = schema
