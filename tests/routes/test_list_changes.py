"""GET /v1/changes: the log from a position on, asked for and waited for."""

import asyncio
import random

import httpx
import msgspec
import pytest

from db.digest import digest_of
from db.log import whole_log
from db.pool import unhurried
from schemas.changes import ChangeFilter, LoggedChange
from schemas.claims import ClaimVersion
from tests.given import draft, published, random_draft
from tests.serving import serving
from tests.web.asking import assert_problem, own_api
from tests.web.writing import LINES, REASON

MADE = 120


@pytest.fixture(scope="module")
async def busy(cluster):
    """An API on a log that random revisions follow, and every version of it."""
    chance = random.Random(6)
    async with own_api(cluster) as api:
        newest: dict[str, ClaimVersion] = {}
        while sum(version.version for version in newest.values()) < MADE:
            id = f"claim-{chance.randint(1, 12)}"
            if id in newest and newest[id].lifecycle == "retracted":
                continue
            made = random_draft(chance, id, newest.get(id))
            severity = "major" if made.verification.status == "refuted" else chance.choice(["major", "minor", "typo"])
            change = msgspec.structs.replace(made.change, severity=severity)
            (newest[id],) = await published(api.runtime.pool, msgspec.structs.replace(made, change=change))
        async with unhurried(api.runtime.pool, readonly=True) as connection:
            log = [version async for version in whole_log(connection)]
        api.runtime.coherence.doubt()
        yield api, log


async def walked(api, path: str, **headers: str) -> list[dict]:
    """Every item from the beginning, page by page."""
    found, after = [], 0
    while True:
        answer = await api.get(f"{path}&after={after}", **headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["next_after"] >= after
        found += page["items"]
        if not page["has_more"]:
            return found
        assert page["next_after"] > after
        after = page["next_after"]


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
async def test_from_zero_on_every_position_comes_once_and_in_order(limit, busy):
    api, log = busy
    items = await walked(api, f"/v1/changes?limit={limit}")
    assert [item["position"] for item in items] == list(range(1, len(log) + 1))
    for item, version in zip(items, log, strict=True):
        change = msgspec.convert(item, LoggedChange)
        assert (change.claim, change.version, change.digest) == (version.id, version.version, version.digest)
        assert (change.change, change.lifecycle, change.recorded_at) == (
            version.change, version.lifecycle, version.recorded_at,
        )  # fmt: skip
        assert (change.statement, change.status, change.topics) == (
            version.statement, version.verification.status, version.topics,
        )  # fmt: skip


async def test_as_lines_the_versions_themselves_come_as_an_export_writes_them(busy):
    api, log = busy
    lines, path = [], "/v1/changes?limit=64"
    while True:
        answer = await api.get(path, accept=LINES)
        assert answer.headers["content-type"] == LINES
        if not answer.content:
            break
        lines += answer.content.splitlines()
        path = answer.links["next"]["url"]
    assert lines == [msgspec.json.encode(version) for version in log]
    assert all(version.digest == digest_of(version) for version in log)


@pytest.mark.parametrize(
    "asked",
    [
        "claim=claim-3&claim=claim-7", "topic=ports", "topic=rail&topic=mills", "kind=created", "kind=retraction",
        "severity=major&severity=typo", "claim=claim-5&severity=minor&topic=ports", "claim=nobody-said-this",
    ],
)  # fmt: skip
async def test_filters_leave_out_what_does_not_match_and_nothing_else(asked, busy):
    api, log = busy
    wanted: dict[str, list[str]] = {}
    for part in asked.split("&"):
        name, value = part.split("=")
        wanted.setdefault(name, []).append(value)

    def matches(version: ClaimVersion) -> bool:
        held = {
            "claim": [version.id], "topic": version.topics, "kind": [version.change.kind],
            "severity": [version.change.severity],
        }  # fmt: skip
        return all(set(values) & set(held[name]) for name, values in wanted.items())

    expected = [version.position for version in log if matches(version)]
    assert [item["position"] for item in await walked(api, f"/v1/changes?limit=9&{asked}")] == expected
    # what waits reads from memory, and must find the same
    tail = await api.runtime.tail.after(msgspec.convert(wanted, ChangeFilter), 0, 1000)
    assert [change.position for change in tail.items] == expected


async def test_a_full_page_never_changes_and_says_so_and_the_last_one_is_asked_for_again(busy):
    api, _ = busy
    full = await api.get("/v1/changes?limit=10")
    assert "max-age=3600" in full.headers["cache-control"]
    last = await api.get("/v1/changes?limit=1000")
    assert "max-age=30," in last.headers["cache-control"]
    assert full.json()["has_more"]
    assert not last.json()["has_more"]
    again = await api.get("/v1/changes?limit=1000", if_none_match=last.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_the_last_page_is_another_one_after_a_write(desk):
    position = await desk.position()
    before = await desk.api.get(f"/v1/changes?after={position}")
    assert before.json() == {"items": [], "next_after": position, "has_more": False}
    made = await desk.published()
    after = (await desk.api.get(f"/v1/changes?after={position}")).json()
    assert [(item["claim"], item["version"]) for item in after["items"]] == [(made["id"], 1)]
    assert after["next_after"] == position + 1


async def test_a_retraction_is_a_change_that_says_why(desk):
    made = await desk.published()
    await desk.editor.retract(made["id"])
    items = (await desk.api.get(f"/v1/changes?claim={made['id']}")).json()["items"]
    assert [item["change"]["kind"] for item in items] == ["created", "retraction"]
    assert (items[1]["lifecycle"], items[1]["change"]["note"]) == ("retracted", REASON["reason"])


async def test_who_waits_is_answered_with_the_first_change_that_matches(desk):
    position = await desk.position()
    waiting = asyncio.create_task(desk.api.get(f"/v1/changes?after={position}&wait=30&topic=mills"))
    await asyncio.sleep(0.2)
    await desk.published(topics=["ports"])
    assert not waiting.done()
    made = await desk.published(topics=["mills"])
    answer = await waiting
    assert answer.headers["cache-control"] == "no-store"
    assert [item["claim"] for item in answer.json()["items"]] == [made["id"]]
    assert answer.json()["next_after"] >= made["position"]


async def heard_of(api, position: int) -> None:
    """Waits until an API knows that the log goes as far as that."""
    while api.runtime.coherence.head.position < position:
        await asyncio.sleep(0.005)


async def test_who_waits_is_not_sent_away_when_a_change_comes_while_another_is_looked_at(cluster):
    name = await cluster.new_database("curated")
    asked = "/v1/changes?after=175&wait=30&topic=mills"
    server = serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5", database_connections=1)
    async with cluster.pool_on(name) as pool, server as api, asyncio.timeout(20):
        waiting = asyncio.create_task(api.get(asked))
        while not api.runtime.followers.count:
            await asyncio.sleep(0.005)
        async with api.runtime.pool.acquire():  # so that the look at the first takes until the second is known
            await published(pool, draft(topics=["ports"]))
            await heard_of(api, 176)
            (made,) = await published(pool, draft(id="mill-count", topics=["mills"]))
            await heard_of(api, 177)
        answer = (await waiting).json()
    assert ([item["claim"] for item in answer["items"]], answer["next_after"]) == ([made.id], 177)
    await cluster.drop(name)


async def test_what_is_kept_of_one_log_does_not_answer_for_another(cluster):
    name = await cluster.new_database("curated")
    server = serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5", database_connections=1)
    async with cluster.pool_on(name) as pool, server as api, asyncio.timeout(20):
        tail, coherence = api.runtime.tail, api.runtime.coherence
        await heard_of(api, 175)
        assert (await tail.after(ChangeFilter(), 170, 100)).until == 175
        async with api.runtime.pool.acquire():
            await published(pool, draft())
            await heard_of(api, 176)
            looking = asyncio.create_task(tail.after(ChangeFilter(), 170, 100))
            await asyncio.sleep(0.05)
            coherence.histories += 1  # as when the log turns out to be another one
        found = await looking
        assert (len(found.items), found.until) == (6, 176)
    await cluster.drop(name)


async def test_who_waits_in_vain_goes_on_from_where_the_log_was_looked_at(desk):
    position = await desk.position()
    await desk.published(topics=["ports"])
    answer = await desk.api.get(f"/v1/changes?after={position}&wait=1&topic=mills")
    assert answer.json() == {"items": [], "next_after": position + 1, "has_more": False}


async def test_who_waits_for_what_is_there_does_not_wait(busy):
    api, log = busy
    answer = await api.get(f"/v1/changes?after={len(log) - 1}&wait=30", accept=LINES)
    assert answer.content.rstrip(b"\n") == msgspec.json.encode(log[-1])
    answer = await api.get("/v1/changes?wait=30&limit=3")
    assert len(answer.json()["items"]) == 3
    assert answer.json()["has_more"]


async def test_who_waits_counts_and_too_many_are_told_to_come_again(cluster):
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5", followers=2) as api:
        waiting = [asyncio.create_task(api.get("/v1/changes?after=175&wait=30")) for _ in range(2)]
        await asyncio.sleep(0.3)
        refused = await api.get("/v1/changes?after=175&wait=30")
        assert refused.status_code == 503
        assert refused.json()["type"] == "/problems/overloaded"
        assert refused.headers["retry-after"]
        assert (await api.get("/v1/changes?after=175")).status_code == 200
        await published(api.runtime.pool, draft())
        assert [len((await each).json()["items"]) for each in waiting] == [1, 1]
    await cluster.drop(name)


async def test_a_server_that_stops_answers_those_who_wait(cluster):
    name = await cluster.new_database("curated")
    async with httpx.AsyncClient(timeout=20) as client:
        async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5") as api:
            waiting = asyncio.create_task(client.get(f"{api.url}/v1/changes?after=175&wait=30"))
            while not api.runtime.followers.count:
                await asyncio.sleep(0.01)
        assert (await waiting).json() == {"items": [], "next_after": 175, "has_more": False}
    await cluster.drop(name)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("after=1000000", "after"), ("after=-1", "after"), ("after=1.5", "after"), ("limit=0", "limit"),
        ("limit=1001", "limit"), ("wait=31", "wait"), ("wait=-1", "wait"), ("wait=1&after=999999", "after"),
        ("kind=rumour", "kind"), ("severity=huge", "severity"), ("claim=A", "claim"), ("since=1", "since"),
        ("after=1&after=2", "after"), ("topic=%00", "topic"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_named(asked, parameter, curated):
    assert_problem(await curated.get(f"/v1/changes?{asked}"), 400, parameter)


async def test_other_media_types_are_refused(curated):
    assert_problem(await curated.get("/v1/changes", accept="text/csv"), 406)
