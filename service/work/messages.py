"""Messages: what a webhook is sent of a change, and sending it once."""

from datetime import datetime

import msgspec

from db.deliveries import Attempted
from schemas.changes import LoggedChange
from schemas.deliveries import DeliveryKind, DeliveryOutcome
from schemas.webhooks import Message, MessageData, MessageType, TrialData, TrialMessage
from service.work.sending import SENT_WITHIN, Attempt, Sender
from service.work.signing import headers_of

LARGEST = 20_000
"""Bytes a message may have (Standard Webhooks)."""
_LONGEST_NOTE = 1000
"""Characters of a note that are left of one in too large a message."""
_NOTE = "This is a test: nothing has changed."


class Outgoing(msgspec.Struct, frozen=True):
    """A message as it is sent: its id, which is the same however often that is, and its body."""

    id: str
    body: bytes


def message_of(webhook: str, change: LoggedChange, origin: str) -> Outgoing:
    """What a webhook is sent of a change, with addresses that begin with `origin`."""
    claim = f"{origin}/v1/claims/{change.claim}"
    data = MessageData(
        **{field: getattr(change, field) for field in LoggedChange.__struct_fields__},
        url=f"{claim}/versions/{change.version}",
        claim_url=claim,
        acknowledge_url=f"{origin}/v1/webhooks/{webhook}/acknowledgements/{change.position}",
    )
    message = Message(type=MessageType(f"claim.{change.change.kind}"), timestamp=change.recorded_at, data=data)
    body = msgspec.json.encode(message)
    if len(body) > LARGEST:  # the version has the whole note
        note = f"{(change.change.note or '')[:_LONGEST_NOTE]}…"
        data = msgspec.structs.replace(data, change=msgspec.structs.replace(change.change, note=note))
        body = msgspec.json.encode(msgspec.structs.replace(message, data=data))
    return Outgoing(f"{webhook}-{change.position}", body)


def trial_of(webhook: str, at: datetime, token: str) -> Outgoing:
    """A test message of a webhook, asked for at an instant; `token` makes its id its own."""
    data = TrialData(webhook=webhook, note=_NOTE)
    message = TrialMessage(type=MessageType.TEST, timestamp=at, data=data)
    return Outgoing(f"{webhook}-test-{token}", msgspec.json.encode(message))


async def send_now(
    sender: Sender, url: str, message: Outgoing, secrets: list[str], at: datetime, *, within: float = SENT_WITHIN
) -> Attempt:
    """Sends a message once, signed as of an instant, within so many seconds."""
    headers = headers_of(message.id, int(at.timestamp()), message.body, secrets)
    return await sender.send(url, headers, message.body, within=within)


def outcome_of(attempt: Attempt) -> DeliveryOutcome:
    """What came of an attempt, in a word."""
    if attempt.is_delivered:
        return DeliveryOutcome.DELIVERED
    return DeliveryOutcome.REFUSED if attempt.is_refused else DeliveryOutcome.FAILED


def kept(
    attempt: Attempt, change: LoggedChange | None, kind: DeliveryKind, at: datetime, number: int | None = None
) -> Attempted:
    """An attempt that began at an instant, as it is kept: of a change, or of a test if that is None."""
    return Attempted(
        change=change,
        kind=kind,
        attempt=number,
        attempted_at=at,
        outcome=outcome_of(attempt),
        status=attempt.status,
        error=attempt.error and attempt.error[:500],
        latency_ms=attempt.latency_ms,
    )
