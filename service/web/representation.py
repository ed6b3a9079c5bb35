"""A representation (RFC 9110, section 3.2): the bytes of an answer with the fields that describe them."""

import base64
import hashlib
from collections.abc import Sequence

import msgspec

from schemas.fields import Answer

JSON = "application/json"

REVISION = 1
"""Raised when the same version would be written in other bytes, so that no cache mistakes one for the other."""


class Representation(msgspec.Struct, frozen=True, array_like=True):
    """Encoded content, its media type, its entity tag, and header fields that belong to it."""

    body: bytes
    media_type: str
    etag: str
    headers: tuple[tuple[str, str], ...] = ()


def entity_tag(position: int, variant: str = "") -> str:
    """The strong entity tag of what a position says, in one variant (a media type other than the first)."""
    return f'"p{position}.{REVISION}{variant}"'


def as_json(
    answer: Answer | Sequence[Answer], position: int, headers: Sequence[tuple[str, str]] = ()
) -> Representation:
    """An answer as JSON, tagged with the position that last changed it. `Repr-Digest` is RFC 9530's."""
    body = msgspec.json.encode(answer)
    return represented(body, JSON, entity_tag(position), headers)


def represented(body: bytes, media_type: str, etag: str, headers: Sequence[tuple[str, str]] = ()) -> Representation:
    """Encoded content with its entity tag and digest."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return Representation(body, media_type, etag, (*headers, ("repr-digest", f"sha-256=:{digest}:")))
