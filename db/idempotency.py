"""What Postgres knows about writes that were asked for with an `Idempotency-Key`."""

from types import NoneType

import msgspec

from db.pool import Reading, Writing
from db.questions import Questions

_ask = Questions("idempotency.sql")


class Once(msgspec.Struct, frozen=True):
    """What is to be done once: who asks, how, where, under which key; and the SHA-256 of the body they sent."""

    caller: str
    method: str
    path: str
    key: str
    fingerprint: bytes


class Answered(msgspec.Struct, frozen=True):
    """What a write was answered: its status, its header fields and its body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Kept(Answered, frozen=True):
    fingerprint: bytes


_begin = _ask("begin_once", bool)
_kept = _ask("kept_answer", _Kept)
_keep = _ask("keep_answer", NoneType)
_forget = _ask("forget_old_answers", NoneType)


async def begin_once(connection: Writing, once: Once) -> bool:
    """Whether nobody else is at it. If so, nobody else will be until the transaction ends."""
    return await _begin.value(connection, once.caller, once.method, once.path, once.key)


async def kept_answer(connection: Reading, once: Once) -> tuple[Answered, bool] | None:
    """What it was answered within the last day, and whether the same was asked; None if it was not."""
    kept = await _kept.one(connection, once.caller, once.method, once.path, once.key)
    if kept is None:
        return None
    return Answered(kept.status, kept.headers, kept.body), kept.fingerprint == once.fingerprint


async def keep_answer(connection: Writing, once: Once, answer: Answered) -> None:
    """Keeps what it is answered for a day; it commits with the write it answers."""
    await _keep.run(
        connection,
        once.caller, once.method, once.path, once.key, once.fingerprint, answer.status, answer.headers, answer.body,
    )  # fmt: skip
    await _forget.run(connection)
