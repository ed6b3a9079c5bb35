"""The published contract (OpenAPI 3.1), written from the endpoints: what they are held to is what it says. Pure."""

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from schemas import failures
from schemas.failures import Failure
from schemas.fields import Request
from schemas.problems import Problem
from service.release import VERSION
from service.web.endpoints import Endpoint, Header
from service.web.problems import INTERNAL, PROBLEM_JSON, SHAPES, Shape

REF = "#/components/schemas/{name}"
_EVERYWHERE: tuple[type[Failure], ...] = (
    failures.InvalidRequest,
    failures.NotAcceptable,
    failures.PreconditionFailed,
    failures.UriTooLong,
    failures.HeadersTooLarge,
    failures.StoreUnavailable,
)
_TAG = '"p175-5f2b8c3d9e017a46"'
_IF_NONE_MATCH = Header("If-None-Match", "Answer 304 if the entity tag is still one of these (RFC 9110).", _TAG)
_SENT = (
    Header("ETag", "The strong entity tag of this representation (RFC 9110).", _TAG),
    Header("Cache-Control", "How long it may be kept (RFC 9111).", "public, max-age=30"),
    Header("Link", "Related addresses (RFC 8288).", '</v1/claims>; rel="first"'),
    Header("Repr-Digest", "The SHA-256 of the representation (RFC 9530).", "sha-256=:…:"),
    Header("X-Request-Id", "Names the request in our logs.", "0f8fad5bd9cb469fa16570867728950e"),
)
_SENT_BY_PROBES = tuple(header for header in _SENT if header.name in ("Cache-Control", "X-Request-Id"))
_TAGS = {
    "Claims": "What was said, the number in it, and what verification found.",
    "Versions": "Every version a claim has had, and what changed.",
    "Measures": "What is measured; claims of one measure compete.",
    "Sources": "Who is cited, and by which claims.",
    "Topics": "The tags claims carry.",
    "Operations": "For machines and operators.",
}


def contract_of(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole document; endpoints with `listed=False` are pages for people."""
    listed = [endpoint for endpoint in endpoints if endpoint.listed]
    answers = {kind for endpoint in listed for kind in endpoint.answers.values() if kind not in (None, dict)}
    queries = {endpoint.query for endpoint in listed}
    kinds = sorted(answers | queries, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components([*kinds, Problem], ref_template=REF)
    for query in queries:  # its parameters are listed where they are used
        del schemas[query.__name__]
    headers = {header.name: header for endpoint in listed for header in (*_SENT, *endpoint.sends)}
    failing = {failure for endpoint in listed for failure in (*_EVERYWHERE, *endpoint.failures)}
    shapes = {shape.slug: shape for shape in (*(SHAPES[failure] for failure in failing), INTERNAL)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Citable",
            "version": VERSION,
            "summary": "The API for AI statistics that people quote.",
            "description": "Each claim with its number, sources, dates, verification status and every version it ever "
            "had. Whatever you quoted yesterday can be read again exactly, and you learn when it changed.\n\n"
            "Enumerations are open: new values may be added within v1, so read an unknown one as its description says.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": sentence} for name, sentence in _TAGS.items()],
        "paths": {endpoint.path: {"get": _operation(endpoint)} for endpoint in listed},
        "components": {
            "schemas": {name: _tidy(schema) for name, schema in sorted(schemas.items())},
            "headers": {name: _sent(header) for name, header in sorted(headers.items())},
            "responses": {_camel(slug): _problem(shape) for slug, shape in sorted(shapes.items())},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, _, rest = inspect.cleandoc(endpoint.handler.__doc__ or "").partition("\n\n")
    revalidates = endpoint.path.startswith("/v1") or endpoint.operation == "get_contract"
    sent = (*(_SENT if revalidates else _SENT_BY_PROBES), *endpoint.sends)
    ok: dict[str, Any] = {
        "description": "The answer.",
        "headers": {header.name: _ref("headers", header.name) for header in sent},
        "content": {media: {"schema": _answer(media, kind)} for media, kind in endpoint.answers.items()},
    }
    responses: dict[str, Any] = {"200": ok}
    if revalidates:
        responses["304"] = {
            "description": "What `If-None-Match` names is still the answer.",
            "headers": {name: _ref("headers", name) for name in ("ETag", "Cache-Control", "X-Request-Id")},
        }
    if endpoint.redirects:
        responses["302"] = {
            "description": "The version in force at `Accept-Datetime`.",
            "headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}}},
        }
    if endpoint.operation == "check_readiness":
        responses["503"] = {"description": "Not ready; the body says why.", "content": ok["content"]}
    for failure in (*_EVERYWHERE, *endpoint.failures):
        shape = SHAPES[failure]
        responses.setdefault(str(shape.status), _ref("responses", _camel(shape.slug)))
    responses["500"] = _ref("responses", _camel(INTERNAL.slug))
    return {
        "operationId": endpoint.operation,
        "summary": " ".join(summary.split()),
        **({"description": " ".join(rest.split())} if rest else {}),
        "tags": [endpoint.tag],
        "security": [],
        "parameters": [
            *_in_path(endpoint.in_path),
            *_in_query(endpoint.query),
            *(_read(header) for header in (*endpoint.reads, *([_IF_NONE_MATCH] if "304" in responses else []))),
        ],
        "responses": dict(sorted(responses.items())),
    }


def _answer(media: str, kind: Any) -> dict[str, Any]:
    if kind is dict:
        return {"type": "object"}
    if kind is None:
        return {"type": "array", "items": {"type": "object"}} if media.endswith("json") else {"type": "string"}
    return {"$ref": REF.format(name=kind.__name__)}


def _in_path(kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _tidy(msgspec.json.schema(kind))}
        for name, kind in kinds.items()
    ]


def _in_query(kind: type[Request]) -> list[dict[str, Any]]:
    (_,), components = msgspec.json.schema_components([kind], ref_template=REF)
    parameters = []
    for name, schema in components[kind.__name__]["properties"].items():
        tidied = _tidy(_never_null(schema))
        sentence = tidied.pop("description", None)
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": False, "schema": tidied}
        if sentence:
            parameter["description"] = sentence
        parameters.append(parameter)
    return parameters


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is absent is absent; it is never null."""
    plain = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    if schema.get("default") is not None:
        plain["default"] = schema["default"]
    for part in schema.get("anyOf", []):
        if part != {"type": "null"}:
            plain = {**part, **plain}
    return plain


def _read(header: Header) -> dict[str, Any]:
    return {
        "name": header.name,
        "in": "header",
        "required": False,
        "description": header.sentence,
        "schema": {"type": "string", "examples": [header.example]},
    }


def _sent(header: Header) -> dict[str, Any]:
    return {"description": header.sentence, "schema": {"type": "string", "examples": [header.example]}}


def _problem(shape: Shape) -> dict[str, Any]:
    return {
        "description": f"{shape.title}. {shape.meaning}",
        "headers": {"X-Request-Id": _ref("headers", "X-Request-Id")},
        "content": {PROBLEM_JSON: {"schema": {"$ref": REF.format(name="Problem")}}},
    }


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _camel(slug: str) -> str:
    return "".join(word.capitalize() for word in slug.split("-"))


def _tidy(schema: Any) -> Any:
    """msgspec's schema in the dialect generators read best: typed enums, plain patterns, short nullables."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {name: _tidy(value) for name, value in schema.items()}
    if "enum" in tidied:
        tidied = {"type": "string", **tidied}
    if isinstance(tidied.get("description"), str):
        tidied["description"] = inspect.cleandoc(tidied["description"])  # Python 3.13 does this by itself
    if isinstance(tidied.get("pattern"), str):
        tidied["pattern"] = re.sub(r"\(\?!\\n\)$", "", tidied["pattern"])
    alternatives = tidied.get("anyOf", [])
    if len(alternatives) == 2 and {"type": "null"} in alternatives:
        (other,) = (part for part in alternatives if part != {"type": "null"})
        if isinstance(other.get("type"), str) and "enum" not in other:
            rest = {name: value for name, value in tidied.items() if name != "anyOf"}
            return {**other, **rest, "type": [other["type"], "null"]}
    return tidied
