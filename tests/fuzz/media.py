"""The media types of ours that schemathesis does not know.

That each line of a body is a value, OpenAPI 3.1 can only say in words; so it is told that such a body is a list, which
is sent as lines, and what is no list as one line.
"""

import json
from typing import Any
from xml.etree import ElementTree

import rispy
import schemathesis
from pybtex.database import parse_string

from service.rendering.atom import MEDIA_TYPE as ATOM
from service.rendering.charts import MEDIA_TYPE as CHART
from service.rendering.citations import BIBTEX, RIS
from service.routes.versions import LINK_FORMAT
from service.web.bodies import NDJSON
from service.web.following import EVENT_STREAM


@schemathesis.hook
def before_load_schema(context, raw_schema) -> None:
    """Makes of each body of lines a list of what its lines are."""
    components = raw_schema["components"]["schemas"]
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if NDJSON in content:
                content[NDJSON] = _as_list(content[NDJSON], components)


def _as_list(content: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    schema = components.get(content["schema"].get("$ref", "").rpartition("/")[2], content["schema"])
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
    """An answer that is a list of links, as its schema has it: a text."""
    return response.text


@schemathesis.deserializer(NDJSON)
def versions(context, response) -> str:
    """An answer that is lines, as its schema has it: a text. Each must be JSON all the same."""
    for line in response.content.splitlines():
        json.loads(line)
    return response.text


@schemathesis.deserializer(EVENT_STREAM)
def events(context, response) -> str:
    """An answer that is events, as its schema has it: a text. What each says must be JSON all the same."""
    for line in response.text.splitlines():
        if line.startswith("data: "):
            json.loads(line.removeprefix("data: "))
    return response.text


@schemathesis.deserializer(ATOM, CHART)
def xml(context, response) -> str:
    """An answer that is a feed or a picture, as its schema has it: a text. It must be XML all the same."""
    ElementTree.fromstring(response.content)
    return response.text


@schemathesis.deserializer(BIBTEX)
def entry(context, response) -> str:
    """An answer that is an entry for BibTeX, as its schema has it: a text. It must be one entry all the same."""
    (_,) = parse_string(response.text, "bibtex").entries
    return response.text


@schemathesis.deserializer(RIS)
def record(context, response) -> str:
    """An answer that is a record for reference managers, as its schema has it: a text. It must be one all the same."""
    (_,) = rispy.loads(response.text)
    return response.text
