"""The shape every failure takes on the wire (RFC 9457)."""

from typing import Annotated

from msgspec import Meta

from schemas.claims import ClaimVersion
from schemas.fields import Answer


class FieldError(Answer, frozen=True, kw_only=True):
    """One thing wrong with a request: the parameter, header or place in the body it is in, and the rule it breaks."""

    detail: str
    parameter: str | None
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
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError]


class MismatchProblem(Problem, frozen=True, kw_only=True):
    """The claim changed since you read it. `current` is what it says now; its entity tag is this answer's `ETag`."""

    current: ClaimVersion


class QuotaProblem(Problem, frozen=True, kw_only=True, rename={"violated_policies": "violated-policies"}):
    """Too many requests. `violated-policies` names the limits, as `RateLimit-Policy` does; wait for `Retry-After`."""

    violated_policies: list[str]
