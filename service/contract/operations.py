"""One operation: what may be asked of it, by whom, and with which parameters and body."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from schemas.editing import MOST_LINES
from schemas.fields import Request
from service.contract.components import Schema, closed, name_of, reference
from service.contract.dialect import never_null, tidy
from service.contract.examples import Examples
from service.contract.fields import as_parameter
from service.contract.responses import responses_of, revalidates
from service.contract.sentences import summary_of
from service.web.bodies import NDJSON
from service.web.endpoints import Endpoint
from service.web.headers import IF_NONE_MATCH


def operation_of(endpoint: Endpoint, components: Mapping[str, Schema], examples: Examples) -> dict[str, Any]:
    """An endpoint as the contract says it."""
    summary, description = summary_of(endpoint.handler)
    read = (*endpoint.reads, *([IF_NONE_MATCH] if revalidates(endpoint) else []))
    parameters = [*_in_path(endpoint.in_path), *_in_query(endpoint.query, components), *map(as_parameter, read)]
    return {
        "operationId": endpoint.operation,
        "summary": summary,
        **({"description": description} if description else {}),
        "tags": [endpoint.tag],
        "security": _security(endpoint),
        **({"x-role": str(endpoint.role)} if endpoint.role else {}),
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _request_body(endpoint)} if endpoint.body is not None else {}),
        "responses": responses_of(endpoint, examples),
    }


def bodies_of(endpoints: Iterable[Endpoint]) -> set[Any]:
    """The types of all bodies; of one of many lines, that of a line."""
    return {
        endpoint.line if endpoint.media_type == NDJSON else endpoint.body
        for endpoint in endpoints
        if endpoint.body is not None
    }


def lines_of(endpoints: Iterable[Endpoint]) -> dict[str, Schema]:
    """Bodies of many lines, by name: OpenAPI 3.1 can only say in words that each line is a document of its own."""
    return {
        f"{name_of(endpoint.line)}Lines": {
            "title": f"{name_of(endpoint.line)}Lines",
            "description": f"Lines of JSON (NDJSON), {MOST_LINES} at most, each a `{name_of(endpoint.line)}` and ended "
            "by a new line. `contentSchema` is of one line.",
            "type": "string",
            "contentMediaType": NDJSON,
            "contentSchema": reference(name_of(endpoint.line)),
        }
        for endpoint in endpoints
        if endpoint.body is not None and endpoint.media_type == NDJSON
    }


def _security(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Whether a key is needed, or only gives a larger share."""
    if endpoint.role:
        return [{"key": []}]
    return [{}, {"key": []}] if endpoint.is_of_the_log else []


def _request_body(endpoint: Endpoint) -> dict[str, Any]:
    name = f"{name_of(endpoint.line)}Lines" if endpoint.media_type == NDJSON else name_of(endpoint.body)
    example = {"example": endpoint.example} if endpoint.example is not None else {}
    return {"required": True, "content": {endpoint.media_type: {"schema": reference(name), **example}}}


def _in_path(kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_parameter(name, "path", tidy(msgspec.json.schema(kind)), required=True) for name, kind in kinds.items()]


def _in_query(kind: type[Request], components: Mapping[str, Schema]) -> list[dict[str, Any]]:
    (_,), written = msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")
    fields, needed = written[kind.__name__]["properties"], written[kind.__name__].get("required", [])
    return [
        _parameter(name, "query", closed(tidy(never_null(schema)), components), required=name in needed)
        for name, schema in fields.items()
    ]


def _parameter(name: str, where: str, schema: Schema, *, required: bool) -> dict[str, Any]:
    sentence = schema.pop("description")
    return {"name": name, "in": where, "required": required, "description": sentence, "schema": schema}
