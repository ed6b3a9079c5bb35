"""Webhooks: who is told of changes, and where; and what they are sent (Standard Webhooks 1.0.0)."""

import base64
import secrets
from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from schemas.changes import LoggedChange
from schemas.claims import ChangeKind, Severity
from schemas.fields import Answer, Instant, Line, Position, Request, Slug, Url

MOST_WEBHOOKS = 20
"""How many webhooks one owner may have."""

WebhookId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{12}$(?!\n)",
        max_length=12,
        description="Twelve hexadecimal digits, with which the id of each message begins.",
        examples=["5d1c0b9a7e42"],
    ),
]
Kinds = Annotated[list[ChangeKind], Meta(min_length=1, max_length=20)]
Severities = Annotated[list[Severity], Meta(min_length=1, max_length=20)]
Topics = Annotated[list[Slug], Meta(min_length=1, max_length=20)]
Claims = Annotated[list[Slug], Meta(min_length=1, max_length=100)]


class WebhookStatus(StrEnum):
    """Whether a webhook is told of changes. New values may be added."""

    ACTIVE = "active"
    """It is."""
    DISABLED = "disabled"
    """It is not, until it is made active again: then it goes on where it stopped."""


class DisabledReason(StrEnum):
    """Why a webhook is disabled. New values may be added."""

    OWNER = "owner"
    """Its owner, or an admin, disabled it."""
    GONE = "gone"
    """Its endpoint answered 410."""
    FAILING = "failing"
    """Its endpoint took nothing for 24 hours."""


class NewWebhook(Request, frozen=True, kw_only=True):
    """Where to send changes, and which. What is asked for must all match; a list matches if one of its values does."""

    url: Url
    """Where to send them: an https address that the internet can reach."""
    description: Line | None = None
    """What it is for, in words for whoever looks after it."""
    kinds: Kinds | None = None
    """Only changes of any of these kinds; all of them without it."""
    severities: Severities | None = None
    """Only changes that matter as much as any of these; all of them without it."""
    topics: Topics | None = None
    """Only changes of claims with any of these topics; of all claims without it."""
    claims: Claims | None = None
    """Only changes of any of these claims; of all claims without it."""
    after: Position | None = None
    """Begin with the changes after this position: 0 for the whole log; without it, with the next change."""


class WebhookChange(Request, frozen=True, kw_only=True):
    """A merge patch (RFC 7396): what is absent stays, null removes, a list is replaced as a whole.

    Whatever is changed but `description`, what is due is tried again at once.
    """

    url: Url | UnsetType = UNSET
    """Where to send changes: an https address that the internet can reach."""
    description: Line | UnsetType | None = UNSET
    """What it is for, in words for whoever looks after it."""
    kinds: Kinds | UnsetType | None = UNSET
    """Only changes of any of these kinds; null for all."""
    severities: Severities | UnsetType | None = UNSET
    """Only changes that matter as much as any of these; null for all."""
    topics: Topics | UnsetType | None = UNSET
    """Only changes of claims with any of these topics; null for those of all claims."""
    claims: Claims | UnsetType | None = UNSET
    """Only changes of any of these claims; null for those of all claims."""
    status: WebhookStatus | UnsetType = UNSET
    after: Position | UnsetType = UNSET
    """Go on after this position: an earlier one sends what follows again, a later one leaves out what lies between."""


class Webhook(Answer, frozen=True, kw_only=True):
    """Where changes are sent, which, and how far that has come."""

    id: WebhookId
    owner: Line
    """Whose it is: the name of a key. While no key in force bears it, nothing is sent."""
    url: Url
    """Where changes are sent."""
    description: Line | None
    """What it is for, in words for whoever looks after it."""
    kinds: list[ChangeKind] | None
    """The kinds of change it is told of; null for all."""
    severities: list[Severity] | None
    """How much changes it is told of matter; null for all."""
    topics: list[Slug] | None
    """The topics of the claims it is told of; null for all."""
    claims: list[Slug] | None
    """The claims it is told of; null for all."""
    status: WebhookStatus
    disabled_reason: DisabledReason | None
    disabled_at: Instant | None
    """Since when it is disabled; null while it is active."""
    position: Position
    """Up to where the log was read for it. What matched was delivered, or given up, or its claim is `held`."""
    behind: Annotated[int, Meta(ge=0)]
    """How many positions of the log were not looked at for it yet."""
    held: Annotated[int, Meta(ge=0)]
    """How many claims wait for a change of theirs to be tried again. The others go on meanwhile."""
    failures: Annotated[int, Meta(ge=0)]
    """How many attempts have failed since the last one that did not."""
    paused_until: Instant | None
    """When it is tried next, after several failures in a row; null if it is not paused."""
    last_success_at: Instant | None
    """When the endpoint last took a message; null if it never did."""
    created_at: Instant
    """When it was created."""
    created_by: Line
    """Who created it: the name of their key."""


class CreatedWebhook(Webhook, frozen=True, kw_only=True):
    """A new webhook with its secret, which is shown this once."""

    secret: str
    """What messages are signed with: `whsec_` and 32 bytes in base64. It is shown this once."""


class WebhookList(Answer, frozen=True, kw_only=True):
    """The caller's webhooks; for admins, everyone's."""

    items: list[Webhook]
    """The webhooks, by owner, the oldest first."""


class WebhookSecret(Answer, frozen=True, kw_only=True):
    """A webhook's new secret, which is shown this once."""

    secret: str
    """What messages are signed with from now on: `whsec_` and 32 bytes in base64. It is shown this once."""
    previous_expires_at: Instant
    """Until then, messages are signed with the secret before it, too."""


class MessageType(StrEnum):
    """What a message tells. New values may be added."""

    CREATED = "claim.created"
    """A claim was published."""
    CORRECTION = "claim.correction"
    """A claim was wrong, and was put right."""
    UPDATE = "claim.update"
    """A claim changed because the world did."""
    VERIFICATION = "claim.verification"
    """A verdict on a claim was given."""
    SUPERSEDED = "claim.superseded"
    """A newer claim replaces a claim."""
    RETRACTION = "claim.retraction"
    """A claim was withdrawn."""
    TEST = "webhook.test"
    """Nothing: the owner of the webhook wanted to see a message."""


class MessageData(LoggedChange, frozen=True, kw_only=True):
    """A change, and where to read more of it."""

    url: str
    """Where the version is, for ever."""
    claim_url: str
    """Where the claim is, as it is now."""
    acknowledge_url: str
    """What to PUT when the change was dealt with."""


class TrialData(Answer, frozen=True, kw_only=True):
    """What a test message says."""

    webhook: WebhookId
    """The webhook it was asked of."""
    note: Line
    """A sentence for whoever looks."""


class Message(Answer, frozen=True, kw_only=True):
    """What is sent to a webhook, as Standard Webhooks has it."""

    type: MessageType
    timestamp: Instant
    """When the change was recorded; of a test, when it was asked for."""
    data: MessageData


class TrialMessage(Answer, frozen=True, kw_only=True):
    """What is sent to a webhook that is tested."""

    type: MessageType
    timestamp: Instant
    """When it was asked for."""
    data: TrialData


def new_webhook_id() -> str:
    """An id for a new webhook."""
    return secrets.token_hex(6)


def new_webhook_secret() -> str:
    """A secret to sign with: `whsec_` and 256 random bits in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
