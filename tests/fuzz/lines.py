"""What is not JSON: bodies of lines, and answers of links.

OpenAPI 3.1 can only say in words that each line is a value, so schemathesis is told that it is a list. The list is sent
as lines; what is no list, as one line.
"""

import json
from typing import Any

import schemathesis

from service.routes.versions import LINK_FORMAT
from service.web.bodies import NDJSON


@schemathesis.hook
def before_load_schema(context, raw_schema) -> None:
    """Makes of each body of lines a list of what its lines are."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if NDJSON in content:
                content[NDJSON] = _as_list(content[NDJSON], raw_schema["components"]["schemas"])


def _as_list(content: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
    changed = {**content, "schema": {"type": "array", "minItems": 1, "items": schema["contentSchema"]}}
    if "example" in content:
        changed["example"] = _read(content["example"])
    if "examples" in content:
        changed["examples"] = {
            name: {**one, "value": _read(one["value"])} if "value" in one else one
            for name, one in content["examples"].items()
        }
    return changed


def _read(lines: str) -> list[Any]:
    return [json.loads(line) for line in lines.splitlines()]


@schemathesis.serializer(NDJSON)
def lines(context, value) -> bytes:
    """The body as it goes over the wire."""
    if isinstance(value, bytes):
        return value
    return b"".join(json.dumps(one).encode() + b"\n" for one in (value if isinstance(value, list) else [value]))


@schemathesis.deserializer(LINK_FORMAT)
def links(context, response) -> str:
    """An answer of links is a text, as the contract says; tests/routes/test_get_timemap.py reads the links."""
    return response.content.decode()
