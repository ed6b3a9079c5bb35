"""Asking as a stranger does: over HTTP, over a bare socket, and on a log of the test's own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec
from redis.asyncio import Redis

from db.log import append_versions
from db.pool import Pool, writing
from schemas.claims import Change, ChangeKind, ClaimVersion, Draft, Severity
from schemas.sources import source_id
from service.rendering.pages import STYLESHEET_PATH
from tests.databases import Cluster
from tests.serving import Api, serving

CLAIM = "cn-ai-patents-60pct"
MEASURE = "china-share-of-world-ai-patents"
SOURCE = source_id(
    "CGTN (Chinese state media)",
    "China open-source AI models surpass 10 billion downloads",
    "https://news.cgtn.com/news/2026-04-28/China-open-source-AI-models-surpass-10-billion-downloads-1MHRuzMktIA/share_amp.html",
)

TAGGED = (
    "/v1/claims",
    "/v1/claims?q=patents",
    "/v1/claims?as_of=100&sort=id&limit=3",
    f"/v1/claims/{CLAIM}",
    f"/v1/claims/{CLAIM}?as_of=100",
    f"/v1/claims/{CLAIM}/versions",
    f"/v1/claims/{CLAIM}/versions/1",
    f"/v1/claims/{CLAIM}/diff?from=1&to=1",
    f"/v1/claims/{CLAIM}/timemap",
    f"/v1/claims/{CLAIM}/citation",
    f"/v1/claims/{CLAIM}/citation?style=csl-json&version=1",
    f"/v1/claims/{CLAIM}/claim-review",
    "/v1/measures",
    f"/v1/measures/{MEASURE}",
    f"/v1/measures/{MEASURE}/chart.svg?width=narrow",
    "/v1/sources",
    f"/v1/sources/{SOURCE}",
    "/v1/topics",
    "/v1/changes?after=170",
    "/v1/changes?limit=3",
    "/v1/corrections",
    "/feeds/claims.atom?limit=3",
    "/feeds/claims.json?topic=china",
    "/feeds/corrections.atom",
    "/feeds/corrections.json",
    f"/embed/claims/{CLAIM}",
    f"/embed/claims/{CLAIM}@1?theme=dark",
    f"/embed/claims/{CLAIM}@1.svg",
    f"/embed/claims/{CLAIM}.png?width=400",
    "/embed.js",
    f"/oembed?url=https://citable.example/claims/{CLAIM}",
    "/",
    "/?q=patents&topic=china",
    "/corrections",
    "/about/verification",
    "/check",
    f"/claims/{CLAIM}",
    f"/claims/{CLAIM}@1",
    f"/measures/{MEASURE}",
    STYLESHEET_PATH,
    "/openapi.json",
    "/docs",
    "/docs/swagger-ui.css",
    "/docs/swagger-ui-bundle.js",
    "/docs/start.js",
    "/problems/not-found",
)
"""Addresses whose answers have an entity tag: every kind there is."""

UNTAGGED = ("/v1/changes/stream?after=173", "/livez", "/readyz")
ADDRESSES = (*TAGGED, *UNTAGGED)
MEMBERS = {"type", "title", "status", "detail", "request_id", "errors"}


def assert_problem(response: httpx.Response, status: int | None = None, parameter: str | None = None) -> dict:
    """The response is a problem document (RFC 9457) that says what was wrong, and where."""
    assert 400 <= response.status_code < 500, (response.status_code, response.text[:300])
    assert status is None or response.status_code == status, response.text[:300]
    assert response.headers["content-type"] == "application/problem+json", response.text[:300]
    problem = response.json()
    assert set(problem) == MEMBERS
    assert problem["status"] == response.status_code
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "no-store"
    for error in problem["errors"]:
        assert set(error) == {"detail", "parameter", "pointer", "line", "rule"}
        assert error["detail"]
    if response.status_code == 400:
        assert problem["errors"], problem
    if parameter is not None:
        named = {error["parameter"]: error["detail"] for error in problem["errors"]}
        assert parameter in named, problem
        assert parameter in named[parameter]
    return problem


async def raw(api: Api, request: bytes) -> httpx.Response:
    """What comes back for exactly these bytes; the connection must be one that the server closes."""
    return await asyncio.to_thread(_exchanged, api.port, request)


async def raw_get(api: Api, target: str | bytes, *lines: bytes, method: bytes = b"GET") -> httpx.Response:
    """A request for a target as it is written here, which a client library would tidy first."""
    target = target.encode("latin-1") if isinstance(target, str) else target
    head = [method + b" " + target + b" HTTP/1.1", b"Host: localhost", b"Connection: close", *lines]
    return await raw(api, b"\r\n".join(head) + b"\r\n\r\n")


def _exchanged(port: int, request: bytes) -> httpx.Response:
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with contextlib.suppress(ConnectionError):  # refused while we still send: the answer may be there all the same
            connection.sendall(request)
        with contextlib.suppress(ConnectionError):
            while block := connection.recv(65536):
                received += block
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = [tuple(part.strip() for part in line.split(b":", 1)) for line in lines]
    return httpx.Response(int(first.split()[1]), headers=headers, content=body)


@asynccontextmanager
async def own_api(cluster: Cluster, **settings: object) -> AsyncIterator[Api]:
    """The API on a curated log of the test's own, with an empty cache."""
    name = await cluster.new_database("curated")
    redis_url = f"{cluster.servers.redis_url}?db=3"
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
    try:
        async with serving(cluster.url(name), redis_url, **settings) as api:
            yield api
    finally:
        await cluster.drop(name)


async def revise(api: Api, ids: list[str], change: Callable[[Draft], Draft]) -> list[ClaimVersion]:
    """Appends one more version of each claim, as `change` makes it, in one transaction."""
    newest = [msgspec.json.decode((await api.get(f"/v1/claims/{id}")).content, type=ClaimVersion) for id in ids]
    versions = await append_next(api.runtime.pool, newest, change)
    api.runtime.coherence.doubt()  # as after a write of its own
    return versions


async def append_next(pool: Pool, newest: list[ClaimVersion], change: Callable[[Draft], Draft]) -> list[ClaimVersion]:
    """Appends the versions after these, as `change` makes them, in one transaction."""
    drafts = []
    for version in newest:
        fields = {name: getattr(version, name) for name in Draft.__struct_fields__}
        fields["change"] = Change(kind=ChangeKind.UPDATE, severity=Severity.MINOR, note="A test.", by="a test")
        drafts.append(change(Draft(**fields)))
    async with writing(pool) as connection:
        return await append_versions(connection, drafts)
