"""What each failure becomes over HTTP: one line each. A slug is permanent; a retired one stays listed."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from schemas import failures
from schemas.failures import Failure, Faulty
from schemas.problems import FieldError, MismatchProblem, Problem, QuotaProblem
from schemas.rules import OF_THE_LOG
from service.cache.representation import JSON, as_json
from service.web.bodies import MERGE_PATCH

_IN_A_FRAGMENT = "/?:@!$&'()*+,;=~-._"
"""What stands for itself in a fragment (RFC 3986, section 3.5), and so in a JSON Pointer there (RFC 6901, section 6)."""
PROBLEM_JSON = "application/problem+json"
_TYPES = {"quota-exceeded": "https://iana.org/assignments/http-problem-types#quota-exceeded"}
"""Problems that are not only ours: types that others have registered."""
Shown = tuple[bytes, Sequence[tuple[str, str]]]
"""A page about a problem: HTML, with its header fields, its media type among them."""
ProblemPage = Callable[[Problem], Shown]
"""How people are shown a problem."""
_FOR_PROGRAMS = ("/v1/", "/feeds/", "/oembed", "/embed/", "/embed.js", "/openapi.json", "/livez", "/readyz")
"""Where the addresses begin that are not pages: their problems are for programs, whatever `Accept` says."""


class Shape(NamedTuple):
    """A kind of problem: its status, the slug of its `type`, its title, and what its page says."""

    status: int
    slug: str
    title: str
    meaning: str
    body: type[Problem] = Problem


SHAPES: dict[type[Failure], Shape] = {
    failures.InvalidRequest: Shape(400, "invalid-request", "The request is not valid", "A parameter, a header or the body cannot be read as what is wanted here. `errors` says where and why."),
    failures.Unauthenticated: Shape(401, "unauthenticated", "This needs a key", "Send a key that is in force: `Authorization: Bearer ctb_…`. An admin issues them."),
    failures.Forbidden: Shape(403, "forbidden", "The key may not do this", "`detail` says which role may."),
    failures.NotFound: Shape(404, "not-found", "There is no such resource", "Nothing is at this address, or nothing was there at the position asked for."),
    failures.MethodNotAllowed: Shape(405, "method-not-allowed", "The resource does not know this method", "`Allow` lists the methods it knows."),
    failures.NotAcceptable: Shape(406, "not-acceptable", "No media type you accept is available", "`detail` lists the media types there are. Without `Accept` you get the first."),
    failures.HeadTooSlow: Shape(408, "head-too-slow", "The request did not arrive in time", "Its first lines and header fields have 10 seconds. Send it again, at once."),
    failures.BodyTooSlow: Shape(408, "body-too-slow", "The body did not arrive in time", "Send it again, at once."),
    failures.AlreadyExists: Shape(409, "already-exists", "There is one already", "Names are never used again: take another, or change what there is."),
    failures.Retracted: Shape(409, "retracted", "The claim is retracted", "A retracted claim can only be read. Publish another, if there is more to say."),
    failures.KeyInUse: Shape(409, "idempotency-key-in-use", "The request is under way", "The first request with this `Idempotency-Key` has not been answered yet. Send it again in a moment."),
    failures.PreconditionFailed: Shape(412, "precondition-failed", "It changed since you read it", "Your `If-Match` names another representation than the current one. Read it again, then decide."),
    failures.VersionMismatch: Shape(412, "version-mismatch", "It changed since you read it", "Your condition does not hold for the claim as it is now: `current`, with its entity tag in `ETag`. Look at it, then decide.", MismatchProblem),
    failures.BodyTooLarge: Shape(413, "body-too-large", "The body is too large", "A body may have 262144 bytes; one that only asks 655360; one of many lines 8388608 bytes and 1000 lines."),
    failures.UriTooLong: Shape(414, "uri-too-long", "The address is too long", "An address, its query included, may have 8192 bytes."),
    failures.UnsupportedMediaType: Shape(415, "unsupported-media-type", "The body is of the wrong media type", "`detail` and `Accept`, for a PATCH `Accept-Patch`, say which is wanted. Bodies are sent as they are, without a content coding."),
    failures.RuleBroken: Shape(422, "rule-broken", "A rule of the record forbids it", "`errors` says which rules are broken, and where."),
    failures.KeyReused: Shape(422, "idempotency-key-reused", "The key stands for another request", "This `Idempotency-Key` was sent with another body within a day. Take a new key for a new request."),
    failures.PreconditionRequired: Shape(428, "precondition-required", "Say which version you read", "Send the claim's `ETag` back as `If-Match`, so that nobody's change is lost."),
    failures.RateLimited: Shape(429, "quota-exceeded", "Too many requests", "`violated-policies` names the limit, `RateLimit-Policy` says what it is. Wait for `Retry-After` seconds.", QuotaProblem),
    failures.HeadersTooLarge: Shape(431, "headers-too-large", "The header fields are too large", "All header fields together may have 32768 bytes."),
    failures.UnsupportedFormat: Shape(501, "unsupported-format", "This format is not written here", "oEmbed is answered as JSON only: leave `format` out, or say `format=json`."),
    failures.StoreUnavailable: Shape(503, "store-unavailable", "The store does not answer", "Nothing is wrong with the request. Try again after `Retry-After` seconds."),
    failures.StoreFull: Shape(503, "storage-full", "There is no room to store it", "Nothing is wrong with the request, and nothing of it was stored. Reads go on; writes do once an operator has made room. Try again later."),
    failures.Overloaded: Shape(503, "overloaded", "There is no room for more now", "Nothing is wrong with the request. Try again after `Retry-After` seconds, each time later; poll for changes without `wait`."),
}  # fmt: skip
INTERNAL = Shape(
    500, "internal-error", "Something went wrong on our side", "It is logged under `request_id`; tell us that."
)


def shape_of(failure: Failure) -> Shape:
    """The kind of problem a failure is; the unknown is an internal error, and so is a rule that only we can break."""
    if isinstance(failure, failures.RuleBroken) and failure.rule in OF_THE_LOG:
        return INTERNAL
    return SHAPES.get(type(failure), INTERNAL)


def is_internal(error: BaseException) -> bool:
    """Whether a failure is our own fault: its caller hears nothing of it, so it must be logged."""
    return not isinstance(error, Failure) or shape_of(error) is INTERNAL


def problem_of(failure: BaseException, request_id: str) -> Problem:
    """A failure as its caller sees it. What is not a Failure says nothing of itself."""
    shape = shape_of(failure) if isinstance(failure, Failure) else INTERNAL
    faults = failure.faults if isinstance(failure, Faulty) and shape is not INTERNAL else ()
    said: dict[str, Any] = {
        "type": _TYPES.get(shape.slug, f"/problems/{shape.slug}"),
        "title": shape.title,
        "status": shape.status,
        "detail": failure.detail if isinstance(failure, Failure) and shape is not INTERNAL else INTERNAL.meaning,
        "request_id": request_id,
        "errors": [_field_error(fault) for fault in faults],
    }
    if isinstance(failure, failures.VersionMismatch):
        return MismatchProblem(**said, current=failure.current)
    if isinstance(failure, failures.RateLimited):
        return QuotaProblem(**said, violated_policies=[failure.policy])
    return Problem(**said)


def problem_answer(failure: BaseException, request_id: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """A failure as a status, header fields and a body."""
    problem = problem_of(failure, request_id)
    headers = [("content-type", PROBLEM_JSON), ("cache-control", "no-store"), *_fields(failure)]
    if problem.status == 503:
        headers.append(("retry-after", "2"))
    return problem.status, headers, msgspec.json.encode(problem)


def answer_for(
    scope: Mapping[str, Any], failure: BaseException, request_id: str, page: ProblemPage
) -> tuple[int, list[tuple[str, str]], bytes]:
    """The same for who asked: at the address of a page, who prefers HTML to JSON reads it as `page` shows it."""
    status, headers, body = problem_answer(failure, request_id)
    if not wants_page(scope):
        return status, headers, body
    said = [field for field in headers if field[0] != "content-type"]
    body, fields = page(problem_of(failure, request_id))
    return status, [*fields, ("vary", "Accept"), *said], body


def wants_page(scope: Mapping[str, Any]) -> bool:
    """Whether a request is a person's, for whom a page says what is wrong."""
    if scope["path"].startswith(_FOR_PROGRAMS):
        return False
    return prefers_html(b", ".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1"))


@lru_cache(64)
def prefers_html(accept: str) -> bool:
    """Whether an `Accept` field likes HTML better than JSON: a browser's does, and that of a program seldom."""
    liked = parse_accept_header(accept, MIMEAccept)
    return liked.quality("text/html") > max(liked.quality(JSON), liked.quality(PROBLEM_JSON))


def _fields(failure: BaseException) -> list[tuple[str, str]]:
    """The header fields a failure needs besides."""
    match failure:
        case failures.MethodNotAllowed():
            return [("allow", ", ".join(failure.allow))]
        case failures.Unauthenticated():
            error = ', error="invalid_token"' if failure.sent else ""
            return [("www-authenticate", f'Bearer realm="citable"{error}')]
        case failures.Forbidden():
            return [("www-authenticate", f'Bearer realm="citable", error="insufficient_scope", scope="{failure.role}"')]
        case failures.UnsupportedMediaType():
            patch = [("accept-patch", failure.accepted)] if failure.accepted == MERGE_PATCH else []
            return [("accept", failure.accepted), *patch]
        case failures.VersionMismatch():
            return [("etag", as_json(failure.current, failure.current.position).etag)]
        case failures.RateLimited():
            return [("retry-after", str(failure.wait))]
        case failures.KeyInUse():
            return [("retry-after", "1")]
        case _:
            return []


def _field_error(fault: failures.Fault) -> FieldError:
    pointer = None if fault.pointer is None else f"#{quote(fault.pointer, safe=_IN_A_FRAGMENT)}"
    return FieldError(detail=fault.detail, parameter=fault.parameter, pointer=pointer, line=fault.line, rule=fault.rule)
