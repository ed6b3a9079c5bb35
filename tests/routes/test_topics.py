"""GET /v1/topics: the tags published claims carry, with counts."""

from collections import Counter

import pytest

from tests.routes.by_hand import BY_ID, CURATED, every_item, ids
from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import assert_problem

CARRIED = Counter(topic for claim in CURATED for topic in claim["topics"])


@pytest.mark.parametrize("limit", [1, 10, 100])
async def test_every_topic_is_listed_by_id_with_its_number_of_claims(limit, curated):
    items = await every_item(curated, f"/v1/topics?limit={limit}")
    assert {item["id"]: item["claims"] for item in items} == CARRIED
    assert ids(items) == sorted(CARRIED)


async def test_a_topic_s_number_is_how_many_claims_the_filter_finds(curated):
    for topic in (await curated.get("/v1/topics?limit=5")).json()["items"]:
        found = await every_item(curated, f"/v1/claims?topic={topic['id']}&limit=100")
        assert len(found) == topic["claims"]


async def test_as_of_a_position_only_the_topics_of_then_count(curated):
    items = await every_item(curated, "/v1/topics?as_of=12&limit=100")
    counted = Counter(topic for claim in CURATED[:12] for topic in claim["topics"])
    assert {item["id"]: item["claims"] for item in items} == counted
    assert (await curated.get("/v1/topics?as_of=0")).json() == {"items": [], "position": 0, "next": None}


async def test_dropped_topics_and_retracted_claims_no_longer_count(history):
    left = CARRIED - Counter(BY_ID[CHANGED]["topics"]) - Counter(BY_ID[RETRACTED]["topics"])
    items = await every_item(history.api, "/v1/topics?limit=100")
    assert {item["id"]: item["claims"] for item in items} == left


async def test_topics_take_no_filter(curated):
    assert_problem(await curated.get("/v1/topics?topic=china"), 400, "topic")
    assert_problem(await curated.get("/v1/topics/china"), 404)
