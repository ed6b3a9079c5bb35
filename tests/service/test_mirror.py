"""Mirroring a log over HTTP: what is copied is what is there, and what does not check is not copied."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from db.log import whole_log
from db.mirrors import mirror
from db.pool import Pool, unhurried, writing
from schemas.claims import ClaimVersion
from schemas.failures import MirrorRefused, OriginUnavailable, RuleBroken
from service.mirror import LONGEST_PAUSE, begin_mirror, catch_up, pause_after
from service.origin import Origin
from tests.given import draft, published
from tests.serving import serving
from tests.web.asking import append_next, own_api

Alter = Callable[[list[bytes]], list[bytes]]


class Between(httpx.AsyncBaseTransport):
    """Someone between us and the origin, who changes the lines it answers."""

    def __init__(self, alter: Alter) -> None:
        self._beyond = httpx.AsyncHTTPTransport()
        self._alter = alter

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._beyond.handle_async_request(request)
        body = await answer.aread()
        await answer.aclose()
        if "ndjson" in answer.headers["content-type"]:
            body = b"\n".join(self._alter(body.splitlines())) + b"\n"
        plain = [field for field in answer.headers.items() if field[0] not in ("content-length", "content-encoding")]
        return httpx.Response(answer.status_code, headers=plain, content=body)

    async def aclose(self) -> None:
        await self._beyond.aclose()


@asynccontextmanager
async def origin_of(api, alter: Alter | None = None) -> AsyncIterator[Origin]:
    transport = None if alter is None else Between(alter)
    async with httpx.AsyncClient(transport=transport, headers={"accept-encoding": "identity"}) as client:
        yield Origin(api.url, client)


@pytest.fixture
async def elsewhere(cluster):
    """The Citable to be mirrored, on a curated log of its own."""
    async with own_api(cluster) as api:
        yield api


async def log_of(pool: Pool) -> list[ClaimVersion]:
    async with unhurried(pool, readonly=True) as connection:
        return [version async for version in whole_log(connection)]


async def test_a_mirror_is_the_same_log_and_goes_on_where_it_was(elsewhere, pool):
    async with origin_of(elsewhere) as origin:
        await begin_mirror(pool, origin)
        assert await catch_up(pool, origin) == 175
        assert await catch_up(pool, origin) == 0
        first = await log_of(pool)
        await append_next(elsewhere.runtime.pool, first[:3], lambda draft: draft)
        elsewhere.runtime.coherence.doubt()
        await begin_mirror(pool, origin)
        assert await catch_up(pool, origin) == 3
    assert await log_of(pool) == await log_of(elsewhere.runtime.pool)
    assert await pool.fetchval("select count(*) from claim_index where until = 9223372036854775807") == 175
    assert await pool.fetchval("select count(*) from claim_body") == 178


async def test_a_mirror_answers_as_of_an_instant_only_if_nothing_of_then_can_still_come(elsewhere, cluster):
    """Else it would answer one thing while it lags, and another when it has caught up."""
    name = await cluster.new_database("bare")
    redis_url = f"{cluster.servers.redis_url}?db=5"
    async with serving(cluster.url(name), redis_url) as here, origin_of(elsewhere) as origin:
        await begin_mirror(here.runtime.pool, origin)
        await catch_up(here.runtime.pool, origin)
        here.runtime.coherence.doubt()
        recently, long_ago = datetime.now(UTC) - timedelta(seconds=30), datetime.now(UTC) - timedelta(minutes=5)
        for instant, answers in ((recently, False), (long_ago, True)):
            for api in (elsewhere, here):
                answer = await api.get(f"/v1/claims?as_of={instant:%Y-%m-%dT%H:%M:%SZ}&limit=1")
                assert answer.status_code == (200 if answers or api is elsewhere else 400), answer.text
        assert "not known up to then" in (await here.get(f"/v1/claims?as_of={recently:%Y-%m-%dT%H:%M:%SZ}")).text
        assert (await here.get("/v1/claims?as_of=175")).status_code == 200
        async with writing(here.runtime.pool) as connection:
            await mirror(connection, None)
        assert (await here.get(f"/v1/claims?as_of={recently:%Y-%m-%dT%H:%M:%SZ}&limit=2")).status_code == 200
    await cluster.drop(name)


async def test_one_transaction_may_be_more_than_a_page_and_point_at_what_comes_later(elsewhere, pool):
    ids = [f"claim-{number}" for number in range(1200)]
    together = [
        draft(id=id, relations=[{"type": "competes_with", "claim": other}])
        for id, other in zip(ids, reversed(ids), strict=True)
    ]
    await published(elsewhere.runtime.pool, *together)
    elsewhere.runtime.coherence.doubt()
    async with origin_of(elsewhere) as origin:
        await begin_mirror(pool, origin)
        while await catch_up(pool, origin):
            pass
    assert await log_of(pool) == await log_of(elsewhere.runtime.pool)


def _changed(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b"10 billion", b"11 billion"), *lines[1:]]


def _added_to(lines: list[bytes]) -> list[bytes]:
    return [json.dumps({**json.loads(lines[0]), "mood": "good"}).encode(), *lines[1:]]


WRONG: dict[str, tuple[Alter, str]] = {
    "a word changed": (_changed, "was changed"),
    "a field added": (_added_to, "upgrade the mirror"),
    "the first one missing": (lambda lines: lines[1:], "other positions"),
    "one missing": (lambda lines: lines[:7] + lines[8:], "other positions"),
    "one twice": (lambda lines: lines[:7] + lines[6:], "other positions"),
    "two the wrong way round": (lambda lines: [lines[1], lines[0], *lines[2:]], "other positions"),
    "no JSON": (lambda lines: [b"<html>", *lines], "cannot read"),
    "half a line": (lambda lines: [*lines[:-1], lines[-1][:100]], "cannot read"),
    "a value nobody knows": (lambda lines: [lines[0].replace(b'"unverified"', b'"rumour"')], "cannot read"),
    "an empty line": (lambda lines: [b"", *lines], "cannot read"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_does_not_check_is_not_copied(wrong, elsewhere, pool):
    alter, reason = WRONG[wrong]
    async with origin_of(elsewhere, alter) as origin:
        await begin_mirror(pool, origin)
        with pytest.raises(MirrorRefused, match=reason):
            await catch_up(pool, origin)
    assert await log_of(pool) == []


async def test_a_log_with_a_history_of_its_own_becomes_no_mirror(elsewhere, pool):
    await published(pool, draft())
    async with origin_of(elsewhere) as origin:
        with pytest.raises(MirrorRefused, match="another version here"):
            await begin_mirror(pool, origin)
        await published(pool, *(draft(id=f"claim-{number}") for number in range(200)))
        with pytest.raises(MirrorRefused, match="ends before"):
            await begin_mirror(pool, origin)


async def test_a_mirror_of_one_is_no_mirror_of_another(elsewhere, pool):
    async with writing(pool) as connection:
        await mirror(connection, "https://other.example")
    async with origin_of(elsewhere) as origin:
        with pytest.raises(MirrorRefused, match=r"mirror of https://other\.example"):
            await begin_mirror(pool, origin)


async def test_nobody_writes_to_a_mirror_until_it_is_promoted(elsewhere, pool):
    async with origin_of(elsewhere) as origin:
        await begin_mirror(pool, origin)
        await catch_up(pool, origin)
    with pytest.raises(RuleBroken, match="this is a mirror of") as refused:
        await published(pool, draft())
    assert refused.value.rule == "mirror_is_read_only"
    async with writing(pool) as connection:
        await mirror(connection, None)
    await published(pool, draft())
    async with origin_of(elsewhere) as origin:
        with pytest.raises(MirrorRefused):
            await begin_mirror(pool, origin)


async def test_a_restored_log_can_follow_where_it_came_from(elsewhere, pool, tmp_path):
    from service.transfer import export_log, restore_log

    file = tmp_path / "log.ndjson"
    file.write_bytes(b"".join([line async for line in export_log(elsewhere.runtime.pool)]))
    with file.open("rb") as lines:
        await restore_log(pool, lines)
    await append_next(elsewhere.runtime.pool, (await log_of(pool))[:2], lambda draft: draft)
    elsewhere.runtime.coherence.doubt()
    async with origin_of(elsewhere) as origin:
        await begin_mirror(pool, origin)
        assert await catch_up(pool, origin) == 2
    assert await log_of(pool) == await log_of(elsewhere.runtime.pool)


async def test_who_is_no_citable_is_said_to_be_none_and_silence_is_said_too(curated):
    async with httpx.AsyncClient() as client:
        for path in ("/docs", "/v1"):
            with pytest.raises(MirrorRefused, match="is that its address"):
                await Origin(f"{curated.url}{path}", client).lines_after(0)
        for address in ("http://127.0.0.1:9", "http://nobody.invalid"):
            with pytest.raises(OriginUnavailable, match="does not answer"):
                await Origin(address, client).position()


def test_however_long_an_origin_is_away_it_is_asked_every_minute_and_not_in_step():
    assert all(0 < pause_after(failures) <= LONGEST_PAUSE for failures in (1, 2, 10, 100, 5000))
    assert len({pause_after(9) for _ in range(5)}) > 1
