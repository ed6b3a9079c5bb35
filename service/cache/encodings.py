"""Content codings (RFC 9110, section 8.4.1): which one a caller is sent, and a representation in it. Pure."""

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache, partial

import brotli
import zstandard
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from service.cache.representation import Representation, digest_field

IDENTITY = "identity"
CODINGS = ("br", "zstd", "gzip")
"""The smallest result first, which is what callers get who have no preference."""
SMALLEST = 256
"""Bytes below which a coding saves nothing."""
LONG = 32_768
"""Bytes above which encoding takes long enough to be done beside the loop."""
_LONGEST_FIELD = 200


def coding_for(accept_encoding: str | None, size: int) -> str:
    """The coding to send a body of so many bytes in, for an `Accept-Encoding` field (RFC 9110, section 12.5.3).

    Who asks for none gets none; and who accepts none that there is, or says it too lengthily, gets the body as it is.
    """
    if accept_encoding is None or len(accept_encoding) > _LONGEST_FIELD:
        return IDENTITY
    best, plain = _negotiated(accept_encoding)
    return IDENTITY if plain and size < SMALLEST else best


def encoded(representation: Representation, coding: str) -> Representation:
    """A representation in a coding: other bytes, so with a digest and a strong entity tag of their own."""
    body = _ENCODE[coding](representation.body)
    kept = [(name, value) for name, value in representation.headers if name != "repr-digest"]
    return Representation(
        body,
        representation.media_type,
        f'{representation.etag[:-1]}-{coding}"',
        (*kept, ("content-encoding", coding), digest_field(hashlib.sha256(body).digest())),
    )


def uncoded(etag: str) -> str:
    """The tag of the representation that a tag names a coding of; the tag itself if it names none."""
    for coding in CODINGS:
        if etag.endswith(f"-{coding}"):
            return etag.removesuffix(f"-{coding}")
    return etag


@lru_cache(512)
def _negotiated(field: str) -> tuple[str, bool]:
    """The best coding, and whether the body may be sent as it is instead."""
    wanted = parse_accept_header(field, Accept)
    plain = not any(name.lower() in (IDENTITY, "*") and not quality for name, quality in wanted) or bool(
        wanted.quality(IDENTITY)
    )
    named = {name.lower() for name, _ in wanted}
    qualities = {coding: float(wanted.quality(coding)) for coding in CODINGS}
    best = max(CODINGS, key=lambda coding: qualities[coding])
    least = float(wanted.quality(IDENTITY)) if IDENTITY in named else 0.0
    return (best if qualities[best] > 0 and qualities[best] >= least else IDENTITY), plain


def _trimmed(body: bytes) -> bytes:
    """The same bytes alone: what zstandard gives keeps the room the longest result would have taken."""
    return bytes(memoryview(body))


_ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=5),
    "zstd": lambda body: _trimmed(zstandard.ZstdCompressor(level=6).compress(body)),  # one each: threads share none
    "gzip": partial(gzip.compress, compresslevel=6, mtime=0),
}
