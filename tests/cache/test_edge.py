"""A kept answer is the answer: the same bytes and fields as without any cache, whoever asks however."""

import asyncio
import itertools
import random
from typing import NamedTuple

import brotli
import pytest

from schemas.keys import Role
from service.cache.fills import STORED
from service.telemetry import tolerated
from tests.cast import key_for
from tests.given import draft, published
from tests.outages.proxy import Proxy
from tests.serving import Api, serving
from tests.web.asking import CLAIM, MEASURE, TAGGED

ITS_OWN = {"date", "x-request-id", "cache-status"}
VIEWS = [address for address in TAGGED if address.startswith(("/v1/", "/feeds/"))]
ITEM = f"/v1/claims/{CLAIM}"
IN_A_LANGUAGE = (ITEM, f"{ITEM}?as_of=100", "/v1/claims?limit=3", f"/v1/measures/{MEASURE}")
"""Addresses whose answers say numbers as people read them."""
SPOKEN = {"en": "en-GB", "de": "de-AT, en;q=0.5", "fr": "it, fr", "es": "es", "zh": "zh-Hans-CN", "hi": "hi-IN"}
"""Our languages, and what their readers' browsers send."""
NOWHERE = "redis://127.0.0.1:1"


class Raw(NamedTuple):
    """A response as it came over the wire."""

    status: int
    fields: list[tuple[str, str]]
    body: bytes
    how: str


async def raw(api: Api, path: str, method: str = "GET", **fields: str) -> Raw:
    """An answer with nothing decoded."""
    request = api.client.build_request(method, path)
    for name in ("accept", "accept-encoding", "user-agent"):
        del request.headers[name]
    request.headers.update({name.replace("_", "-"): value for name, value in fields.items()})
    response = await api.client.send(request, stream=True)
    body = b"".join([part async for part in response.aiter_raw()])
    named = sorted(field for field in response.headers.multi_items() if field[0] not in ITS_OWN)
    return Raw(response.status_code, named, body, response.headers.get("cache-status", ""))


@pytest.fixture(scope="module")
async def both(cluster):
    """The API with everything kept in memory, and on the same log with nothing kept at all."""
    name = await cluster.new_database("curated")
    async with (
        serving(cluster.url(name), f"{cluster.servers.redis_url}?db=6") as kept,
        serving(cluster.url(name), NOWHERE, memory_cache_mb=0) as plain,
    ):
        key = await key_for(plain.runtime.pool, "Partner", Role.PARTNER)
        yield kept, plain, key
    await cluster.drop(name)


async def test_what_goes_wrong_with_what_is_kept_is_answered_below(both, monkeypatch):
    kept, _, _ = both

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    failed = tolerated["an answer from the cache"]
    monkeypatch.setattr(kept.runtime.fills, "find", broken)
    assert (await raw(kept, "/v1/claims?limit=3&sort=id")).status == 200
    assert tolerated["an answer from the cache"] == failed + 1


@pytest.mark.parametrize("path", VIEWS)
async def test_what_is_kept_is_what_is_answered_without_it(path, both):
    kept, plain, key = both
    tags = {dict((await raw(plain, path, accept_encoding=coding)).fields)["etag"] for coding in ("", "br", "gzip")}
    conditions = ["", *tags, *(f"W/{tag}" for tag in tags), ", ".join(['W/"a"', *tags]), "*", '"other"', "p175", ","]
    ways = itertools.product(
        ("", "*/*", "application/*, image/*"),
        ("", "gzip", "br, zstd;q=0.5", "zstd", "identity;q=0"),
        conditions,
        ("GET", "HEAD"),
        ("", f"Bearer {key}"),
        ("", "de", "fr-CH, en;q=0.5", "it"),
    )
    for accept, coding, known, method, authorization, language in random.Random(path).sample(list(ways), 60):
        wish = {"accept": accept, "accept_encoding": coding, "if_none_match": known, "authorization": authorization}
        wish["accept_language"] = language
        fields = {name: value for name, value in wish.items() if value}
        one = await raw(kept, path, method, **fields)
        other = await raw(plain, path, method, **fields, if_match="*")  # which the edge leaves to the layers below
        assert one[:3] == other[:3], (method, fields)
    assert (await raw(kept, path)).how == "citable-memory; hit"
    assert "hit" not in (await raw(plain, path)).how


@pytest.mark.parametrize("path", VIEWS)
async def test_a_hit_is_sent_in_the_coding_asked_for(path, both):
    kept, _, _ = both
    for _ in range(2):
        plain, coded = await raw(kept, path), await raw(kept, path, accept_encoding="gzip, deflate, br")
    assert coded.how == plain.how == "citable-memory; hit"
    if len(plain.body) >= 256:
        assert brotli.decompress(coded.body) == plain.body
        assert ("content-encoding", "br") in coded.fields
        assert dict(coded.fields)["etag"] != dict(plain.fields)["etag"]
    assert "Accept-Encoding" in dict(plain.fields)["vary"]


@pytest.mark.parametrize("path", IN_A_LANGUAGE)
async def test_each_language_has_its_own_bytes_tag_and_304(path, both):
    kept, plain, _ = both
    tags, bodies = set(), set()
    for language, also in SPOKEN.items():
        for coding in ("identity", "br"):
            fields = {"accept_language": also, "accept_encoding": coding}
            fresh = await raw(plain, path, **fields)
            await raw(kept, path, **fields)
            hit = await raw(kept, path, **fields)
            assert hit.how == "citable-memory; hit"
            assert hit[:3] == fresh[:3]
            said = dict(hit.fields)
            assert said["content-language"] == ("en" if language == "en" else f"{language}, en")
            assert "Accept-Language" in said["vary"]
            tags.add(said["etag"])
            bodies.add(hit.body)
            unchanged = await raw(kept, path, if_none_match=said["etag"], **fields)
            assert (unchanged.status, unchanged.body) == (304, b"")
            named = dict(unchanged.fields)
            for name in ("etag", "content-language", "vary"):
                assert named[name] == said[name]
            other = "fr" if language == "de" else "de"
            for api in both[:2]:
                assert (await raw(api, path, if_none_match=said["etag"], accept_language=other)).status == 200
    assert len(tags) == len(bodies) == 2 * len(SPOKEN)


async def test_what_is_said_in_english_is_kept_once_however_it_is_asked_for(both):
    kept, _, _ = both
    path = f"{ITEM}?as_of=160"
    english = await raw(kept, path)
    for language in ("en", "en-GB, en;q=0.9", "it", "*", ""):
        again = await raw(kept, path, accept_language=language)
        assert (again.how, again.body) == ("citable-memory; hit", english.body), language


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (ITEM, {"accept_datetime": "Sat, 01 Aug 2026 00:00:00 GMT"}),
        (ITEM, {"if_match": '"another"'}),
        (ITEM, {"accept": "text/html"}),
        (f"{ITEM}?nonsense=1", {}),
        ("/v1/claims/no-such-claim", {}),
        ("/v1/claims//", {}),
        ("/v1/keys", {}),
        (f"{ITEM}?as_of={'9' * 3000}", {}),
    ],
)
async def test_what_it_cannot_answer_goes_on(path, fields, both):
    kept, plain, _ = both
    for _ in range(3):
        one, other = await raw(kept, path, **fields), await raw(plain, path, **fields)
        assert (one.status, one.fields) == (other.status, other.fields)
        assert "hit" not in one.how
    assert one.status != 200


async def test_a_field_on_two_lines_is_left_to_who_can_read_it(both):
    kept, _, _ = both
    fields = [("accept", "text/html"), ("accept", "application/json")]
    answer = await kept.client.get(ITEM, headers=fields)
    assert answer.status_code == 200
    assert answer.headers["cache-status"] == "citable-memory; fwd=bypass"


@pytest.fixture
async def own(cluster):
    """An API on a log of the test's own, whose Redis it can break."""
    name = await cluster.new_database("curated")
    sockets = cluster.servers.redis_url.removeprefix("unix://").removesuffix("/valkey.sock")
    redis = Proxy(f"{sockets}/valkey.sock")
    async with redis.listening() as port, serving(cluster.url(name), f"redis://127.0.0.1:{port}/7") as api:
        yield api, redis
        redis.turn("ok")
    await cluster.drop(name)


async def written(api: Api, **changed: object) -> None:
    """A version is published, and this process has heard of it."""
    await published(api.runtime.pool, draft(**changed))
    api.runtime.coherence.doubt()


async def test_a_change_ends_what_it_makes_old_and_nothing_else(own):
    api, redis = own
    redis.turn("refused")  # so that only the memory can know
    mine, other = ITEM, "/v1/claims/cn-ai-firms-6200"
    pinned, version = "/v1/claims?as_of=100&limit=3", f"{other}/versions/1"
    paths = (mine, other, pinned, version, "/v1/claims?limit=2", "/v1/topics")
    for path in (*paths, *paths):
        await api.get(path)
    await written(api, id=CLAIM, change__kind="correction")
    assert (await api.get(mine)).json()["version"] == 2
    for path in (other, pinned, version):
        assert (await api.get(path)).headers["cache-status"] == "citable-memory; hit", path
    for path in ("/v1/claims?limit=2", "/v1/topics"):
        answer = await api.get(path)
        assert "hit" not in answer.headers["cache-status"]
        assert answer.json()["position"] == 176
    await written(api, id="cn-ai-firms-6200", change__kind="correction")
    assert (await api.get(other)).json()["version"] == 2
    assert 'rel="next' in (await api.get(version)).headers["link"]


async def test_what_one_process_loaded_another_does_not_load(cluster):
    name = await cluster.new_database("curated")
    redis_url = f"{cluster.servers.redis_url}?db=8"
    async with serving(cluster.url(name), redis_url) as one, serving(cluster.url(name), redis_url) as other:
        for path in VIEWS:
            first = await raw(one, path, accept_encoding="zstd")
            second = await raw(other, path, accept_encoding="zstd")
            assert first.how == "citable-memory; fwd=miss; stored", path
            assert second.how == "citable-redis; hit", path
            assert first[:3] == second[:3]
        for path in IN_A_LANGUAGE:
            german = await raw(one, path, accept_language="de")
            assert german.how == "citable-memory; fwd=miss; stored", path
            second = await raw(other, path, accept_language="de-CH")
            assert (second.how, second[:3]) == ("citable-redis; hit", german[:3]), path
            assert second.body != (await raw(other, path)).body
        await written(one, id="cn-ai-firms-6200", change__kind="correction")
        other.runtime.coherence.doubt()
        assert (await raw(other, ITEM)).how == "citable-memory; hit"
        assert (await other.get("/v1/claims/cn-ai-firms-6200")).json()["version"] == 2
        assert (await raw(one, "/v1/claims/cn-ai-firms-6200")).how == "citable-redis; hit"
    await cluster.drop(name)


async def test_a_correction_is_heard_by_every_process(cluster):
    name = await cluster.new_database("curated")
    url, redis_url = cluster.url(name), f"{cluster.servers.redis_url}?db=4"
    async with serving(url, redis_url) as one, serving(url, redis_url) as other:
        for _ in range(2):
            await one.get(ITEM)
            assert (await other.get(ITEM)).json()["version"] == 1
        await published(one.runtime.pool, draft(id=CLAIM, change__kind="correction"))
        async with asyncio.timeout(2):
            while (await other.get(ITEM)).json()["version"] != 2:
                await asyncio.sleep(0.002)
        assert (await one.get(f"{ITEM}?as_of=175")).json()["version"] == 1
    await cluster.drop(name)


async def test_a_late_fill_is_not_kept(own):
    """An answer that was read, and then overtaken by a change before it could be kept."""
    api, _ = own
    place = (await api.runtime.fills.find((b"/v1/topics", b"", b"", b""), api.runtime.readers.room()))[2]
    late = api.runtime.coherence.head
    kept = (await api.get("/v1/topics?limit=5")).content
    await written(api, id=CLAIM, change__kind="correction")
    await api.runtime.coherence.standing()
    entry = api.runtime.fills.memory.get((b"/v1/topics", b"limit=5", b"", b""))
    assert entry is not None
    assert kept == entry.kept.representation.body
    assert (await place.keep(entry.kept, late))[1] == STORED  # in Redis, where it counts for nobody at this head
    assert api.runtime.fills.memory.get((b"/v1/topics", b"", b"", b"")) is None
    answer = await api.get("/v1/topics")
    assert "hit" not in answer.headers["cache-status"]
    assert answer.json()["position"] == 176


async def test_who_finds_nothing_does_not_keep_the_next_one_waiting(own):
    """What is not there is not kept; the mark that someone is loading it is taken back."""
    api, _ = own
    client = api.runtime.redis.redis
    answers = await asyncio.gather(*(api.get("/v1/claims/no-such-claim") for _ in range(30)))
    assert {answer.status_code for answer in answers} == {404}
    assert [key async for key in client.scan_iter("*:loading")] == []
    assert api.runtime.fills.filling == {}
