"""Asking a running service what the contract shows: an answer of each operation, and a problem of each kind.

What is asked is the same each time, in the same order, of a new log of the curated set; so the answers are the same,
but for what time and chance decide.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import httpx
import msgspec

from db.deliveries import Results, change_at, record_results, take_webhook
from db.idempotency import Once, begin_once
from db.pool import writing
from schemas.citations import CitationStyle
from schemas.claims import Change, ChangeKind, Draft, Severity
from schemas.deliveries import DeliveryKind
from schemas.keys import Role, Secret
from service.app import ENDPOINTS
from service.web.endpoints import Endpoint
from service.work.messages import kept
from service.work.sending import Attempt
from tests.cast import key_for
from tests.databases import Cluster
from tests.outages.conftest import behind_proxies
from tests.serving import Api, serving
from tests.web.asking import revise

CRANES = "harbour-cranes-4100"
OPERATIONS = {endpoint.operation: endpoint for endpoint in ENDPOINTS}
PROBLEM = "application/problem+json"

_BY_CHANCE = re.compile(
    r"\d{4}-\d\d-\d\dT[0-9:.]+Z"  # an instant
    r"|(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} [0-9:]{8} GMT"
    r"|\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b"  # a digest, the id of a request
    r"|\bctb_[0-9a-f]{12}_[A-Za-z0-9_-]{43}"
    r"|\bp\d+-[0-9a-f]{16}\b"  # an entity tag
    r"|\b[0-9a-f]{12}\b"  # the id of a key or webhook
    r"|\bwhsec_[A-Za-z0-9+/]{43}="
    # the day of a citation, as each style writes it
    r"|(?<=[Aa]s of )\d{4}-\d\d-\d\d|(?<=[Aa]s of )[A-Z][a-z]+\.? \d{1,2}, \d{4}"
    r"|(?<=\()\d{4}, [A-Z][a-z]+ \d{1,2}(?=\))|(?<=DA  - )\d{4}/\d\d/\d\d|(?<=PY  - )\d{4}"
    r"|(?<=month = )[a-z]{3}|(?<=year = \{)\d{4}|(?<=caveats; )\d{4}-\d\d-\d\d"
)
"""What time and chance decide inside of texts."""


class Exchange(NamedTuple):
    """What was asked of an operation, and what it answered."""

    operation: str
    name: str
    response: httpx.Response


class Asking:
    """Someone who asks an API as each role."""

    def __init__(self, api: Api, secrets: dict[str, str], exchanges: list[Exchange]) -> None:
        self.api = api
        self.secrets = secrets
        self.exchanges = exchanges
        self.tag = ""
        """The entity tag of the last claim answered."""

    async def ask(
        self, operation: str, name: str, status: int, *, role: str | None = None, query: str = "",
        body: bytes | None = None, headers: dict[str, str] | None = None, **path: str,
    ) -> httpx.Response:  # fmt: skip
        """Asks an operation, with the contract's own example as the body; the answer must have the status."""
        endpoint = OPERATIONS[operation]
        sent = {"If-Match": self.tag} if any(field.name == "If-Match" for field in endpoint.reads) else {}
        sent |= {"Authorization": f"Bearer {self.secrets[role]}"} if role else {}
        sent |= {"Content-Type": endpoint.media_type} if endpoint.body is not None else {}
        response = await self.api.client.request(
            endpoint.method, endpoint.path.format(**path) + query, headers=sent | (headers or {}),
            content=example_of(endpoint) if body is None and endpoint.body is not None else body,
        )  # fmt: skip
        assert response.status_code == status, (operation, name, response.status_code, response.text[:400])
        if "content-location" in response.headers:
            self.tag = response.headers["etag"]
        self.exchanges.append(Exchange(operation, name, response))
        return response


def example_of(endpoint: Endpoint) -> bytes:
    """The body that the contract shows."""
    return endpoint.example.encode() if isinstance(endpoint.example, str) else msgspec.json.encode(endpoint.example)


async def recorded(cluster: Cluster) -> list[Exchange]:
    """Everything that is asked, with the answers."""
    exchanges: list[Exchange] = []
    async with _desk(cluster, exchanges, longest_stream=0) as asking:
        await _read(asking)
        await _write(asking)
        await _fail(asking)
    async with _desk(cluster, exchanges, resolve=_here, webhook_loopback=True) as asking:
        await _hear(asking)
    async with _desk(cluster, exchanges, reads_per_minute=1) as asking:
        await asking.ask("list_topics", "one", 200, query="?limit=1")
        await asking.ask("list_topics", "quota-exceeded", 429, query="?limit=2")
    async with _desk(cluster, exchanges, followers=0) as asking:
        await asking.ask("list_changes", "overloaded", 503, query="?after=175&wait=1")
    async with behind_proxies(cluster, memory_cache_mb=0) as breakable:
        asking = Asking(breakable.api, {}, exchanges)
        breakable.postgres.turn("refused")
        await asking.ask("list_topics", "store-unavailable", 503)
        await asking.ask("check_readiness", "unready", 503)
    async with _desk(cluster, exchanges) as asking:
        async with writing(asking.api.runtime.pool) as connection:
            await connection.execute("alter table measure_label rename to lost_label")
        await asking.ask("list_measures", "internal-error", 500)
    return exchanges


@asynccontextmanager
async def _desk(cluster: Cluster, exchanges: list[Exchange], **settings: object) -> AsyncIterator[Asking]:
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=4", **settings) as api:
        secrets = {str(role): await key_for(api.runtime.pool, role.capitalize(), role) for role in Role}
        yield Asking(api, secrets, exchanges)
    await cluster.drop(name)


async def _read(asking: Asking) -> None:
    ask = asking.ask
    await ask("list_claims", "search", 200, query="?q=10%20billion%20downloads&limit=1")
    await ask("list_claims", "competing", 200, query="?measure=ai-incidents-recorded-per-year&sort=-value&limit=1")
    await ask("list_claims", "missing", 200, query="?ids=ai-incidents-233-2024&ids=nobody-said-this")
    await ask("get_claim", "newest", 200, id="cn-ai-firms-6200")
    await ask("get_claim", "as_of", 200, id="ai-incidents-233-2024", query="?as_of=175")
    await ask("get_claim", "in_force", 302, id="cn-ai-firms-6200",
              headers={"Accept-Datetime": "Sat, 01 Aug 2026 00:00:00 GMT"})  # fmt: skip
    tag = asking.tag
    await ask("get_claim", "unchanged", 304, id="ai-incidents-233-2024", query="?as_of=175",
              headers={"If-None-Match": tag})  # fmt: skip
    for style in CitationStyle:
        await ask("get_citation", str(style), 200, id="cn-ai-firms-6200", query=f"?style={style}")
    await ask("get_claim_review", "reviewed", 200, id="cn-ai-firms-6200")
    await ask("get_claim_review", "unverified", 200, id="cn-open-models-10bn-downloads", query="?version=1")
    await ask("get_chart", "narrow", 200, id="training-cost-of-gpt-4", query="?width=narrow")
    await ask("list_measures", "first", 200, query="?limit=3")
    await ask("get_measure", "competing", 200, id="ai-incidents-recorded-per-year")
    await ask("list_sources", "first", 200, query="?limit=3")
    await ask("get_source", "cited", 200, id="cgtn-chinese-state-media-225bd83a")
    await ask("list_topics", "first", 200, query="?limit=3")
    await ask("check_text", "an_article", 200)
    ours = f"{asking.api.runtime.settings.origin}/claims/cn-ai-firms-6200"
    await ask("get_oembed", "rich", 200, query=f"?url={quote(ours, safe='')}&maxwidth=640")
    await ask("get_oembed", "photo", 200, query=f"?url={quote(ours, safe='')}&maxheight=300")
    await ask("get_oembed", "link", 200, query=f"?url={quote(ours, safe='')}&maxwidth=120")
    await ask("list_changes", "from_a_position", 200, query="?after=173")
    await ask("list_changes", "versions", 200, query="?after=174", headers={"Accept": "application/x-ndjson"})
    await ask("stream_changes", "from_a_position", 200, headers={"Last-Event-ID": "173"})
    await ask("check_liveness", "alive", 200)
    await ask("check_readiness", "ready", 200)
    await ask("get_contract", "itself", 200)


async def _write(asking: Asking) -> None:
    ask = asking.ask
    await ask("create_claim", "created", 201, role="editor", headers={"Idempotency-Key": '"cranes-1"'})
    await ask("create_claim", "idempotency-key-reused", 422, role="editor", headers={"Idempotency-Key": '"cranes-1"'},
              body=b'{"id": "other", "statement": "S.", "quantity": {"unit": "u"}, "measure": "m", "geography": "CN", '
              b'"attributed_to": "A"}')  # fmt: skip
    await ask("create_claim", "already-exists", 409, role="editor")
    await ask("create_claim", "version-mismatch", 412, role="editor", headers={"If-None-Match": "*"})
    impossible = {**OPERATIONS["create_claim"].example, "id": "no-cranes", "period": {"start": "2026", "end": "2025"}}
    await ask("create_claim", "rule-broken", 422, role="editor", body=msgspec.json.encode(impossible))
    await ask("revise_claim", "revised", 200, role="editor", id=CRANES)
    await ask("verify_claim", "verified", 201, role="verifier", id=CRANES)
    await ask("verify_claim", "again", 200, role="verifier", id=CRANES)
    await ask("list_versions", "newest_first", 200, id=CRANES, query="?limit=2")
    await ask("get_version", "one", 200, id=CRANES, version="2")
    await ask("diff_versions", "newest_change", 200, id=CRANES)
    await ask("get_timemap", "links", 200, id=CRANES)
    await ask("get_timemap", "json", 200, id=CRANES, headers={"Accept": "application/json"})
    await ask("revise_claim", "precondition-required", 428, role="editor", id=CRANES, headers={"If-Match": "*"})
    tag = asking.tag
    await ask("retract_claim", "retracted", 201, role="editor", id=CRANES)
    await _subscribe(asking)
    await ask("revise_claim", "retracted", 409, role="editor", id=CRANES)
    await ask("revise_claim", "version-mismatch", 412, role="editor", id=CRANES, headers={"If-Match": tag})
    await ask("create_claims", "published", 201, role="editor")
    issued = await ask("issue_api_key", "issued", 201, role="admin")
    await ask("list_keys", "all", 200, role="admin")
    await ask("get_key", "one", 200, role="admin", id=issued.json()["id"])
    await ask("revoke_api_key", "revoked", 200, role="admin", id=issued.json()["id"])


async def _subscribe(asking: Asking) -> None:
    """What readers of changes are told of the retraction."""
    await asking.ask("list_corrections", "one", 200, query=f"?claim={CRANES}")
    for operation in ("get_claims_atom", "get_claims_feed", "get_corrections_atom", "get_corrections_feed"):
        await asking.ask(operation, "one", 200, query=f"?claim={CRANES}&limit=1")


async def _here(host: str, port: int) -> list[str]:
    """Every name is one of this machine's, where nobody takes messages."""
    return ["127.0.0.1"]


async def _hear(asking: Asking) -> None:
    """A partner has a webhook for major changes; one is made, and is delivered at the second attempt."""
    ask, pool = asking.ask, asking.api.runtime.pool
    created = await ask("create_webhook", "created", 201, role="partner")
    id = created.json()["id"]
    await ask("list_webhooks", "yours", 200, role="partner")
    await ask("get_webhook", "one", 200, role="partner", id=id)
    await ask("change_webhook", "changed", 200, role="partner", id=id)
    (change,) = await revise(asking.api, ["cn-ai-patents-60pct"], _corrected)
    worker = uuid4()
    async with writing(pool) as connection:
        await take_webhook(connection, worker, 20)
        said = await change_at(connection, change.position)
        attempts = [
            kept(attempt, said, DeliveryKind.CHANGE, change.recorded_at + timedelta(seconds=5 * number), number + 1)
            for number, attempt in enumerate(
                [Attempt(status=503, error="It answered 503.", latency_ms=120), Attempt(status=204, latency_ms=80)]
            )
        ]
        done = {"failures": 0, "last_success_at": attempts[-1].attempted_at}
        await record_results(connection, worker, id, Results(position=change.position, attempts=attempts, **done))
    listed = await ask("list_deliveries", "newest_first", 200, role="partner", id=id)
    delivery = str(listed.json()["items"][-1]["id"])
    await ask("redeliver", "failed", 201, role="partner", id=id, delivery=delivery)
    await ask("test_webhook", "failed", 201, role="partner", id=id)
    place = {"position": str(change.position)}
    await ask("list_acknowledgements", "waiting", 200, role="editor", **place)
    await ask("acknowledge_change", "first", 201, role="partner", id=id, **place)
    await ask("acknowledge_change", "again", 200, role="partner", id=id, **place)
    await ask("list_acknowledgements", "acknowledged", 200, role="editor", **place)
    await ask("rotate_webhook_secret", "rotated", 201, role="partner", id=id)
    await ask("delete_webhook", "deleted", 200, role="partner", id=id)


def _corrected(draft: Draft) -> Draft:
    said = Change(kind=ChangeKind.CORRECTION, severity=Severity.MAJOR, note="The source counts families.", by="Editor")
    return msgspec.structs.replace(draft, change=said, scope="Families of patents.")


async def _fail(asking: Asking) -> None:
    ask = asking.ask
    await ask("list_claims", "invalid-request", 400, query="?limit=1000&sorted=-value")
    await ask("create_claim", "unauthenticated", 401)
    await ask("create_claim", "forbidden", 403, role="partner")
    await ask("get_claim", "not-found", 404, id="nobody-said-this")
    await ask("get_oembed", "unsupported-format", 501, query="?url=https://citable.example/claims/x&format=xml")
    await ask("list_claims", "not-acceptable", 406, headers={"Accept": "text/csv"})
    await ask("get_claim", "precondition-failed", 412, id="cn-ai-firms-6200", headers={"If-Match": '"another"'})
    await ask("create_claim", "body-too-large", 413, role="editor", body=b" " * 300_000)
    await ask("list_claims", "uri-too-long", 414, query=f"?q={'x' * 9_000}")
    await ask("create_claim", "unsupported-media-type", 415, role="editor", headers={"Content-Type": "text/plain"})
    await ask("list_claims", "headers-too-large", 431, headers={"X-Long": "x" * 40_000})
    caller = Secret.read(asking.secrets["editor"])
    assert caller is not None
    async with writing(asking.api.runtime.pool) as connection:
        await begin_once(connection, Once(caller.key, "POST", "/v1/claims", "slow", b""))
        await ask("create_claim", "idempotency-key-in-use", 409, role="editor", headers={"Idempotency-Key": '"slow"'})


def as_examples(exchanges: list[Exchange]) -> dict[str, Any]:
    """Exchanges as the contract keeps them: answers by operation, status and media type, problems by slug."""
    answers: dict[str, Any] = {}
    problems: dict[str, Any] = {}
    for operation, name, response in exchanges:
        media = response.headers.get("content-type", "").partition(";")[0] if response.content else ""
        request = response.request
        said = {"summary": f"{request.method} {request.url.raw_path.decode()[:200]}"}
        if media == PROBLEM:
            problems.setdefault(name, {**said, "value": response.json()})
        elif media and operation != "get_contract":
            value = response.json() if media.endswith(("/json", "+json")) else response.text
            statuses = answers.setdefault(operation, {})
            statuses.setdefault(str(response.status_code), {}).setdefault(media, {})[name] = {**said, "value": value}
    return {"answers": dict(sorted(answers.items())), "problems": dict(sorted(problems.items()))}


def without_chance(part: Any) -> Any:
    """An example without what time and chance decide, so that two can be compared."""
    if isinstance(part, list):
        return [without_chance(inner) for inner in part]
    if isinstance(part, dict):
        plain = {name: without_chance(inner) for name, inner in part.items()}
        if "issued_at" in part:  # a key
            plain |= dict.fromkeys(("id", "last_used_at", "issued_at", "revoked_at"), "…")
        if "date-parts" in part:
            plain["date-parts"] = "…"
        if "latency_ms" in part:
            plain["latency_ms"] = "…"
        return plain | ({"next": "…"} if isinstance(part.get("next"), str) else {})
    return _BY_CHANCE.sub("…", part) if isinstance(part, str) else part
