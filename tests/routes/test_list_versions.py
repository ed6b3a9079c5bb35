"""GET /v1/claims/{id}/versions: a claim's versions, newest first."""

import pytest

from tests.routes.by_hand import every_item
from tests.routes.conftest import CHANGED
from tests.web.asking import CLAIM, assert_problem


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
async def test_every_version_is_listed_newest_first_over_any_pages(limit, history):
    items = await every_item(history.api, f"/v1/claims/{CHANGED}/versions?limit={limit}")
    assert [item["version"] for item in items] == [4, 3, 2, 1]
    assert {item["id"] for item in items} == {CHANGED}


async def test_a_listed_version_is_the_version_itself(history):
    for item in await every_item(history.api, f"/v1/claims/{CHANGED}/versions"):
        alone = await history.api.get(f"/v1/claims/{CHANGED}/versions/{item['version']}")
        assert alone.json() == item


async def test_as_of_a_position_only_the_versions_there_were_are_listed(history):
    for position, expected in [(175, [1]), (176, [2, 1]), (178, [4, 3, 2, 1])]:
        page = (await history.api.get(f"/v1/claims/{CHANGED}/versions?as_of={position}")).json()
        assert [item["version"] for item in page["items"]] == expected
        assert page["position"] == position


async def test_a_claim_without_later_versions_has_one(curated):
    page = (await curated.get(f"/v1/claims/{CLAIM}/versions")).json()
    assert [item["version"] for item in page["items"]] == [1]
    assert page["next"] is None


async def test_links_lead_on(history):
    first = await history.api.get(f"/v1/claims/{CHANGED}/versions?limit=3")
    second = await history.api.get(first.links["next"]["url"])
    assert [item["version"] for item in second.json()["items"]] == [1]
    assert "next" not in second.links
    again = await history.api.get(second.links["first"]["url"])
    assert again.json() == first.json()


async def test_versions_of_a_claim_nobody_made_are_not_found(curated):
    assert_problem(await curated.get("/v1/claims/nobody-said-this/versions"), 404)


async def test_versions_as_of_before_the_first_are_not_found(curated):
    assert_problem(await curated.get(f"/v1/claims/{CLAIM}/versions?as_of=1"), 404)


async def test_a_cursor_of_another_claim_is_refused(history):
    following = (await history.api.get(f"/v1/claims/{CHANGED}/versions?limit=1")).json()["next"]
    assert_problem(await history.api.get(f"/v1/claims/{CLAIM}/versions?limit=1&cursor={following}"), 400, "cursor")
