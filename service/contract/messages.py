"""What is sent to webhooks, as the contract says it: OpenAPI's `webhooks`."""

from typing import Any

from schemas.webhooks import Message, TrialMessage
from service.cache.representation import JSON
from service.contract.components import name_of, reference

MESSAGES: dict[str, tuple[Any, str, str]] = {
    "claim-changed": (
        Message,
        "A claim changed",
        "Sent to each webhook that is told of such a change, until it is taken.",
    ),
    "webhook-tested": (TrialMessage, "A test", "Sent when someone asks for it, once."),
}
"""What is sent, each with its type, and what it is in a few words and in a sentence."""

_FIELDS = (
    ("webhook-id", "Names the message: the same however often it is sent. Take each once.", "5d1c0b9a7e42-181"),
    ("webhook-timestamp", "When it was sent, in seconds since 1970. Refuse what is much older than now.", "1795780800"),
    ("webhook-signature", "One signature for each valid secret, with spaces between: one must be right.",
     "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
)  # fmt: skip
_ANSWER = (
    "2xx takes it. 410 disables the webhook. After any other answer, or none within 15 seconds, a change is sent again "
    "later; `Retry-After` is honoured."
)


def messages_of() -> dict[str, Any]:
    """Every message, by name, as a request that its receiver must answer."""
    return {name: {"post": _sent(name, *about)} for name, about in MESSAGES.items()}


def _sent(name: str, kind: Any, summary: str, sentence: str) -> dict[str, Any]:
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
        "requestBody": {"required": True, "content": {JSON: {"schema": reference(name_of(kind))}}},
        "responses": {"default": {"description": _ANSWER}},
    }  # fmt: skip
