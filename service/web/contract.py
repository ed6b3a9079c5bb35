"""The published contract (OpenAPI 3.1), written from the endpoints: what they are held to is what it says. Pure."""

import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from schemas import failures
from schemas.claims import ClaimVersion
from schemas.editing import MOST_LINES
from schemas.failures import Failure
from schemas.fields import Request
from service.release import VERSION
from service.web.bodies import NDJSON
from service.web.dialect import never_null, tidy
from service.web.endpoints import Endpoint
from service.web.headers import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    LIMITS,
    OF_A_CLAIM_WRITTEN,
    OF_A_READ,
    OF_ANY,
    REPLAYED,
    REQUEST_ID,
    SENT_WITH,
    Header,
)
from service.web.problems import INTERNAL, PROBLEM_JSON, SHAPES, Shape

REF = "#/components/schemas/{name}"
_EVERYWHERE: tuple[type[Failure], ...] = (
    failures.InvalidRequest,
    failures.NotAcceptable,
    failures.UriTooLong,
    failures.HeadersTooLarge,
    failures.RateLimited,
    failures.StoreUnavailable,
)
_WITH_A_KEY: tuple[type[Failure], ...] = (failures.Unauthenticated, failures.Forbidden)
_WITH_A_BODY: tuple[type[Failure], ...] = (
    failures.BodyTooSlow,
    failures.BodyTooLarge,
    failures.UnsupportedMediaType,
)
_ONCE: tuple[type[Failure], ...] = (failures.KeyInUse, failures.KeyReused)
_TAGS = {
    "Claims": "What was said, the number in it, and what verification found.",
    "Editing": "Create, revise, verify and retract claims; each appends a version, and no update is lost.",
    "Versions": "Every version a claim has had, and what changed.",
    "Measures": "What is measured; claims of one measure compete.",
    "Sources": "Who is cited, and by which claims.",
    "Topics": "The tags claims carry.",
    "Keys": "Who may do what.",
    "Operations": "For machines and operators.",
}


def contract_of(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole document; endpoints with `listed=False` are pages for people."""
    listed = [endpoint for endpoint in endpoints if endpoint.listed]
    answers = {kind for endpoint in listed for kind in endpoint.answers.values() if kind not in (None, dict)}
    queries = {endpoint.query for endpoint in listed}
    bodies = {_body_kind(endpoint) for endpoint in listed if endpoint.body is not None}
    failing = {failure for endpoint in listed for failure in _failures(endpoint)}
    problems = {SHAPES[failure].body for failure in failing}
    kinds = sorted(answers | queries | bodies | problems, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(kinds, ref_template=REF)
    for query in queries:  # its parameters are listed where they are used
        del schemas[query.__name__]
    headers = {header.name: header for endpoint in listed for header in _sent_by(endpoint)}
    headers |= {header.name: header for failure in failing for header in SENT_WITH.get(failure, ())}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    written = json.dumps(paths)
    shapes = {
        _camel(shape.slug): _problem((shape,), SENT_WITH.get(failure, ()))
        for failure, shape in SHAPES.items()
        if f'responses/{_camel(shape.slug)}"' in written
    }
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
        "paths": paths,
        "components": {
            "schemas": {name: tidy(schema) for name, schema in sorted(schemas.items())},
            "headers": {name: _sent(header) for name, header in sorted(headers.items())},
            "responses": dict(sorted({**shapes, _camel(INTERNAL.slug): _problem((INTERNAL,), ())}.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key, `ctb_…`."}},
        },
    }


def _failures(endpoint: Endpoint) -> list[type[Failure]]:
    """Every way an operation can fail."""
    conditional = not endpoint.role
    return [
        *_EVERYWHERE,
        *endpoint.failures,
        *(_WITH_A_KEY if endpoint.role else ()),
        *(_WITH_A_BODY if endpoint.body is not None else ()),
        *(_ONCE if IDEMPOTENCY_KEY in endpoint.reads else ()),
        *((failures.PreconditionRequired,) if IF_MATCH in endpoint.reads else ()),
        *((failures.PreconditionFailed,) if conditional else ()),
    ]


def _sent_by(endpoint: Endpoint) -> tuple[Header, ...]:
    """The header fields of an operation's answer."""
    if endpoint.role:
        claim = OF_A_CLAIM_WRITTEN if ClaimVersion in endpoint.answers.values() else ()
        replayed = (REPLAYED,) if IDEMPOTENCY_KEY in endpoint.reads else ()
        return (*OF_ANY, *claim, *LIMITS, *replayed, *endpoint.sends)
    return (*(OF_A_READ if _revalidates(endpoint) else OF_ANY), *endpoint.sends)


def _revalidates(endpoint: Endpoint) -> bool:
    return not endpoint.role and (endpoint.path.startswith("/v1") or endpoint.operation == "get_contract")


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, _, rest = inspect.cleandoc(endpoint.handler.__doc__ or "").partition("\n\n")
    return {
        "operationId": endpoint.operation,
        "summary": " ".join(summary.split()),
        **({"description": " ".join(rest.split())} if rest else {}),
        "tags": [endpoint.tag],
        "security": _security(endpoint),
        **({"x-role": str(endpoint.role)} if endpoint.role else {}),
        "parameters": [
            *_in_path(endpoint.in_path),
            *_in_query(endpoint.query),
            *(_read(header) for header in (*endpoint.reads, *([IF_NONE_MATCH] if _revalidates(endpoint) else []))),
        ],
        **({"requestBody": _request_body(endpoint)} if endpoint.body is not None else {}),
        "responses": dict(sorted(_responses(endpoint).items())),
    }


def _security(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Whether a key is needed, or only gives a larger share."""
    if endpoint.role:
        return [{"key": []}]
    return [{}, {"key": []}] if endpoint.path.startswith("/v1") else []


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    ok: dict[str, Any] = {
        "description": "The answer.",
        "headers": {header.name: _ref("headers", header.name) for header in _sent_by(endpoint)},
        "content": {media: {"schema": _answer(media, kind)} for media, kind in endpoint.answers.items()},
    }
    responses: dict[str, Any] = {str(endpoint.status): ok}
    if endpoint.repeats:
        headers = {name: header for name, header in ok["headers"].items() if name != "Location"}
        responses["200"] = {**ok, "description": "It says so already: no version was added.", "headers": headers}
    if _revalidates(endpoint):
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
    by_status: dict[str, list[type[Failure]]] = {}
    for failure in _failures(endpoint):
        by_status.setdefault(str(SHAPES[failure].status), []).append(failure)
    for status, failing in by_status.items():
        shapes = tuple(SHAPES[failure] for failure in failing)
        if len(shapes) == 1:
            responses.setdefault(status, _ref("responses", _camel(shapes[0].slug)))
        else:
            sent = [header for failure in failing for header in SENT_WITH.get(failure, ())]
            responses.setdefault(status, _problem(shapes, sent))
    responses["500"] = _ref("responses", _camel(INTERNAL.slug))
    return responses


def _body_kind(endpoint: Endpoint) -> Any:
    return endpoint.line if endpoint.media_type == NDJSON else endpoint.body


def _request_body(endpoint: Endpoint) -> dict[str, Any]:
    """What a body is; of one of many lines, OpenAPI 3.1 can only say in words that each line is one."""
    schema: dict[str, Any] = _answer("", _body_kind(endpoint))
    if endpoint.media_type == NDJSON:
        sentence = f"Lines of JSON, {MOST_LINES} at most, each a `{_body_kind(endpoint).__name__}`."
        schema = {
            "type": "string",
            "description": sentence,
            "contentMediaType": "application/json",
            "contentSchema": schema,
        }
    example = {"example": endpoint.example} if endpoint.example is not None else {}
    return {"required": True, "content": {endpoint.media_type: {"schema": schema, **example}}}


def _answer(media: str, kind: Any) -> dict[str, Any]:
    if kind is dict:
        return {"type": "object"}
    if kind is None:
        return {"type": "array", "items": {"type": "object"}} if media.endswith("json") else {"type": "string"}
    return {"$ref": REF.format(name=kind.__name__)}


def _in_path(kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": tidy(msgspec.json.schema(kind))}
        for name, kind in kinds.items()
    ]


def _in_query(kind: type[Request]) -> list[dict[str, Any]]:
    (_,), components = msgspec.json.schema_components([kind], ref_template=REF)
    parameters = []
    for name, schema in components[kind.__name__]["properties"].items():
        tidied = tidy(never_null(schema))
        sentence = tidied.pop("description", None)
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": False, "schema": tidied}
        if sentence:
            parameter["description"] = sentence
        parameters.append(parameter)
    return parameters


def _read(header: Header) -> dict[str, Any]:
    return {
        "name": header.name,
        "in": "header",
        "required": header.required,
        "description": header.sentence,
        "schema": {
            "type": "string",
            "examples": [header.example],
            **({"pattern": header.pattern} if header.pattern else {}),
        },
    }


def _sent(header: Header) -> dict[str, Any]:
    return {"description": header.sentence, "schema": {"type": "string", "examples": [header.example]}}


def _problem(shapes: Sequence[Shape], sent: Iterable[Header]) -> dict[str, Any]:
    kinds = list(dict.fromkeys(REF.format(name=shape.body.__name__) for shape in shapes))
    schema = {"$ref": kinds[0]} if len(kinds) == 1 else {"anyOf": [{"$ref": kind} for kind in kinds]}
    return {
        "description": " · ".join(f"{shape.title}. {shape.meaning}" for shape in shapes),
        "headers": {header.name: _ref("headers", header.name) for header in (REQUEST_ID, *sent, *LIMITS)},
        "content": {PROBLEM_JSON: {"schema": schema}},
    }


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _camel(slug: str) -> str:
    return "".join(word.capitalize() for word in slug.split("-"))
