"""Cursors: where a page goes on, at which position, for which question. Pure.

A cursor is opaque and may change with any release. It is signed with a checksum, not a secret: a forged one could only
ask for a page that anyone may ask for.
"""

import base64
import binascii
import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.failures import Fault, InvalidRequest
from schemas.fields import LARGEST_INTEGER, Position, Request


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The question a page belongs to, the position it is frozen at, and the last row of the page before."""

    question: bytes
    position: Position
    key: Annotated[str, Meta(pattern=r"^[^\u0000]*$", max_length=80)]
    row: Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cursor).decode
_CHECK = 6


def question_of(path: str, query: Request) -> bytes:
    """What a cursor belongs to: the address and every parameter but the page's own."""
    asked = msgspec.to_builtins(query)
    plain = {name: asked[name] for name in sorted(asked) if name not in ("cursor", "limit") and asked[name] is not None}
    return hashlib.blake2s(msgspec.msgpack.encode([path, plain]), digest_size=8).digest()


def write_cursor(cursor: Cursor) -> str:
    """The cursor as text for an address."""
    packed = _encode(cursor)
    return base64.urlsafe_b64encode(_checksum(packed) + packed).rstrip(b"=").decode()


def read_cursor(text: str, question: bytes) -> Cursor:
    """The cursor a text stands for. InvalidRequest if it is damaged, or belongs to another question."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = _decode(raw[_CHECK:])
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise _invalid("is damaged: pass back `next` unchanged.") from error
    if raw[:_CHECK] != _checksum(raw[_CHECK:]) or write_cursor(cursor) != text:
        raise _invalid("is damaged: pass back `next` unchanged.")
    if cursor.question != question:
        raise _invalid("belongs to another question: keep every parameter but `limit` as it was.")
    return cursor


def _checksum(packed: bytes) -> bytes:
    return hashlib.blake2s(packed, digest_size=_CHECK, person=b"cursor").digest()


def _invalid(sentence: str) -> InvalidRequest:
    return InvalidRequest([Fault(f"`cursor` {sentence}", parameter="cursor")])
