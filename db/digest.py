"""The digest of a version: what makes any later change to it visible."""

import hashlib
from typing import Any

import msgspec
import rfc8785

from schemas.claims import ClaimVersion


def digest_of(version: ClaimVersion) -> str:
    """SHA-256, in hexadecimal, of the version's canonical JSON (RFC 8785) without its `digest`.

    Anyone can do the same with the JSON we serve: remove `digest`, canonicalise, hash.
    """
    fields: dict[str, Any] = msgspec.to_builtins(version)
    del fields["digest"]
    return hashlib.sha256(rfc8785.dumps(fields)).hexdigest()
