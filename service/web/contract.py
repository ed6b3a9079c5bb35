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
from service.web.endpoints import IDEMPOTENCY_KEY, IF_MATCH, Endpoint, Header
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
_TAG = '"p175-5f2b8c3d9e017a46"'
_IF_NONE_MATCH = Header("If-None-Match", "Answer 304 if the entity tag is still one of these (RFC 9110).", _TAG)
_ETAG = Header("ETag", "The strong entity tag of this representation (RFC 9110).", _TAG)
_CACHE_CONTROL = Header("Cache-Control", "How long it may be kept (RFC 9111).", "public, max-age=30")
_DIGEST = Header("Repr-Digest", "The SHA-256 of the representation (RFC 9530).", "sha-256=:…:")
_REQUEST_ID = Header("X-Request-Id", "Names the request in our logs.", "0f8fad5bd9cb469fa16570867728950e")
_READ = (
    _ETAG,
    _CACHE_CONTROL,
    Header("Link", "Related addresses (RFC 8288).", '</v1/claims>; rel="first"'),
    _DIGEST,
    _REQUEST_ID,
)
_PLAIN = (_CACHE_CONTROL, _REQUEST_ID)
_CLAIM_WRITTEN = (
    _ETAG,
    _DIGEST,
    Header("Content-Location", "The version this is.", "/v1/claims/harbour-cranes/versions/2"),
)
_LIMITS = (
    Header("RateLimit", "What is left of a limit (draft-ietf-httpapi-ratelimit-headers-11).", '"writes";r=299;t=1'),
    Header("RateLimit-Policy", "The limit: requests in seconds.", '"writes";q=300;w=60'),
)
_REPLAYED = Header("Idempotent-Replayed", "`true`: this was answered before, to the same `Idempotency-Key`.", "true")
_SENT_WITH: dict[type[Failure], tuple[Header, ...]] = {
    failures.VersionMismatch: (_ETAG,),
    failures.Unauthenticated: (
        Header("WWW-Authenticate", "How to say who you are (RFC 6750).", 'Bearer realm="citable"'),
    ),
    failures.RateLimited: (Header("Retry-After", "Seconds to wait.", "2"), *_LIMITS),
    failures.StoreUnavailable: (Header("Retry-After", "Seconds to wait.", "2"),),
    failures.KeyInUse: (Header("Retry-After", "Seconds to wait.", "2"),),
    failures.UnsupportedMediaType: (
        Header("Accept", "The media type wanted (RFC 9110).", "application/json"),
        Header("Accept-Patch", "The media type wanted of a patch (RFC 5789).", "application/merge-patch+json"),
    ),
}
_SENT_WITH[failures.Forbidden] = _SENT_WITH[failures.Unauthenticated]
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
    headers |= {header.name: header for failure in failing for header in _SENT_WITH.get(failure, ())}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    written = json.dumps(paths)
    shapes = {
        _camel(shape.slug): _problem((shape,), _SENT_WITH.get(failure, ()))
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
        claim = _CLAIM_WRITTEN if ClaimVersion in endpoint.answers.values() else ()
        replayed = (_REPLAYED,) if IDEMPOTENCY_KEY in endpoint.reads else ()
        return (*_PLAIN, *claim, *_LIMITS, *replayed, *endpoint.sends)
    return (*(_READ if _revalidates(endpoint) else _PLAIN), *endpoint.sends)


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
            *(_read(header) for header in (*endpoint.reads, *([_IF_NONE_MATCH] if _revalidates(endpoint) else []))),
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
            sent = [header for failure in failing for header in _SENT_WITH.get(failure, ())]
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
    return {"required": True, "content": {endpoint.media_type: {"schema": schema}}}


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
        "headers": {header.name: _ref("headers", header.name) for header in (_REQUEST_ID, *sent, *_LIMITS)},
        "content": {PROBLEM_JSON: {"schema": schema}},
    }


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _camel(slug: str) -> str:
    return "".join(word.capitalize() for word in slug.split("-"))
