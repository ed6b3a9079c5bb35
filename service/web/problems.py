"""What each failure becomes over HTTP: one line each. A slug is permanent; a retired one stays listed."""

from typing import NamedTuple

import msgspec

from schemas import failures
from schemas.failures import Failure, InvalidRequest
from schemas.problems import FieldError, Problem

PROBLEM_JSON = "application/problem+json"


class Shape(NamedTuple):
    """A kind of problem: its status, the slug of its `type`, its title, and what its page says."""

    status: int
    slug: str
    title: str
    meaning: str


SHAPES: dict[type[Failure], Shape] = {
    failures.InvalidRequest: Shape(400, "invalid-request", "The request is not valid", "A parameter or header is unknown, repeated or malformed. `errors` names each one."),
    failures.NotFound: Shape(404, "not-found", "There is no such resource", "Nothing is at this address, or nothing was there at the position asked for."),
    failures.MethodNotAllowed: Shape(405, "method-not-allowed", "The resource does not know this method", "`Allow` lists the methods it knows."),
    failures.NotAcceptable: Shape(406, "not-acceptable", "No media type you accept is available", "`detail` lists the media types there are. Without `Accept` you get the first."),
    failures.PreconditionFailed: Shape(412, "precondition-failed", "It changed since you read it", "Your `If-Match` names another version than the current one. Read it again, then decide."),
    failures.VersionConflict: Shape(412, "precondition-failed", "It changed since you read it", "Your `If-Match` names another version than the current one. Read it again, then decide."),
    failures.BodyTooLarge: Shape(413, "body-too-large", "The body is too large", "No request of this API needs a body of that size."),
    failures.UriTooLong: Shape(414, "uri-too-long", "The address is too long", "An address, its query included, may have 8192 bytes."),
    failures.RuleBroken: Shape(422, "rule-broken", "A rule of the record forbids it", "`detail` says which rule, and `errors` where."),
    failures.HeadersTooLarge: Shape(431, "headers-too-large", "The header fields are too large", "All header fields together may have 32768 bytes."),
    failures.StoreUnavailable: Shape(503, "store-unavailable", "The store does not answer", "Nothing is wrong with the request. Try again after `Retry-After` seconds."),
}  # fmt: skip
INTERNAL = Shape(
    500, "internal-error", "Something went wrong on our side", "It is logged under `request_id`; tell us that."
)


def shape_of(failure: Failure) -> Shape:
    """The kind of problem a failure is; the unknown is an internal error."""
    return SHAPES.get(type(failure), INTERNAL)


def is_internal(error: BaseException) -> bool:
    """Whether a failure is our own fault: its caller hears nothing of it, so it must be logged."""
    return not isinstance(error, Failure) or shape_of(error) is INTERNAL


def problem_of(failure: BaseException, request_id: str) -> Problem:
    """A failure as its caller sees it. What is not a Failure says nothing of itself."""
    shape = shape_of(failure) if isinstance(failure, Failure) else INTERNAL
    faults = failure.faults if isinstance(failure, InvalidRequest) else ()
    return Problem(
        type=f"/problems/{shape.slug}",
        title=shape.title,
        status=shape.status,
        detail=INTERNAL.meaning if shape is INTERNAL else str(failure),
        request_id=request_id,
        errors=[FieldError(detail=f.detail, parameter=f.parameter, pointer=f.pointer) for f in faults],
    )


def problem_answer(failure: BaseException, request_id: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """A failure as a status, header fields and a body."""
    problem = problem_of(failure, request_id)
    headers = [("content-type", PROBLEM_JSON), ("cache-control", "no-store")]
    if isinstance(failure, failures.MethodNotAllowed):
        headers.append(("allow", ", ".join(failure.allow)))
    if problem.status == 503:
        headers.append(("retry-after", "2"))
    return problem.status, headers, msgspec.json.encode(problem)
