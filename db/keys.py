"""What Postgres knows about API keys."""

from types import NoneType

import msgspec

from db.pool import Reading, Writing
from db.questions import Questions
from schemas.keys import IssuedKey, Key, NewKey, Role, Secret

_ask = Questions("keys.sql")


class KeyInForce(msgspec.Struct, frozen=True):
    """A key that may be used, and the SHA-256 of its secret."""

    id: str
    name: str
    role: Role
    digest: bytes


_keys = _ask("keys", Key)
_key = _ask("key", Key)
_in_force = _ask("key_in_force", KeyInForce)
_issue = _ask("issue_key", Key)
_revoke = _ask("revoke_key", Key)
_was_used = _ask("key_was_used", NoneType)


async def keys(connection: Reading) -> list[Key]:
    """Every key there is or was, those in force first, by name."""
    return await _keys.many(connection)


async def key_by_id(connection: Reading, id: str) -> Key | None:
    """One key; None if there is none."""
    return await _key.one(connection, id)


async def key_in_force(connection: Reading, id: str) -> KeyInForce | None:
    """One key with its digest; None if there is none, or it is revoked."""
    return await _in_force.one(connection, id)


async def issue_key(connection: Writing, new: NewKey, by: str) -> IssuedKey | None:
    """A new key with its secret, of which only the digest is kept; None if another one in force bears the name."""
    secret = Secret.generate()
    key = await _issue.one(connection, secret.key, new.name, new.role, secret.digest, by)
    return None if key is None else IssuedKey(**msgspec.structs.asdict(key), secret=secret.text)


async def revoke_key(connection: Writing, id: str, by: str) -> Key | None:
    """The key, revoked now or before; None if there is none."""
    return await _revoke.one(connection, id, by)


async def key_was_used(connection: Writing, id: str) -> None:
    """Notes that a key is in use."""
    await _was_used.run(connection, id)
