"""The schemas of what is asked and answered, each under its own name.

Answers hold open enumerations, since a reader must survive a value that is added later: `Status` is one of
`KnownStatus`, or any text. Requests hold the closed ones, since what we do not know we refuse.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import inspect

from service.contract.dialect import tidy
from service.contract.sentences import sentences_of

REF = "#/components/schemas/{name}"
Schema = dict[str, Any]


def name_of(kind: Any) -> str:
    """What a type is called: a Struct by its name, anything else by its title."""
    named = kind.__name__ if isinstance(kind, type) else msgspec.json.schema(kind).get("title")
    if not named:
        raise ValueError(f"{kind} has no name: give it Meta(title=…)")
    return str(named)


def reference(name: str) -> dict[str, str]:
    """A schema, by its name."""
    return {"$ref": REF.format(name=name)}


def components_of(answers: Iterable[Any], requests: Iterable[Any]) -> dict[str, Schema]:
    """Every schema that answers and requests need, by name. ValueError for a Struct that is part of both."""
    answered, asked = _written(answers), _written(requests)
    enums = {name for name, schema in {**answered, **asked}.items() if "enum" in schema}
    if both := (answered.keys() & asked.keys()) - enums:
        raise ValueError(f"{sorted(both)} are asked and answered: an enumeration in them cannot be open and closed")
    opened = answered.keys() & enums
    found = {name: schema for name, schema in answered.items() if name not in opened}
    found |= {name: _closed(schema, opened) for name, schema in asked.items() if name not in opened}
    for name in opened:
        found[f"Known{name}"] = {**answered[name], "title": f"Known{name}"}
        found[name] = {
            "title": name,
            "description": answered[name]["description"],
            "anyOf": [reference(f"Known{name}"), {"type": "string"}],
        }
    return dict(sorted(found.items()))


def closed(schema: Any, components: Mapping[str, Schema]) -> Any:
    """A schema of what is asked, which refers to the values there are instead of to any text."""
    return _closed(schema, {name for name in components if f"Known{name}" in components})


def _closed(schema: Any, opened: Iterable[str]) -> Any:
    if isinstance(schema, list):
        return [_closed(part, opened) for part in schema]
    if not isinstance(schema, dict):
        return schema
    known = {REF.format(name=name): reference(f"Known{name}")["$ref"] for name in opened}
    return {key: known.get(value, value) if key == "$ref" else _closed(value, opened) for key, value in schema.items()}


def _written(kinds: Iterable[Any]) -> dict[str, Schema]:
    """What msgspec knows of types and of those inside them, with what their docstrings say."""
    wanted = sorted(kinds, key=name_of)
    schemas, components = msgspec.json.schema_components(wanted, ref_template=REF)
    found = {name_of(kind): schema for kind, schema in zip(wanted, schemas, strict=True) if "$ref" not in schema}
    found |= components
    classes = {cls.__name__: cls for cls in _classes(inspect.multi_type_info(wanted))}
    return {name: _said(tidy(schema), classes.get(name)) for name, schema in found.items()}


def _classes(shapes: Iterable[Any]) -> Iterator[type]:
    """The Structs and enumerations inside types."""
    todo, seen = list(shapes), set[type]()
    while todo:
        shape = todo.pop()
        cls = getattr(shape, "cls", None)
        if cls in seen:
            continue
        if isinstance(cls, type):
            seen.add(cls)
            yield cls
        todo += [field.type for field in getattr(shape, "fields", ())]
        todo += getattr(shape, "types", ())
        todo += [inner for name in ("type", "item_type") if (inner := getattr(shape, name, None)) is not None]


def _said(schema: Schema, cls: type | None) -> Schema:
    """A schema with the sentences that stand below its fields or members."""
    sentences = sentences_of(cls) if cls is not None else {}
    if cls is not None and issubclass(cls, StrEnum):
        values = [str(member) for member in cls]  # in the order they are written in
        listed = [f"- `{value}`: {sentences[value]}" if value in sentences else f"- `{value}`" for value in values]
        return {**schema, "description": "\n".join([schema["description"], "", *listed]), "enum": values}
    for name, sentence in sentences.items():
        field = schema["properties"][name]
        typical = field.get("description", "") if "$ref" not in field else ""
        field["description"] = f"{sentence} {typical}".strip()
    return schema
