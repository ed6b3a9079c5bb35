"""A representation (RFC 9110, section 3.2): the bytes of an answer with the fields that describe them."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from schemas.fields import Answer

JSON = "application/json"

A = TypeVar("A", bound=Answer)


class Representation(msgspec.Struct, frozen=True, array_like=True):
    """Encoded content, its media type, its entity tag, and header fields that belong to it."""

    body: bytes
    media_type: str
    etag: str
    headers: tuple[tuple[str, str], ...] = ()


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A public answer, and what tells for how long it is the one to give.

    `pinned` says that it never changes; `of` names the one claim it depends on, if it depends on no other.
    """

    representation: Representation
    cache_control: str
    pinned: bool
    of: str | None = None


def with_items(answer: Callable[..., A], items: Sequence[msgspec.Raw], **others: object) -> A:
    """An answer whose `items` are JSON already, and are put into it as they stand."""
    return answer(items=items, **others)


def as_json(answer: Answer, position: int, headers: Sequence[tuple[str, str]] = ()) -> Representation:
    """An answer as JSON, tagged with the position that last changed it."""
    return represented(msgspec.json.encode(answer), JSON, position, headers)


def represented(
    body: bytes, media_type: str, position: int | None, headers: Sequence[tuple[str, str]] = ()
) -> Representation:
    """Encoded content with its `Repr-Digest` (RFC 9530) and a strong entity tag.

    The tag names the position for people, and the bytes themselves: other bytes never have the same tag, whichever
    release, language of a label or history of a database wrote them.
    """
    digest = hashlib.sha256(body)
    etag = f'"{"" if position is None else f"p{position}-"}{digest.hexdigest()[:16]}"'
    return Representation(body, media_type, etag, (*headers, digest_field(digest.digest())))


def digest_field(sha256: bytes) -> tuple[str, str]:
    """The `Repr-Digest` of a body as it is sent, its content coding included."""
    return "repr-digest", f"sha-256=:{base64.b64encode(sha256).decode()}:"
