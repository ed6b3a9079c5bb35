"""Header fields in the contract: as parameters where they are read, and as headers where they are sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.web.headers import Header


def as_parameter(header: Header) -> dict[str, Any]:
    """A field that is read."""
    return {
        "name": header.name,
        "in": "header",
        "required": header.required,
        "description": header.sentence,
        "schema": _schema(header),
    }


def as_header(header: Header, *, required: bool | None = None) -> dict[str, Any]:
    """A field that is sent."""
    return {
        "description": header.sentence,
        "required": header.required if required is None else required,
        "schema": _schema(header),
    }


def sent(always: Iterable[Header], sometimes: Iterable[Header] = ()) -> dict[str, Any]:
    """The fields of an answer: by reference, or as they are where what is usually sent may be missing."""
    fields: dict[str, Any] = {header.name: {"$ref": f"#/components/headers/{header.name}"} for header in always}
    for header in sometimes:
        by_reference = {"$ref": f"#/components/headers/{header.name}"}
        fields.setdefault(header.name, as_header(header, required=False) if header.required else by_reference)
    return dict(sorted(fields.items()))


def components_of(headers: Iterable[Header]) -> Mapping[str, dict[str, Any]]:
    """Every field that is sent, by name."""
    return {header.name: as_header(header) for header in sorted(headers, key=lambda header: header.name)}


def _schema(header: Header) -> dict[str, Any]:
    if isinstance(header.example, int):
        most = {} if header.most is None else {"maximum": header.most}
        return {"type": "integer", "minimum": 0, **most, "examples": [header.example]}
    return {
        "type": "string",
        **({"format": header.format} if header.format else {}),
        **({"pattern": header.pattern} if header.pattern else {}),
        "examples": [header.example],
    }
