"""Messages: what a webhook is sent, and under which id (Standard Webhooks 1.0.0)."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec

from schemas.changes import LoggedChange
from schemas.webhooks import Message, MessageData, MessageType, TrialData, TrialMessage
from service.work.sending import Attempt, Sender
from service.work.signing import headers_of

LARGEST = 20_000
"""Bytes a message may have."""
_NOTE_OF_A_LARGE_ONE = 1000
_NOTE = "This is a test, asked for by whoever looks after this webhook: nothing changed."


class Letter(msgspec.Struct, frozen=True):
    """A message as it goes over the wire: its id, the same however often it is sent, and its body."""

    id: str
    body: bytes


def letter_of(change: LoggedChange, webhook: str, origin: str) -> Letter:
    """What a webhook is told of a change. `origin` is the address its links begin with, without a final slash."""
    claim = f"{origin}/v1/claims/{change.claim}"
    said = {name: getattr(change, name) for name in LoggedChange.__struct_fields__}
    data = MessageData(
        **said,
        url=f"{claim}/versions/{change.version}",
        claim_url=claim,
        acknowledge_url=f"{origin}/v1/webhooks/{webhook}/acknowledgements/{change.position}",
    )
    body = _body(data)
    if len(body) > LARGEST:  # in few words; the version has all of them
        note = f"{(change.change.note or '')[:_NOTE_OF_A_LARGE_ONE]}…"
        shorter = msgspec.structs.replace(change.change, note=note)
        body = _body(msgspec.structs.replace(data, change=shorter))
    return Letter(f"{webhook}-{change.position}", body)


def trial_letter(webhook: str, now: datetime) -> Letter:
    """A message that tells nothing, to see how it is taken. Each is another one."""
    message = TrialMessage(type=MessageType.TEST, timestamp=now, data=TrialData(webhook=webhook, note=_NOTE))
    return Letter(f"{webhook}-test-{secrets.token_hex(6)}", msgspec.json.encode(message))


async def send_now(sender: Sender, url: str, keys: Sequence[str], letter: Letter, now: datetime) -> Attempt:
    """Sends a message once, signed with every secret in `keys`. Nothing is raised but for being cancelled."""
    headers = headers_of(letter.id, int(now.timestamp()), letter.body, keys)
    return await sender.send(url, headers, letter.body)


def _body(data: MessageData) -> bytes:
    kind = MessageType(f"claim.{data.change.kind}")
    return msgspec.json.encode(Message(type=kind, timestamp=data.recorded_at, data=data))
