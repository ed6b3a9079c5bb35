"""Signatures of messages, as Standard Webhooks 1.0.0 has them (standardwebhooks.com)."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence

PREFIX = "whsec_"


def headers_of(id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three fields that say which message it is, when it was sent (Unix seconds), and that we sent it.

    It is signed with every secret that is in force: while one replaces another, receivers may know either.
    """
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(id, timestamp, body, secret) for secret in secrets),
    }


def signature(id: str, timestamp: int, body: bytes, secret: str) -> str:
    """`v1,` and the HMAC-SHA256 of id, timestamp and body under a secret, which is `whsec_` and its bytes in base64."""
    key = b64decode(secret.removeprefix(PREFIX), validate=True)
    return f"v1,{b64encode(hmac.digest(key, b'%s.%d.%s' % (id.encode(), timestamp, body), hashlib.sha256)).decode()}"
