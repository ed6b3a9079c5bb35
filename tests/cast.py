"""The cast of every permission test: who sends a request, and with which key."""

from collections.abc import Mapping

from db.keys import issue_key, revoke_key
from db.pool import Pool, writing
from schemas.keys import NewKey, Role, Secret

ANONYMOUS, REVOKED, GARBAGE = "anonymous", "revoked", "garbage"
CALLERS = (ANONYMOUS, GARBAGE, REVOKED, *(str(role) for role in Role))
STRANGERS = (ANONYMOUS, GARBAGE, REVOKED)
"""Who has no key that is in force."""


async def key_for(pool: Pool, name: str, role: Role) -> str:
    """A new key's secret."""
    async with writing(pool) as connection:
        issued = await issue_key(connection, NewKey(name=name, role=role), "a test")
    assert issued is not None, name
    return issued.secret


async def cast_of(pool: Pool) -> Mapping[str, dict[str, str]]:
    """The header fields each caller sends. The revoked key was an admin's; the garbage one looks like a key."""
    secrets = {str(role): await key_for(pool, str(role).capitalize(), role) for role in Role}
    secrets[REVOKED] = await key_for(pool, "Revoked", Role.ADMIN)
    async with writing(pool) as connection:
        await revoke_key(connection, Secret.read(secrets[REVOKED]).key, "a test")
    secrets[GARBAGE] = Secret.generate().text
    fields = {caller: {"Authorization": f"Bearer {secret}"} for caller, secret in secrets.items()}
    return {ANONYMOUS: {}, **fields}
