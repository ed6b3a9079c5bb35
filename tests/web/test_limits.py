"""Limits over HTTP: who pays, what is free, what the answer says, and that losing Redis stops nobody."""

import asyncio
from contextlib import asynccontextmanager

import http_sf
import pytest
from redis.asyncio import Redis

from schemas.keys import Role
from service.cache.limits import Spent
from service.telemetry import tolerated
from service.web.limits import Policy, fields_of, network_of
from tests.cast import key_for
from tests.serving import serving
from tests.web.asking import CLAIM, assert_problem

QUOTA = "https://iana.org/assignments/http-problem-types#quota-exceeded"


@pytest.fixture
def limited(cluster):
    """Makes an API with limits of a test's own, on an empty cache."""

    @asynccontextmanager
    async def made(**settings):
        name = await cluster.new_database("curated")
        redis_url = f"{cluster.servers.redis_url}?db=7"
        async with Redis.from_url(redis_url) as redis:
            await redis.flushdb()
        async with serving(cluster.url(name), redis_url, **settings) as api:
            yield api
        await cluster.drop(name)

    return made


def assert_refused(response, policy, quota):
    problem = response.json()
    assert response.status_code == 429
    assert problem["type"] == QUOTA
    assert problem["violated-policies"] == [policy]
    assert response.headers["cache-control"] == "no-store"
    assert int(response.headers["retry-after"]) >= 1
    assert response.headers["ratelimit-policy"] == f'"{policy}";q={quota};w=60'
    [(name, said)] = http_sf.parse(response.headers["ratelimit"].encode(), tltype="list")
    assert (name, said["r"]) == (policy, 0)
    assert said["t"] == int(response.headers["retry-after"])


async def test_reads_that_cost_work_are_paid_for_and_others_are_free(limited):
    async with limited(reads_per_minute=3) as api:
        for path in ("/v1/claims?limit=1", "/v1/claims?limit=2", "/v1/topics"):
            assert (await api.get(path)).status_code == 200
        assert_refused(await api.get("/v1/claims?limit=3"), "reads", 3)
        for _ in range(10):  # kept answers, probes and documents
            for path in ("/v1/claims?limit=1", "/v1/topics", "/livez", "/readyz"):
                assert (await api.get(path)).status_code == 200
        assert_refused(await api.get(f"/v1/claims/{CLAIM}/versions/1"), "reads", 3)
        assert_refused(await api.get("/v1/claims/nobody-made-this"), "reads", 3)


async def test_what_must_be_loaded_is_paid_for_however_well_its_tag_is_known(limited):
    """One question can be written in endless ways, and each is loaded once; what is kept is free, 304 or not."""
    async with limited(reads_per_minute=4) as api:
        tag = (await api.get("/v1/topics")).headers["etag"]
        for _ in range(9):
            assert (await api.get("/v1/topics", If_None_Match=tag)).status_code == 304
        answers = [await api.get("/v1/topics", If_None_Match=tag, Accept=f"*/*, text/x{n}") for n in range(5)]
        assert [answer.status_code for answer in answers] == [304, 304, 304, 429, 429]


async def test_what_only_looks_like_a_key_asks_postgres_for_nothing(limited, monkeypatch):
    async with limited() as api:
        await api.get(f"/v1/claims/{CLAIM}")
        looked = []
        newest = type(api.runtime).newest
        monkeypatch.setattr(type(api.runtime), "newest", lambda self: looked.append(1) or newest(self))
        for sent in ("x", "Bearer x", "Basic eDp4", "Bearer ctb_none"):
            answer = await api.get(f"/v1/claims/{CLAIM}", Authorization=sent)
            assert answer.headers["cache-control"] == "private, no-cache"
            assert "citable-memory; hit" in answer.headers["cache-status"]
        assert looked == []


@pytest.mark.parametrize("as_of", ["1000000000", "2000-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
async def test_whatever_asks_postgres_is_paid_for_first(as_of, limited):
    async with limited(reads_per_minute=2) as api:
        answers = [await api.get(f"/v1/claims?as_of={as_of}&limit={n}") for n in range(1, 5)]
        assert [answer.status_code for answer in answers[2:]] == [429, 429]
        assert 429 not in [answer.status_code for answer in answers[:2]]
        dated = {"Accept_Datetime": "Sat, 01 Mar 2025 00:00:00 GMT"}
        assert_refused(await api.get(f"/v1/claims/{CLAIM}", **dated), "reads", 2)


async def test_what_is_public_says_nothing_of_who_asks(limited):
    async with limited() as api:
        key = await key_for(api.runtime.pool, "Partner", Role.PARTNER)
        plain = await api.get("/v1/topics")
        for answer in (plain, await api.get("/v1/topics", Authorization=f"Bearer {key}")):
            assert not {"ratelimit", "ratelimit-policy"} & set(answer.headers)
            assert "authorization" not in answer.headers["vary"].lower()
            assert answer.content == plain.content


async def test_who_reads_with_a_key_never_reads_what_a_browser_kept(limited):
    async with limited() as api:
        key = await key_for(api.runtime.pool, "Desk", Role.EDITOR)
        path = f"/v1/claims/{CLAIM}"
        plain, keyed = await api.get(path), await api.get(path, Authorization=f"Bearer {key}")
        assert plain.headers["cache-control"].startswith("public, max-age=30")
        assert keyed.headers["cache-control"] == "private, no-cache"
        assert (keyed.content, keyed.headers["etag"]) == (plain.content, plain.headers["etag"])
        version = await api.get(f"{path}/versions/1", Authorization=f"Bearer {key}")
        assert "immutable" in version.headers["cache-control"]


async def test_positions_of_the_past_are_paid_for_however_well_their_tag_is_known(limited):
    async with limited(reads_per_minute=3) as api:
        tag = (await api.get(f"/v1/claims/{CLAIM}")).headers["etag"]
        answers = [await api.get(f"/v1/claims/{CLAIM}?as_of={p}", If_None_Match=tag) for p in range(160, 175)]
        assert [answer.status_code for answer in answers] == [304, 304] + [429] * 13


async def test_a_key_reads_more(limited):
    async with limited(reads_per_minute=1, key_reads_per_minute=4) as api:
        key = await key_for(api.runtime.pool, "Partner", Role.PARTNER)
        for limit in range(1, 5):
            assert (await api.get(f"/v1/claims?limit={limit}", Authorization=f"Bearer {key}")).status_code == 200
        refused = await api.get("/v1/claims?limit=9", Authorization=f"Bearer {key}")
        assert_refused(refused, "key-reads", 4)
        assert (await api.get("/v1/claims?limit=9")).status_code == 200  # the address has its own share
        assert_refused(await api.get("/v1/claims?limit=10", Authorization="Bearer ctb_none"), "reads", 1)


async def test_writes_are_counted_by_key_and_say_what_is_left(limited):
    async with limited(writes_per_minute=3) as api:
        one, other = [await key_for(api.runtime.pool, name, Role.EDITOR) for name in ("One", "Other")]

        async def write(key):
            return await api.client.post("/v1/claims", headers={"Authorization": f"Bearer {key}"})

        for left in (2, 1, 0):
            answer = await write(one)
            assert answer.status_code == 415
            assert answer.headers["ratelimit"].startswith(f'"writes";r={left};t=')
            assert answer.headers["ratelimit-policy"] == '"writes";q=3;w=60'
        assert_refused(await write(one), "writes", 3)
        assert (await write(other)).status_code == 415


async def test_guessing_keys_costs_reads(limited):
    async with limited(reads_per_minute=2) as api:
        for _ in range(2):
            assert_problem(await api.get("/v1/keys", Authorization="Bearer ctb_guess"), 401)
        assert_refused(await api.get("/v1/keys", Authorization="Bearer ctb_guess"), "reads", 2)


async def test_losing_redis_stops_nobody_and_is_counted(cluster):
    name = await cluster.new_database("curated")
    before = tolerated["a count of a rate limit"]
    async with serving(cluster.url(name), "redis://127.0.0.1:1/0", reads_per_minute=1, writes_per_minute=1) as api:
        key = await key_for(api.runtime.pool, "Editor", Role.EDITOR)
        for limit in range(1, 6):
            assert (await api.get(f"/v1/claims?limit={limit}")).status_code == 200
        for _ in range(5):
            answer = await api.client.post("/v1/claims", headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 415
            assert "ratelimit" not in answer.headers
    await cluster.drop(name)
    assert tolerated["a count of a rate limit"] > before


async def test_an_address_is_the_socket_s_unless_a_proxy_is_trusted(limited):
    async with limited(reads_per_minute=1) as api:
        assert (await api.get("/v1/topics", X_Forwarded_For="198.51.100.1")).status_code == 200
        assert_refused(await api.get("/v1/sources", X_Forwarded_For="198.51.100.2"), "reads", 1)
    async with limited(reads_per_minute=1, trusted_proxies="127.0.0.0/8, 203.0.113.7") as api:
        assert (await api.get("/v1/topics", X_Forwarded_For="198.51.100.1")).status_code == 200
        assert (await api.get("/v1/sources", X_Forwarded_For="198.51.100.2, 203.0.113.7")).status_code == 200
        spoofed = await api.get("/v1/measures", X_Forwarded_For="192.0.2.9, 198.51.100.2")
        assert_refused(spoofed, "reads", 1)


async def test_many_at_once_share_one_count(limited):
    """While Redis keeps up: on a machine that is busy it may not, nobody is refused then, and it is tried again."""
    for _ in range(5):
        failed = sum(tolerated.values())
        async with limited(reads_per_minute=5) as api:
            paths = [f"/v1/claims?limit={n}" for n in range(1, 31)]
            answers = await asyncio.gather(*(api.get(path) for path in paths))
        if sum(tolerated.values()) == failed:
            break
    assert sum(answer.status_code == 200 for answer in answers) == 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("local", "local"),
        ("x" * 500, "x" * 64),
    ],
)
def test_whose_share_an_address_uses(address, network):
    assert network_of(address) == network


def test_the_fields_are_structured_as_the_draft_says():
    assert fields_of(Policy("writes", 300), Spent(True, 299, 0.2)) == [
        ("ratelimit-policy", '"writes";q=300;w=60'),
        ("ratelimit", '"writes";r=299;t=1'),
    ]
