"""The digest of a version: what makes any later change to it visible."""

import hashlib

import msgspec

from schemas.claims import ClaimVersion

_canonical = msgspec.json.Encoder(order="sorted").encode
"""RFC 8785 for what a version holds: text, whole numbers below 2^53, null, and names in ASCII. A test compares."""


def digest_of(version: ClaimVersion) -> str:
    """SHA-256, in hexadecimal, of the version's canonical JSON (RFC 8785) without its `digest`.

    Anyone can do the same with the JSON we serve: remove `digest`, canonicalise, hash.
    """
    # No text can hold these bytes: inside one, quotation marks stand behind a backslash.
    before, _, after = _canonical(version).partition(b'"digest":"' + version.digest.encode() + b'",')
    return hashlib.sha256(before + after).hexdigest()
