"""The shape every failure takes on the wire (RFC 9457)."""

from schemas.fields import Answer


class FieldError(Answer, frozen=True, kw_only=True):
    """One thing wrong with a request: the parameter or header it is in, or a JSON Pointer into the body."""

    detail: str
    parameter: str | None
    pointer: str | None


class Problem(Answer, frozen=True, kw_only=True):
    """Why a request failed. Switch on `type`: it is permanent, and its page says what to do (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError]
