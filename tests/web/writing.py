"""Writing as editors and verifiers do: an API on a log of its own, someone with a key of each role, and claims to send.

One such API, the fixture `desk`, serves every test that writes claims of its own.
"""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from schemas.keys import Role
from tests.cast import key_for
from tests.databases import Cluster
from tests.given import record_of, with_changes
from tests.serving import Api
from tests.web.asking import MEMBERS, own_api

JSON, PATCH, LINES = "application/json", "application/merge-patch+json", "application/x-ndjson"
SUPPORT = {
    "title": "Register of cranes", "publisher": "Port Register", "kind": "primary", "stance": "supports",
    "read_as": "document", "url": "https://register.example/cranes",
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "statement": "Harbours run 4,100 automated cranes.",
    "quantity": {"value": "4100", "unit": "cranes"},
    "measure": "automated-cranes",
    "geography": "WORLD",
    "attributed_to": "Port Register",
    "period": {"start": "2025", "end": "2025"},
    "topics": ["ports"],
    "sources": [SUPPORT],
    "relations": [],
    "change": {"note": None},
}
VERDICT = {"status": "verified", "rationale": "Counted again."}
REASON = {"reason": "It was never said."}
BLANK_REASON = {"reason": " \n"}

_numbers = itertools.count(1)


def new_id() -> str:
    """The id of a claim no other test has."""
    return f"cranes-{next(_numbers)}"


def claim(**changed: Any) -> dict[str, Any]:
    """A claim to publish, with an id of its own and fields changed; `quantity__value` names a field inside another."""
    return with_changes({"id": new_id(), **PLAIN}, changed)


WRITES = {
    "create": ("POST", "/v1/claims", JSON, claim),
    "bulk": ("POST", "/v1/claims/bulk", LINES, claim),
    "revise": ("PATCH", "/v1/claims/{id}", PATCH, lambda: {"statement": "Harbours run cranes.", "scope": "Big ones."}),
    "verify": ("POST", "/v1/claims/{id}/verification", JSON, lambda: {**VERDICT, "caveats": ["Big ones."]}),
    "retract": ("POST", "/v1/claims/{id}/retraction", JSON, lambda: dict(REASON)),
    "subscribe": (
        "POST", "/v1/webhooks", JSON,
        lambda: {"url": "http://127.0.0.1:9/", "severities": ["major"], "topics": ["ports"], "claims": ["cranes"]},
    ),
    "issue": ("POST", "/v1/keys", JSON, lambda: {"name": "Never issued", "role": "partner"}),
}  # fmt: skip
"""Every endpoint that takes a body: its method, its address, its media type, and what makes a body it takes."""


def relation(type: str, other: str) -> dict[str, str]:
    """A relation to another claim."""
    return {"type": type, "claim": other}


def lines(claims: list[dict[str, Any]]) -> bytes:
    """Claims as a body of lines."""
    return b"".join(msgspec.json.encode(one) + b"\n" for one in claims)


@dataclass(frozen=True)
class Writer:
    """Someone who writes: their name, and the key they send."""

    api: Api
    name: str
    secret: str

    async def send(self, method: str, path: str, body: Any, media: str = JSON, **headers: str) -> httpx.Response:
        """A request with a body, which is sent as it is if it is bytes; header fields written with underscores."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        fields = {"Authorization": f"Bearer {self.secret}", "Content-Type": media}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.api.client.request(method, path, content=content, headers=fields)

    async def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        """A request without a body."""
        fields = {"Authorization": f"Bearer {self.secret}"}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.api.client.request(method, path, headers=fields)

    async def create(self, body: Any, **headers: str) -> httpx.Response:
        """POST /v1/claims."""
        return await self.send("POST", "/v1/claims", body, **headers)

    async def create_all(self, body: Any, **headers: str) -> httpx.Response:
        """POST /v1/claims/bulk: lines, or the claims to make them of."""
        return await self.send("POST", "/v1/claims/bulk", lines(body) if isinstance(body, list) else body, LINES,
                               **headers)  # fmt: skip

    async def revise(self, id: str, body: Any, **headers: str) -> httpx.Response:
        """PATCH of a claim, as it is now unless `If_Match` says otherwise."""
        return await self._change("PATCH", f"/v1/claims/{id}", id, body, PATCH, headers)

    async def verify(self, id: str, body: Any = VERDICT, **headers: str) -> httpx.Response:
        """A verdict on a claim as it is now unless `If_Match` says otherwise."""
        return await self._change("POST", f"/v1/claims/{id}/verification", id, body, JSON, headers)

    async def retract(self, id: str, body: Any = REASON, **headers: str) -> httpx.Response:
        """Withdraws a claim, as it is now unless `If_Match` says otherwise."""
        return await self._change("POST", f"/v1/claims/{id}/retraction", id, body, JSON, headers)

    async def _change(self, method: str, path: str, id: str, body: Any, media: str, headers: dict) -> httpx.Response:
        if "If_Match" not in headers:
            headers["If_Match"] = (await self.api.get(f"/v1/claims/{id}")).headers.get("etag", '"none"')
        return await self.send(method, path, body, media, **headers)


@dataclass(frozen=True)
class Desk:
    """The API, and who writes to it. A colleague is another verifier."""

    api: Api
    partner: Writer
    editor: Writer
    verifier: Writer
    colleague: Writer
    admin: Writer

    async def published(self, **changed: Any) -> dict[str, Any]:
        """A new claim of the editor's, as the API answers it."""
        return created(await self.editor.create(claim(**changed)))

    async def verified(self, **changed: Any) -> dict[str, Any]:
        """A new claim of the editor's that the verifier found right."""
        return created(await self.verifier.verify((await self.published(**changed))["id"]))

    async def write(self, write: str, body: Any, id: str, media: str | None = None, **headers: str) -> httpx.Response:
        """A body to one of the writes, by someone who may, about a claim as it is."""
        method, path, wanted, _ = WRITES[write]
        media = wanted if media is None else media
        headers |= {"If_Match": await self.tag(id)} if "{id}" in path else {}
        return await self.admin.send(method, path.format(id=id), body, media, **headers)

    async def tag(self, id: str) -> str:
        """The entity tag of a claim as it is."""
        return (await self.api.get(f"/v1/claims/{id}")).headers["etag"]

    async def position(self) -> int:
        """The newest position of the log."""
        return await self.api.runtime.pool.fetchval("select position from log_head")

    async def newest(self, id: str) -> dict[str, Any]:
        """The version of a claim that is in force, as anyone reads the claim now."""
        answer = await self.api.get(f"/v1/claims/{id}")
        assert answer.status_code == 200, answer.text[:300]
        return record_of(answer.json())

    async def assert_anyone_reads(self, answer: httpx.Response) -> None:
        """What a write answered is what its version's address answers, byte for byte, and what the claim says."""
        version = await self.api.get(answer.headers["content-location"])
        assert answer.content == version.content
        for name in ("etag", "repr-digest", "content-type"):
            assert answer.headers[name] == version.headers[name], name
        read = await self.api.get(f"/v1/claims/{answer.json()['id']}")
        assert record_of(read.json()) == answer.json()
        assert read.headers["content-location"] == answer.headers["content-location"]

    async def versions(self, id: str) -> list[dict[str, Any]]:
        """Every version of a claim, the first one first."""
        return (await self.api.get(f"/v1/claims/{id}/versions")).json()["items"][::-1]

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """Nothing is added to the log inside the block."""
        before = await self.position()
        yield
        assert await self.position() == before


def created(answer: httpx.Response) -> dict[str, Any]:
    """The version a 201 answers."""
    assert answer.status_code == 201, answer.text[:500]
    return answer.json()


def revised(answer: httpx.Response) -> dict[str, Any]:
    """The version a 200 answers."""
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()


def assert_refused(
    answer: httpx.Response, status: int, pointer: str | None = None, rule: str | None = None, line: int | None = None
) -> dict[str, Any]:
    """The answer is a problem of this status; one of its errors has the pointer, the rule and the line asked for."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == status
    assert set(problem) - {"current"} == MEMBERS
    assert ("current" in problem) == (problem["type"] == "/problems/version-mismatch")
    wanted = {"pointer": pointer, "rule": rule, "line": line}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if wanted:
        found = [{name: error[name] for name in wanted} for error in problem["errors"]]
        assert wanted in found, problem["errors"][:5]
    return problem


def given(write: str) -> dict[str, Any]:
    """A body that one of the writes takes."""
    return WRITES[write][3]()


@asynccontextmanager
async def desk_on(cluster: Cluster, **settings: object) -> AsyncIterator[Desk]:
    """A desk on a curated log of its own."""
    async with own_api(cluster, **settings) as api:
        roles = {"partner": Role.PARTNER, "editor": Role.EDITOR, "verifier": Role.VERIFIER, "admin": Role.ADMIN}
        cast = {name: Writer(api, name, await key_for(api.runtime.pool, name, role)) for name, role in roles.items()}
        secret = await key_for(api.runtime.pool, "colleague", Role.VERIFIER)
        yield Desk(api=api, colleague=Writer(api, "colleague", secret), **cast)
