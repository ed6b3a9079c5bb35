"""Reading a contract: its operations, what a reference stands for, and whether a value is what a schema says."""

from collections.abc import Iterator
from typing import Any

from openapi_schema_validator import OAS31Validator, oas31_format_checker

Contract = dict[str, Any]

_OF_SCHEMAS = ("schema", "items", "contentSchema", "additionalProperties")


def operations(contract: Contract) -> Iterator[dict[str, Any]]:
    """Every operation."""
    for path in contract["paths"].values():
        yield from path.values()


def resolved(contract: Contract, part: dict[str, Any]) -> dict[str, Any]:
    """A part of the contract, or what it refers to."""
    while "$ref" in part:
        found: Any = contract
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def used(contract: Contract, part: Any) -> set[str]:
    """The names of the schemas that a part needs."""
    names: set[str] = set()
    todo = [part]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            if isinstance(reference := part.get("$ref"), str):
                kind, name = reference.split("/")[-2:]
                if name in names:
                    continue
                names |= {name} if kind == "schemas" else set()
                todo.append(resolved(contract, part))
            todo += [value for key, value in part.items() if key not in ("links", "example", "examples")]
        elif isinstance(part, list):
            todo += part
    return names


def placed(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a part, with where it stands."""
    if isinstance(part, list):
        for number, inner in enumerate(part):
            yield from placed(inner, f"{where}/{number}")
    elif isinstance(part, dict):
        kind = where.rsplit("/", 2)[-2:]
        if kind[-1] in _OF_SCHEMAS or kind[0] in ("schemas", "properties", "anyOf"):
            yield where, part
        for key, inner in part.items():
            if key not in ("example", "examples", "default"):
                yield from placed(inner, f"{where}/{key}")


def jsonschema_of(contract: Contract, schema: dict[str, Any]) -> OAS31Validator:
    """A validator of a schema, which may refer to those of the contract; formats are looked at."""
    whole = {**schema, "components": contract["components"]}
    return OAS31Validator(whole, format_checker=oas31_format_checker)
