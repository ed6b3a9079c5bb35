"""Where an answer leads: the operations that go on from it, with what they are given (OpenAPI's links)."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from schemas.acknowledgements import Acknowledgement
from schemas.changes import ChangePage, CorrectionPage
from schemas.claims import Claim, ClaimPage, ClaimVersion, TimeMap, VersionPage
from schemas.deliveries import Delivery, DeliveryPage
from schemas.editing import BulkAnswer
from schemas.embeds import OEmbed
from schemas.feeds import JsonFeed
from schemas.fields import Request
from schemas.keys import IssuedKey, Key, KeyList
from schemas.matching import Matches
from schemas.measures import MeasureDetail, MeasurePage
from schemas.problems import MismatchProblem
from schemas.sources import SourceDetail, SourcePage
from schemas.topics import TopicPage
from schemas.webhooks import CreatedWebhook, Webhook, WebhookList, WebhookSecret


class Lead(NamedTuple):
    """An operation that goes on from an answer, why, and where each of its parameters is found."""

    operation: str
    sentence: str
    given: Mapping[str, str]


def _of_body(pointer: str) -> str:
    return f"$response.body#/{pointer}"


def _claim(place: str) -> dict[str, str]:
    return {"id": _of_body(f"{place}id")}


def _as_read(place: str) -> dict[str, str]:
    return {**_claim(place), "If-Match": "$response.header.ETag"}


def _changes(place: str) -> tuple[Lead, ...]:
    """What may be done with a claim whose newest version was read."""
    return (
        Lead("revise_claim", "Change it, if it is still as it was read.", _as_read(place)),
        Lead("verify_claim", "Give a verdict on it, if it is still as it was read.", _as_read(place)),
        Lead("retract_claim", "Withdraw it, if it is still as it was read.", _as_read(place)),
    )


def _webhook(place: str) -> tuple[Lead, ...]:
    """What may be done with a webhook."""
    it = {"id": _of_body(place)}
    return (
        Lead("get_webhook", "The webhook, and how far it has come.", it),
        Lead("change_webhook", "Change it.", it),
        Lead("test_webhook", "Send it a message, and see what comes of it.", it),
        Lead("list_deliveries", "What was sent to it.", it),
        Lead("rotate_webhook_secret", "Sign with another secret.", it),
        Lead("delete_webhook", "Delete it.", it),
    )


_CLAIM = (
    Lead("get_claim", "The claim as it is now.", _claim("")),
    *_changes(""),
    Lead("get_version", "This version, for ever.", {**_claim(""), "version": _of_body("version")}),
    Lead("list_versions", "Every version it has had.", _claim("")),
    Lead("diff_versions", "What changed since this version.", {**_claim(""), "from": _of_body("version")}),
    Lead("get_timemap", "When each version was recorded.", _claim("")),
    Lead("get_citation", "How to cite this version.", {**_claim(""), "version": _of_body("version")}),
    Lead("get_claim_review", "This version as schema.org has it.", {**_claim(""), "version": _of_body("version")}),
    Lead("get_measure", "The claims it competes with.", {"id": _of_body("measure")}),
    Lead(
        "get_chart",
        "The claims it competes with, as a picture.",
        {"id": _of_body("measure"), "claim": _of_body("id")},
    ),
)

LEADS: Mapping[type, tuple[Lead, ...]] = {
    Claim: _CLAIM,
    ClaimVersion: _CLAIM,
    MismatchProblem: _changes("current/"),
    ClaimPage: (Lead("get_claim", "The first claim of the page.", _claim("items/0/")),),
    VersionPage: (
        Lead(
            "get_version", "The first version of the page.",
            {"id": "$request.path.id", "version": _of_body("items/0/version")},
        ),
    ),
    TimeMap: (
        Lead(
            "get_version", "The oldest version.",
            {"id": "$request.path.id", "version": _of_body("mementos/0/version")},
        ),
    ),
    BulkAnswer: (Lead("get_claim", "The first claim that was published.", _claim("items/0/")),),
    MeasurePage: (Lead("get_measure", "The first measure of the page.", _claim("items/0/")),),
    MeasureDetail: (
        Lead("get_claim", "The first of its claims.", _claim("items/0/")),
        Lead("get_chart", "Its claims over time, as a picture.", _claim("")),
    ),
    SourcePage: (Lead("get_source", "The first source of the page.", _claim("items/0/")),),
    SourceDetail: (Lead("get_claim", "The first claim that cites it.", {"id": _of_body("citations/0/claim")}),),
    Matches: (
        Lead(
            "get_version", "The likeliest claim of the first passage, as it was compared.",
            {"id": _of_body("items/0/candidates/0/claim"), "version": _of_body("items/0/candidates/0/version")},
        ),
        Lead(
            "get_measure", "What comes nearest to the first passage of which there is no claim.",
            {"id": _of_body("unmatched/0/nearest/measure")},
        ),
    ),
    TopicPage: (Lead("list_claims", "The claims of the first topic.", {"topic": _of_body("items/0/id")}),),
    ChangePage: (
        Lead(
            "get_version", "The first version of the page.",
            {"id": _of_body("items/0/claim"), "version": _of_body("items/0/version")},
        ),
    ),
    CorrectionPage: (
        Lead(
            "get_version", "The newest correction.",
            {"id": _of_body("items/0/claim"), "version": _of_body("items/0/version")},
        ),
    ),
    JsonFeed: (
        Lead(
            "get_version", "The newest version.",
            {"id": _of_body("items/0/_claim/claim"), "version": _of_body("items/0/_claim/version")},
        ),
    ),
    OEmbed: (
        Lead(
            "get_version", "The version that is embedded.",
            {"id": _of_body("claim"), "version": _of_body("claim_version")},
        ),
    ),
    WebhookList: (Lead("get_webhook", "The first webhook.", _claim("items/0/")),),
    Webhook: _webhook("id"),
    CreatedWebhook: _webhook("id"),
    WebhookSecret: (Lead("test_webhook", "See a message that is signed with it.", {"id": "$request.path.id"}),),
    DeliveryPage: (
        Lead("redeliver", "Send what the first attempt sent again.",
             {"id": "$request.path.id", "delivery": _of_body("items/0/id")}),
    ),
    Delivery: (
        Lead("list_deliveries", "The attempts before it.", {"id": "$request.path.id"}),
        Lead("redeliver", "Send the same again.", {"id": "$request.path.id", "delivery": _of_body("id")}),
    ),
    Acknowledgement: (
        Lead("get_webhook", "The webhook it was said with.", {"id": _of_body("webhook")}),
        Lead("get_version", "What the change made of the claim.",
             {"id": _of_body("claim"), "version": _of_body("version")}),
        Lead("list_acknowledgements", "Who else has said so.", {"position": _of_body("position")}),
    ),
    KeyList: (Lead("get_key", "The first key.", _claim("items/0/")),),
    Key: (Lead("get_key", "The key.", _claim("")), Lead("revoke_api_key", "Revoke it.", _claim(""))),
    IssuedKey: (Lead("get_key", "The key.", _claim("")), Lead("revoke_api_key", "Revoke it.", _claim(""))),
}  # fmt: skip


def links_of(kind: Any, operation: str, query: type[Request]) -> dict[str, Any]:
    """The links of an operation's answer, by name: where its type leads, and to the next page if it has pages."""
    found: Iterable[Lead] = LEADS.get(kind, ()) if isinstance(kind, type) else ()
    links = {
        lead.operation: {"operationId": lead.operation, "description": lead.sentence, "parameters": dict(lead.given)}
        for lead in found
        if lead.operation != operation
    }
    names = [field.encode_name for field in msgspec.structs.fields(query)]
    if "cursor" in names and "next" in getattr(kind, "__struct_fields__", ()):
        same = {name: f"$request.query.{name}" for name in names if name != "cursor"}
        same |= {"id": "$request.path.id"} if kind in (VersionPage, DeliveryPage) else {}
        links["next_page"] = {
            "operationId": operation,
            "description": "The next page, unless `next` is null: the same question, with the cursor.",
            "parameters": {**same, "cursor": _of_body("next")},
        }
    if kind is ChangePage:
        same = {name: f"$request.query.{name}" for name in names if name != "after"}
        links["next_changes"] = {
            "operationId": operation,
            "description": "What comes next, now or later: the same question, from where this answer ends.",
            "parameters": {**same, "after": _of_body("next_after")},
        }
    return links
