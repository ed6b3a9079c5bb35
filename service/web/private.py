"""Answers for their caller alone, which nobody keeps."""

from collections.abc import Sequence

import msgspec
from litestar.response.base import ASGIResponse

from schemas.fields import Answer
from service.cache.representation import JSON


def private(answer: Answer, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> ASGIResponse:
    """An answer for its caller alone."""
    described = [("content-type", JSON), ("cache-control", "private, no-store"), *headers]
    return ASGIResponse(body=msgspec.json.encode(answer), status_code=status, headers=described)
