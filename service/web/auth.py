"""Who asks: the key a request is sent with, and what it may do (RFC 6750)."""

from collections.abc import Mapping

from db.keys import KeyInForce, key_in_force
from db.pool import reading
from schemas.failures import Forbidden, Unauthenticated
from schemas.keys import Role, Secret
from service.runtime import Runtime

_HOW = "send it as `Authorization: Bearer ctb_…`"
_NOBODY = bytes(32)


async def key_of(runtime: Runtime, headers: Mapping[str, str]) -> KeyInForce | None:
    """The key in force a request was sent with; None if it was sent without one. Unauthenticated for any other.

    It is looked up each time, so that a revocation holds everywhere at once.
    """
    field = headers.get("authorization")
    if field is None:
        return None
    scheme, _, credentials = field.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated(f"A key is a Bearer token: {_HOW}.", sent=True)
    if not credentials.strip():
        raise Unauthenticated(f"The key is empty: {_HOW}.", sent=True)
    secret = Secret.sent(field)
    if secret is None:
        raise Unauthenticated("This is no key of ours, by its form.", sent=True)
    async with reading(runtime.pool) as connection:
        key = await key_in_force(connection, secret.key)
    if not secret.matches(key.digest if key else _NOBODY) or key is None:
        raise Unauthenticated("There is no such key, or it is revoked.", sent=True)
    runtime.uses.note(key.id)
    return key


def require_key(key: KeyInForce | None, role: Role) -> KeyInForce:
    """The key. Unauthenticated if there is none."""
    if key is None:
        raise Unauthenticated(f"This needs the key of a role of at least `{role}`: {_HOW}.", sent=False)
    return key


def require_role(key: KeyInForce, role: Role) -> None:
    """Forbidden unless the key may do what a role may."""
    if not key.role.includes(role):
        raise Forbidden(f"This needs the role `{role}`; {key.name} has `{key.role}`.", role)
