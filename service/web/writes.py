"""A write under way: its conditions, and that it is done once (draft-ietf-httpapi-idempotency-key-07)."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import http_sf
from litestar.response.base import ASGIResponse

from db.idempotency import Answered, Once, begin_once, keep_answer, kept_answer
from db.keys import KeyInForce
from db.log import hold_head
from db.pool import Writing, writing
from schemas.claims import ClaimVersion
from schemas.failures import (
    Fault,
    InvalidRequest,
    KeyInUse,
    KeyReused,
    PreconditionRequired,
    StoreFull,
    StoreUnavailable,
    VersionConflict,
    VersionMismatch,
)
from service.cache.representation import Representation, as_json
from service.runtime import Runtime
from service.web.conditional import is_one_of

LONGEST_KEY = 255

Work = Callable[[Writing], Awaitable[Answered]]


@dataclass(frozen=True)
class Write:
    """One POST, PUT, PATCH or DELETE: who sent it, its header fields and its body."""

    runtime: Runtime
    method: str
    path: str
    headers: Mapping[str, str]
    by: KeyInForce
    body: bytes

    async def once(self, work: Work) -> ASGIResponse:
        """Does the work in one transaction, and answers. With an `Idempotency-Key`, a repetition is answered the same.

        KeyReused when the key stood for another body, KeyInUse while the first request is still under way, Overloaded
        when too many others write.
        """
        key = idempotency_key(self.headers.get("idempotency-key"))
        once = key and Once(self.by.id, self.method, self.path, key, hashlib.sha256(self.body).digest())
        async with self.runtime.writers.one_more():
            for alone in (False, False, True):
                told = True
                try:
                    async with writing(self.runtime.pool) as connection:
                        if alone:
                            await hold_head(connection)
                        answer = await (_done_once(connection, once, work) if once else work(connection))
                    self.runtime.full.end()
                    return sent(answer)
                except VersionConflict:
                    continue  # begun again, and the caller's own condition looked at again
                except StoreUnavailable as failure:
                    told = False
                    if isinstance(failure, StoreFull):
                        self.runtime.full.begin(failure)
                    raise
                finally:
                    if told:
                        self.runtime.coherence.doubt()  # that it is written, or what stands in its way
        raise AssertionError("a claim moved on while nobody else could write")

    def refuse_repetition(self, why: str) -> None:
        """InvalidRequest for an `Idempotency-Key`, where an answer is not kept to be repeated, and why."""
        if "idempotency-key" in self.headers:
            raise InvalidRequest([Fault(why, parameter="Idempotency-Key")])

    def require_condition(self) -> None:
        """PreconditionRequired unless the caller says which version they read; `*` says that they read none."""
        if self.headers.get("if-match", "*").strip() == "*":
            raise PreconditionRequired("Say which version you read: send its `ETag` as `If-Match`; `*` names none.")
        if '"' not in self.headers["if-match"]:
            sentence = '`If-Match` is an entity tag, and has quotes: "p175-5f2b8c3d9e017a46".'
            raise InvalidRequest([Fault(sentence, parameter="If-Match")])

    def require_match(self, current: ClaimVersion, read_as: Iterable[str]) -> None:
        """VersionMismatch unless the claim still is as the caller read it (RFC 9110, sections 13.1.1 and 13.1.2).

        `read_as` are the entity tags it has besides that of its version: whoever read one of them has read the same.
        """
        etag, unless = represented_version(current).etag, self.headers.get("if-none-match")
        tags = [etag, *read_as]
        if not _names(self.headers["if-match"], tags) or (unless and _names(unless, tags)):
            weak = " A weak tag, `W/…`, never matches." if "W/" in self.headers["if-match"] else ""
            sentence = f"{current.id} is at version {current.version}; its entity tag is {etag}.{weak}"
            raise VersionMismatch(sentence, current)


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
    """A version as its own address has it."""
    return as_json(version, version.position)


def sent(answer: Answered) -> ASGIResponse:
    """An answer as a response."""
    return ASGIResponse(body=answer.body, status_code=answer.status, headers=answer.headers)


def _names(condition: str, tags: Iterable[str]) -> bool:
    return any(is_one_of(tag, condition) for tag in tags)


async def _done_once(connection: Writing, once: Once, work: Work) -> Answered:
    if not await begin_once(connection, once):
        raise KeyInUse("The first request with this `Idempotency-Key` is still under way: try again in a moment.")
    kept = await kept_answer(connection, once)
    if kept is None:
        answer = await work(connection)
        await keep_answer(connection, once, answer)
        return answer
    answer, same = kept
    if not same:
        raise KeyReused("This `Idempotency-Key` was used here with another body: a new request needs a new key.")
    return Answered(answer.status, [*answer.headers, ("idempotent-replayed", "true")], answer.body)
