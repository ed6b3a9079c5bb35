"""The shape every failure takes on the wire (RFC 9457)."""

from typing import Annotated

from msgspec import Meta

from schemas.claims import ClaimVersion
from schemas.fields import Answer


class FieldError(Answer, frozen=True, kw_only=True):
    """One thing wrong with a request: the parameter, header or place in the body it is in, and the rule it breaks."""

    detail: str
    """What is wrong, in a sentence."""
    parameter: str | None
    """The name of the parameter or header field; null for a place in the body."""
    pointer: Annotated[
        str | None,
        Meta(
            description="A JSON Pointer (RFC 6901) as a fragment: `#/quantity/value`; into its line, if there is one."
        ),
    ]
    line: Annotated[int | None, Meta(description="The line of a body of lines, from 1.")]
    rule: Annotated[str | None, Meta(description="The rule of the record that is broken: a permanent name.")]


class Problem(Answer, frozen=True, kw_only=True):
    """Why a request failed. Switch on `type`: it is permanent, and its page says what to do (RFC 9457)."""

    type: str
    """Which kind of problem: an address, permanent, whose page says what to do."""
    title: str
    """What kind of problem that is, in words. The same for every problem of a `type`."""
    status: int
    """The HTTP status."""
    detail: str
    """What went wrong this time, in a sentence."""
    request_id: str
    """Names the request in our logs, as `X-Request-Id` does."""
    errors: list[FieldError]
    """What is wrong, and where: the first hundred faults, or none."""


class MismatchProblem(Problem, frozen=True, kw_only=True):
    """The claim changed since you read it. `current` is what it says now; its entity tag is this answer's `ETag`."""

    current: ClaimVersion
    """The claim as it is now."""


class QuotaProblem(Problem, frozen=True, kw_only=True, rename={"violated_policies": "violated-policies"}):
    """Too many requests. `violated-policies` names the limits, as `RateLimit-Policy` does; wait for `Retry-After`."""

    violated_policies: list[str]
    """The names of the limits that are used up."""
