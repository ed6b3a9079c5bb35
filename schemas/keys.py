"""API keys: who may do what. A secret is an answer once, when it is issued, and is kept by nobody but its holder."""

import hashlib
import hmac
import re
import secrets
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import NAME_PATTERN, Answer, Instant, Line, Request

_SECRET = re.compile(r"ctb_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


class Role(StrEnum):
    """What a key may do: each role includes the ones before it. New values may be added."""

    PARTNER = "partner"
    """Reads with higher limits, and has webhooks."""
    EDITOR = "editor"
    """Creates, revises and retracts claims, too."""
    VERIFIER = "verifier"
    """Gives verdicts, too."""
    ADMIN = "admin"
    """Issues and revokes keys, and manages everyone's webhooks, too."""

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


KeyId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{12}$(?!\n)",
        max_length=12,
        description="Twelve hexadecimal digits. The secret holds them too, so that one found somewhere can be revoked.",
        examples=["3f9c2a7be1d0"],
    ),
]
KeyName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=NAME_PATTERN,
        description="Who holds the key, as versions name their author. One key in force bears a name.",
        examples=["Desk"],
    ),
]


class NewKey(Request, frozen=True, kw_only=True):
    """A key to issue."""

    name: KeyName
    role: Role


class Key(Answer, frozen=True, kw_only=True):
    """A key: who holds it, what it may do, when it was last used (to the minute), and whether it is revoked."""

    id: KeyId
    name: Line
    """Who holds it: versions name them as their author."""
    role: Role
    issued_at: Instant
    """When it was issued."""
    issued_by: Line
    """Who issued it: the name of their key, or `console`."""
    last_used_at: Instant | None
    """When it was last used, to the minute; null if it never was."""
    revoked_at: Instant | None
    """When it was revoked; null while it is in force."""
    revoked_by: Line | None
    """Who revoked it; null while it is in force."""


class IssuedKey(Key, frozen=True, kw_only=True):
    """A new key with its secret, which is shown this once."""

    secret: str
    """What to send as `Authorization: Bearer …`. It is shown this once, and kept by nobody but you."""


class KeyList(Answer, frozen=True, kw_only=True):
    """Every key there is or was, those in force first, by name."""

    items: list[Key]
    """The keys, those in force first, by name."""


class Secret:
    """A secret: `ctb_`, its key's id, `_`, and 256 random bits in base64url. It does not print itself."""

    __slots__ = ("key", "text")

    def __init__(self, text: str, key: str) -> None:
        self.text = text
        self.key = key

    @classmethod
    def generate(cls) -> "Secret":
        """A new secret for a new key."""
        key = secrets.token_hex(6)
        return cls(f"ctb_{key}_{secrets.token_urlsafe(32)}", key)

    @classmethod
    def read(cls, text: str) -> "Secret | None":
        """A secret as its holder sends it; None if it is none of ours by its form."""
        found = _SECRET.fullmatch(text)
        return cls(text, found[1]) if found else None

    @classmethod
    def sent(cls, authorization: str) -> "Secret | None":
        """The secret in an `Authorization` field (RFC 6750); None if it holds none of ours by its form."""
        scheme, _, credentials = authorization.partition(" ")
        return cls.read(credentials.strip()) if scheme.lower() == "bearer" else None

    @property
    def digest(self) -> bytes:
        """Its SHA-256: what is stored in its place."""
        return hashlib.sha256(self.text.encode()).digest()

    def matches(self, digest: bytes) -> bool:
        """Whether a stored digest is this secret's; takes as long for a near miss as for a far one."""
        return hmac.compare_digest(self.digest, digest)

    def __repr__(self) -> str:
        return f"<the secret of key {self.key}>"
