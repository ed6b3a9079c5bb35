"""What is sent to webhooks, as the contract says it: OpenAPI's `webhooks`."""

from typing import Any

import msgspec

from schemas.changes import LoggedChange
from schemas.webhooks import Message, TrialMessage
from service.cache.representation import JSON
from service.contract.components import name_of, reference
from service.contract.examples import Examples
from service.work.messages import message_of, trial_of

MESSAGES: dict[str, tuple[Any, str, str]] = {
    "claim-changed": (
        Message,
        "A claim changed",
        "Sent to each webhook that is told of such a change, until it is taken.",
    ),
    "webhook-tested": (TrialMessage, "A test", "Sent when someone asks for it, once."),
}
"""What is sent, each with its type, and what it is in a few words and in a sentence."""

_HOOK = "5d1c0b9a7e42"
_FIELDS = (
    ("webhook-id", "Names the message: the same however often it is sent. Take each once.", f"{_HOOK}-177"),
    ("webhook-timestamp", "When it was sent, in seconds since 1970. Refuse what is much older than now.", "1795780800"),
    ("webhook-signature", "One signature for each valid secret, with spaces between: one must be right.",
     "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
)  # fmt: skip
_ANSWER = (
    "2xx takes it. 410 disables the webhook. After any other answer, or none within 15 seconds, a change is sent again "
    "later; `Retry-After` is honoured."
)


def messages_of(examples: Examples) -> dict[str, Any]:
    """Every message, by name, as a request that its receiver must answer."""
    shown = _shown(examples)
    return {name: {"post": _sent(name, *about, shown.get(about[0], {}))} for name, about in MESSAGES.items()}


def _shown(examples: Examples) -> dict[Any, dict[str, Any]]:
    """An example of each message: what is sent of a correction that was recorded, and a test. None if none was."""
    recorded = examples.of("list_corrections", 200, JSON).get("examples", {}).values()
    items = [item for example in recorded for item in example["value"]["items"]]
    if not items:
        return {}
    change = msgspec.convert(items[-1], LoggedChange)
    sent = {
        Message: message_of(_HOOK, change, "https://citable.example"),
        TrialMessage: trial_of(_HOOK, change.recorded_at, ""),
    }
    return {kind: {"example": msgspec.json.decode(message.body)} for kind, message in sent.items()}


def _sent(name: str, kind: Any, summary: str, sentence: str, example: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": f"receive_{name.replace('-', '_')}",
        "summary": summary,
        "description": f"{sentence} It is signed as Standard Webhooks 1.0.0 has it.",
        "tags": ["Webhooks"],
        "security": [],
        "parameters": [
            {"name": field, "in": "header", "required": True, "description": said, "example": example,
             "schema": {"type": "string"}}
            for field, said, example in _FIELDS
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": reference(name_of(kind)), **example}}},
        "responses": {"default": {"description": _ANSWER}},
    }  # fmt: skip
