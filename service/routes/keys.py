"""API keys: who may do what, for admins."""

from litestar.response.base import ASGIResponse

from db.keys import issue_key, key_by_id, keys, revoke_key
from db.pool import reading, writing
from schemas.failures import AlreadyExists, Fault, NotFound
from schemas.keys import IssuedKey, Key, KeyId, KeyList, NewKey, Role
from service.web.endpoints import delete, get, post
from service.web.headers import LOCATION
from service.web.private import private
from service.web.reads import Read
from service.web.writes import Write


@get("/v1/keys", "Keys", KeyList, role=Role.ADMIN)
async def list_keys(read: Read) -> ASGIResponse:
    """Every key there is or was, those in force first: who holds it, what it may do, when it was last used."""
    async with reading(read.runtime.pool) as connection:
        return private(KeyList(items=await keys(connection)))


@get("/v1/keys/{id}", "Keys", Key, role=Role.ADMIN, failures=(NotFound,))
async def get_key(read: Read, id: KeyId) -> ASGIResponse:
    """One key."""
    async with reading(read.runtime.pool) as connection:
        return private(_found(await key_by_id(connection, id), id))


@post("/v1/keys", "Keys", IssuedKey, role=Role.ADMIN, failures=(AlreadyExists,), sends=(LOCATION,),
      example={"name": "Desk", "role": "editor"})  # fmt: skip
async def issue_api_key(write: Write, body: NewKey) -> ASGIResponse:
    """Issues a key. Its secret is shown this once: only its SHA-256 is kept, so no repetition can show it again."""
    write.refuse_repetition(
        "Here `Idempotency-Key` could only repeat an answer that holds a secret, and secrets are not kept."
    )
    async with writing(write.runtime.pool) as connection:
        issued = await issue_key(connection, body, write.by.name)
    if issued is None:
        raise AlreadyExists([Fault(f"A key in force is called {body.name} already: revoke it first.", pointer="/name")])
    return private(issued, 201, [("location", f"/v1/keys/{issued.id}")])


@delete("/v1/keys/{id}", "Keys", Key, role=Role.ADMIN, failures=(NotFound,))
async def revoke_api_key(write: Write, id: KeyId) -> ASGIResponse:
    """Revokes a key, at once and everywhere. It stays listed, since versions name it; twice is as good as once."""
    async with writing(write.runtime.pool) as connection:
        return private(_found(await revoke_key(connection, id, write.by.name), id))


def _found(key: Key | None, id: str) -> Key:
    if key is None:
        raise NotFound(f"There is no key {id}.")
    return key


endpoints = (list_keys, get_key, issue_api_key, revoke_api_key)
