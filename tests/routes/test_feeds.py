"""GET /feeds/…: what changed, for feed readers: which entries there are, and when a feed changes."""

from datetime import datetime

import pytest
from lxml import etree

from tests.routes.by_hand import CURATED
from tests.routes.subscribing import (
    ATOM,
    FEEDS,
    TOMBSTONES,
    entries,
    every_entry,
    following,
    ids,
    page,
    version,
)
from tests.routes.test_corrections import corrected
from tests.web.asking import assert_problem
from tests.web.writing import created, revised

BOTH = pytest.mark.parametrize("form", ["atom", "json"])


@BOTH
@pytest.mark.parametrize("limit", ["", "?limit=1", "?limit=7", "?limit=100"])
async def test_every_version_is_an_entry_newest_first_over_any_pages(form, limit, curated):
    if limit == "?limit=1":
        limit = "?limit=1&topic=patents"
    wanted = [claim for claim in reversed(CURATED) if "topic" not in limit or "patents" in claim["topics"]]
    found = await every_entry(curated, f"/feeds/claims.{form}{limit}")
    assert ids(found) == [version(claim, 1) for claim in wanted]
    for entry, claim in zip(found, wanted, strict=True):
        assert entry["title"] == f"New: {claim['statement']}"
        assert entry["tags"] == claim["topics"]
        assert entry["via"] == next((source["url"] for source in claim["sources"] if source["url"]), None)
        assert entry["link"] == entry["id"]
        assert claim["attributed_to"] in entry["text"]


@BOTH
async def test_an_entry_says_what_changed_and_why(form, desk, topic):
    claim = await desk.published(topics=[topic])
    created(await desk.verifier.verify(claim["id"]))
    await corrected(desk, claim, "4200", note="A new count.")
    created(await desk.verifier.verify(claim["id"], {"status": "disputed", "rationale": "Another counts 3,900."}))
    revised(await desk.editor.revise(claim["id"], {"statement": "Harbours run 4,200 automated cranes!"}))
    created(await desk.editor.retract(claim["id"]))
    found = {entry["id"]: entry for entry in await every_entry(desk.api, f"/feeds/claims.{form}?topic={topic}")}
    assert list(found) == [version(claim, number) for number in (6, 5, 4, 3, 2, 1)]
    titles = ["Retracted", None, "Disputed", "Corrected", "Verified", "New"]
    for title, entry in zip(titles, found.values(), strict=True):
        assert title is None or entry["title"].startswith(f"{title}: Harbours run 4,")
    corrected_, disputed = found[version(claim, 3)], found[version(claim, 4)]
    assert corrected_["summary"] == "Major correction: A new count."
    for said in (
        "Harbours run 4,200 automated cranes.", "Before: Harbours run 4,100 automated cranes.",
        "Number: 4,200 cranes (before: 4,100 cranes)", "Stated by: Port Register", f"Version 3 of {claim['id']}",
    ):  # fmt: skip
        assert said in corrected_["text"].split("\n\n"), said
    assert "Status: Unverified (before: Verified)." in corrected_["text"]
    assert disputed["text"].startswith("Disputed (before: Unverified). Another counts 3,900.")
    assert found[version(claim, 6)]["summary"] == "Retraction: It was never said."


@BOTH
async def test_a_revision_adds_an_entry_and_changes_no_old_one(form, desk, topic):
    claim, path = await desk.published(topics=[topic]), f"/feeds/claims.{form}?topic={topic}"
    known: list[dict] = []
    for number in range(4):
        await corrected(desk, claim, f"42{number:02}")
        newest, *others = await every_entry(desk.api, path)
        assert newest["id"] == version(claim, number + 2)
        assert others == known or not known
        known = [newest, *others]
    assert len(set(ids(known))) == 5


async def test_a_retraction_outweighs_the_entry_it_withdraws(desk, topic):
    claim = await desk.published(topics=[topic])
    await corrected(desk, claim, "4200")
    retraction = created(await desk.editor.retract(claim["id"]))
    root = etree.fromstring((await page(desk.api, f"/feeds/claims.atom?topic={topic}")).content)
    (deleted,) = root.findall(f"{TOMBSTONES}deleted-entry")
    assert deleted.get("ref") == version(claim, 2)
    assert datetime.fromisoformat(deleted.get("when")) == datetime.fromisoformat(retraction["recorded_at"])
    assert deleted.findtext(f"{TOMBSTONES}comment") == "Retraction: It was never said."
    assert deleted.find(f"{ATOM}link").get("href") == version(claim, 3)
    told = {
        entry["id"]: entry["updated"] for entry in entries(await page(desk.api, f"/feeds/claims.atom?topic={topic}"))
    }
    assert told[version(claim, 2)] < datetime.fromisoformat(deleted.get("when"))
    corrections = etree.fromstring((await page(desk.api, f"/feeds/corrections.atom?topic={topic}")).content)
    assert corrections.findall(f"{TOMBSTONES}deleted-entry") == []


@BOTH
async def test_corrections_are_the_major_changes_alone(form, desk, topic):
    claim = await desk.published(topics=[topic], change__severity="major")
    assert await every_entry(desk.api, f"/feeds/corrections.{form}?topic={topic}") == []
    revised(await desk.editor.revise(claim["id"], {"scope": "Big ones.", "change": {"severity": "minor"}}))
    await corrected(desk, claim, "4200")
    created(await desk.editor.retract(claim["id"]))
    found = await every_entry(desk.api, f"/feeds/corrections.{form}?topic={topic}&limit=1")
    listed = (await desk.api.get(f"/v1/corrections?topic={topic}")).json()["items"]
    assert ids(found) == [version(item["claim"], item["version"]) for item in listed]
    assert ids(found) == [version(claim, 4), version(claim, 3)]


@BOTH
@pytest.mark.parametrize("name", ["claims", "corrections"])
async def test_a_feed_of_topics_or_claims_tells_of_no_others(form, name, desk, topic):
    claims = [await desk.published(topics=[topic, f"{topic}-{number}"]) for number in range(3)]
    for claim in claims:
        await corrected(desk, claim, "4200")
    wanted = {
        f"topic={topic}-0": [0],
        f"topic={topic}-0&topic={topic}-2": [2, 0],
        f"claim={claims[1]['id']}": [1],
        f"claim={claims[1]['id']}&claim={claims[2]['id']}": [2, 1],
        f"claim={claims[1]['id']}&topic={topic}-0": [],
        "claim=nobody-said-this": [],
    }
    for query, numbers in wanted.items():
        newest = [id for id in ids(await every_entry(desk.api, f"/feeds/{name}.{form}?{query}")) if id.endswith("/2")]
        assert newest == [version(claims[number], 2) for number in numbers], query


@BOTH
async def test_pages_have_every_version_once_while_the_log_grows(form, desk, topic):
    claims = [await desk.published(topics=[topic]) for _ in range(7)]
    at, found = f"/feeds/claims.{form}?topic={topic}&limit=2", []
    pages = []
    while at is not None:
        answer = await page(desk.api, at)
        pages.append((at, answer.content))
        found += ids(entries(answer))
        at = following(answer)
        await corrected(desk, claims[len(pages) % 7], f"5{len(pages):03}")
        await desk.published(topics=[topic])
    assert found == [version(claim, 1) for claim in reversed(claims)]
    for address, content in pages[1:]:
        assert (await desk.api.get(address)).content == content
    now = ids(await every_entry(desk.api, f"/feeds/claims.{form}?topic={topic}&limit=3"))
    assert len(now) == len(set(now)) == 7 + 2 * len(pages)
    assert set(found) < set(now)


@BOTH
async def test_a_feed_is_the_same_until_it_has_another_entry(form, desk, topic):
    claim = await desk.published(topics=[topic])
    for path in (f"/feeds/claims.{form}?topic={topic}", f"/feeds/corrections.{form}?claim={claim['id']}"):
        before = await page(desk.api, path)
        await desk.published(topics=["elsewhere"])
        after = await desk.api.get(path, If_None_Match=before.headers["etag"])
        assert after.status_code == 304
        await corrected(desk, claim, "4200" if "claims." in path else "4300")
        after = await desk.api.get(path, If_None_Match=before.headers["etag"])
        assert after.status_code == 200
        assert after.headers["etag"] != before.headers["etag"]
        assert len(entries(after)) == len(entries(before)) + 1


@BOTH
async def test_a_page_with_a_next_one_is_the_same_whatever_else_is_written(form, desk, topic):
    claim = await desk.published(topics=[topic])
    for number in range(3):
        await corrected(desk, claim, f"42{number:02}")
    for name in ("claims", "corrections"):
        path = f"/feeds/{name}.{form}?topic={topic}&limit=1"
        before = await page(desk.api, path)
        assert following(before) is not None
        await desk.published(topics=["elsewhere"])
        assert (await desk.api.get(path)).content == before.content


@pytest.mark.parametrize("path", FEEDS)
async def test_a_feed_is_kept_like_any_public_answer(path, curated):
    for _ in range(2):
        answer = await page(curated, f"{path}?limit=3")
    assert answer.headers["cache-status"] == "citable-memory; hit"
    assert answer.headers["cache-control"].startswith("public, max-age=30")
    head = await curated.client.head(f"{path}?limit=3")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    assert (await curated.get(f"{path}?limit=3", If_None_Match=answer.headers["etag"])).status_code == 304


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("claim=", "claim"), ("topic=A", "topic"), ("cursor=abc", "cursor"),
     ("as_of=3", "as_of"), ("sort=id", "sort"), ("&".join(f"topic=t{n}" for n in range(21)), "topic")],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(path, query, parameter, curated):
    assert_problem(await curated.get(f"{path}?{query}"), 400, parameter)


async def test_a_cursor_of_another_feed_is_refused(curated):
    second = following(await page(curated, "/feeds/claims.atom?limit=2"))
    assert_problem(await curated.get(second.replace(".atom", ".json")), 400, "cursor")
    assert_problem(await curated.get(f"{second}&topic=china"), 400, "cursor")
