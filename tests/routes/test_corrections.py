"""GET /v1/corrections: major changes of what was published before, newest first."""

import pytest

from tests.routes.by_hand import every_item
from tests.web.asking import assert_problem
from tests.web.writing import created, revised


async def corrected(desk, claim: dict, value: str, **change: str) -> dict:
    """The next version of a claim, with another number."""
    statement = f"Harbours run {int(value):,} automated cranes."
    body = {"quantity": {"value": value}, "statement": statement, "change": change}
    return revised(await desk.editor.revise(claim["id"], body))


def places(items: list[dict]) -> list[tuple[str, int]]:
    """Which claims and versions they are."""
    return [(item["claim"], item["version"]) for item in items]


async def test_nothing_is_a_correction_before_there_is_one(curated):
    page = await curated.get("/v1/corrections")
    assert page.json() == {"items": [], "position": 175, "next": None}
    assert page.headers["etag"].startswith('"p175-')


async def test_major_changes_are_listed_newest_first_and_others_are_not(desk, topic):
    one, other = [await desk.published(topics=[topic], change__severity="major") for _ in range(2)]
    await corrected(desk, one, "4200", note="A new count.")
    revised(await desk.editor.revise(other["id"], {"scope": "Big ones.", "change": {"severity": "minor"}}))
    await corrected(desk, other, "4300", kind="update")
    created(await desk.editor.retract(one["id"]))
    items = (await desk.api.get(f"/v1/corrections?topic={topic}")).json()["items"]
    assert places(items) == [(one["id"], 3), (other["id"], 3), (one["id"], 2)]
    assert [item["change"]["kind"] for item in items] == ["retraction", "update", "correction"]
    assert {item["change"]["severity"] for item in items} == {"major"}
    assert items[0]["lifecycle"] == "retracted"
    assert items[0]["change"]["note"] == "It was never said."
    assert items[2]["change"]["note"] == "A new count."


async def test_an_item_says_what_its_version_says(desk, topic):
    claim = await corrected(desk, await desk.published(topics=[topic]), "4200")
    (item,) = (await desk.api.get(f"/v1/corrections?topic={topic}")).json()["items"]
    same = ("position", "version", "recorded_at", "statement", "change", "lifecycle", "currency", "topics", "digest")
    assert item == {
        **{name: claim[name] for name in same}, "claim": claim["id"], "status": claim["verification"]["status"],
    }  # fmt: skip


async def test_filters_are_alternatives_inside_and_all_must_match(desk, topic):
    claims = [await desk.published(topics=[topic, f"{topic}-{number}"]) for number in range(3)]
    for claim in claims:
        await corrected(desk, claim, "4200")
    wanted = {
        f"topic={topic}-0": [0],
        f"topic={topic}-0&topic={topic}-2": [2, 0],
        f"claim={claims[1]['id']}": [1],
        f"claim={claims[1]['id']}&claim={claims[2]['id']}": [2, 1],
        f"claim={claims[1]['id']}&topic={topic}-0": [],
        f"claim={claims[1]['id']}&topic={topic}": [1],
        "claim=nobody-said-this": [],
    }
    for query, numbers in wanted.items():
        items = (await desk.api.get(f"/v1/corrections?{query}")).json()["items"]
        assert places(items) == [(claims[number]["id"], 2) for number in numbers], query


async def test_as_of_a_position_only_what_was_corrected_by_then_is_listed(desk, topic):
    claim = await desk.published(topics=[topic])
    positions = [(await corrected(desk, claim, f"42{number:02}"))["position"] for number in range(3)]
    for number, position in enumerate(positions, 1):
        page = (await desk.api.get(f"/v1/corrections?topic={topic}&as_of={position}")).json()
        assert page["position"] == position
        assert places(page["items"]) == [(claim["id"], version) for version in range(number + 1, 1, -1)]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_pages_have_each_once_while_more_is_corrected(limit, desk, topic):
    claim = await desk.published(topics=[topic])
    for number in range(5):
        await corrected(desk, claim, f"42{number:02}")
    path = f"/v1/corrections?topic={topic}&limit={limit}"
    first = await desk.api.get(path)
    await corrected(desk, claim, "9999")
    items, rest = first.json()["items"], first.links.get("next")
    while rest:
        page = await desk.api.get(rest["url"])
        assert page.json()["position"] == first.json()["position"]
        items, rest = items + page.json()["items"], page.links.get("next")
    assert places(items) == [(claim["id"], version) for version in range(6, 1, -1)]
    assert places(await every_item(desk.api, path))[0] == (claim["id"], 7)


async def test_it_leads_to_the_feeds_of_the_same_corrections(desk, topic):
    links = (await desk.api.get(f"/v1/corrections?topic={topic}&limit=3")).headers["link"]
    for name, media_type in (("atom", "application/atom+xml"), ("json", "application/feed+json")):
        assert f'</feeds/corrections.{name}?topic={topic}>; rel="alternate"; type="{media_type}"' in links


async def test_a_kept_answer_ends_with_the_next_correction(desk, topic):
    claim, path = await desk.published(topics=[topic]), f"/v1/corrections?topic={topic}"
    for number in range(3):
        before = await desk.api.get(path)
        assert (await desk.api.get(path, If_None_Match=before.headers["etag"])).status_code == 304
        await corrected(desk, claim, f"42{number:02}")
        after = await desk.api.get(path, If_None_Match=before.headers["etag"])
        assert len(after.json()["items"]) == number + 1


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("claim=Not%20a%20slug", "claim"), ("topic=", "topic"),
        ("as_of=999999999", "as_of"), ("cursor=abc", "cursor"), ("kind=correction", "kind"),
        ("severity=minor", "severity"),
        ("&".join(f"claim=c{number}" for number in range(101)), "claim"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(query, parameter, curated):
    assert_problem(await curated.get(f"/v1/corrections?{query}"), 400, parameter)
