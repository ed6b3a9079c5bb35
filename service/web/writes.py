"""A write under way: its conditions, and that it is done once (draft-ietf-httpapi-idempotency-key-07)."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import http_sf
from litestar.response.base import ASGIResponse

from db.idempotency import Answered, Once, begin_once, keep_answer, kept_answer
from db.keys import KeyInForce
from db.pool import Writing, writing
from schemas.claims import ClaimVersion
from schemas.failures import (
    Fault,
    InvalidRequest,
    KeyInUse,
    KeyReused,
    PreconditionRequired,
    StoreUnavailable,
    VersionConflict,
    VersionMismatch,
)
from service.cache.representation import Representation, as_json
from service.runtime import Runtime
from service.web.conditional import is_one_of

LONGEST_KEY = 255
_ATTEMPTS = 10
"""How often a write is begun again because a claim it touches besides its own has moved on meanwhile."""

Work = Callable[[Writing], Awaitable[Answered]]


@dataclass(frozen=True)
class Write:
    """One POST, PATCH or DELETE: who sent it, its header fields and its body."""

    runtime: Runtime
    method: str
    path: str
    headers: Mapping[str, str]
    by: KeyInForce
    body: bytes

    async def once(self, work: Work) -> ASGIResponse:
        """Does the work in one transaction, and answers. With an `Idempotency-Key`, a repetition is answered the same.

        KeyReused when the key stood for another body, KeyInUse while the first request is still under way.
        """
        key = idempotency_key(self.headers.get("idempotency-key"))
        once = key and Once(self.by.id, self.method, self.path, key, hashlib.sha256(self.body).digest())
        for _ in range(_ATTEMPTS):
            try:
                async with writing(self.runtime.pool) as connection:
                    if not once:
                        return sent(await work(connection))
                    return await _done_once(connection, once, work)
            except VersionConflict:
                continue  # begun again: whether the caller's own condition still holds is looked at again
        raise StoreUnavailable("The claims this touches keep changing: try again.")

    def require_condition(self) -> None:
        """PreconditionRequired unless the caller says which version they read."""
        if "if-match" not in self.headers:
            raise PreconditionRequired("Say which version you read: send its `ETag` back as `If-Match`.")

    def require_match(self, current: ClaimVersion) -> None:
        """VersionMismatch unless the claim still is as the caller read it (RFC 9110, section 13.1.1)."""
        etag = represented_version(current).etag
        if not is_one_of(etag, self.headers["if-match"]):
            raise VersionMismatch(f"{current.id} is at version {current.version}; its entity tag is {etag}.", current)


def idempotency_key(field: str | None) -> str | None:
    """The key in an `Idempotency-Key` field: a string in quotes (RFC 9651, 3.3.3). InvalidRequest for others."""
    if field is None:
        return None
    try:
        item: Any = http_sf.parse(field.encode("latin-1"), tltype="item")
        key = item[0]
    except ValueError:
        key = None
    if not isinstance(key, str) or isinstance(key, http_sf.Token) or not 0 < len(key) <= LONGEST_KEY:
        sentence = f'`Idempotency-Key` is a string of 1 to {LONGEST_KEY} ASCII characters in quotes: "8e03978e-40d5".'
        raise InvalidRequest([Fault(sentence, parameter="Idempotency-Key")])
    return key


def represented_version(version: ClaimVersion) -> Representation:
    """A claim's newest version as a read of the claim has it."""
    return as_json(version, version.position)


def sent(answer: Answered) -> ASGIResponse:
    """An answer as a response."""
    return ASGIResponse(body=answer.body, status_code=answer.status, headers=answer.headers)


async def _done_once(connection: Writing, once: Once, work: Work) -> ASGIResponse:
    if not await begin_once(connection, once):
        raise KeyInUse("The first request with this `Idempotency-Key` is still under way: try again in a moment.")
    kept = await kept_answer(connection, once)
    if kept is None:
        answer = await work(connection)
        await keep_answer(connection, once, answer)
        return sent(answer)
    answer, same = kept
    if not same:
        raise KeyReused("This `Idempotency-Key` was used here with another body: a new request needs a new key.")
    return ASGIResponse(
        body=answer.body, status_code=answer.status, headers=[*answer.headers, ("idempotent-replayed", "true")]
    )
