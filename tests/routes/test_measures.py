"""GET /v1/measures and /v1/measures/{id}: what is measured, and its competing claims side by side."""

import json
from collections import Counter

import pytest

from db.migrations import CURATED as FOLDER
from tests.routes.by_hand import CURATED, SORTED, every_item, ids
from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import MEASURE, assert_problem

CLAIMS = Counter(claim["measure"] for claim in CURATED)
NINE = [id for id in SORTED["-stated_on"] if id in {c["id"] for c in CURATED if c["measure"] == MEASURE}]


@pytest.mark.parametrize("limit", [9, 100])
async def test_every_measure_is_listed_by_id_with_its_number_of_claims(limit, curated):
    items = await every_item(curated, f"/v1/measures?limit={limit}")
    assert {item["id"]: item["claims"] for item in items} == CLAIMS
    assert ids(items) == sorted(CLAIMS)
    assert all(item["label"] for item in items)


async def test_a_measure_has_its_claims_side_by_side_the_latest_stated_first(curated):
    response = await curated.get(f"/v1/measures/{MEASURE}")
    detail = response.json()
    assert len(NINE) == detail["claims"] == 9
    assert ids(detail["items"]) == NINE
    assert detail["id"] == MEASURE
    listed = await curated.get(response.links["collection"]["url"])
    assert sorted(ids(listed.json()["items"])) == sorted(NINE)


async def test_a_measure_without_a_label_is_called_by_its_slug(curated):
    assert (await curated.get(f"/v1/measures/{MEASURE}")).json()["label"] in (
        "China share of world ai patents",
        _labels().get(MEASURE),
    )


async def test_as_of_a_position_only_the_claims_of_then_count(curated):
    counted = Counter(claim["measure"] for claim in CURATED[:30])
    items = await every_item(curated, "/v1/measures?as_of=30&limit=100")
    assert {item["id"]: item["claims"] for item in items} == counted
    detail = (await curated.get(f"/v1/measures/{MEASURE}?as_of=30")).json()
    assert detail["claims"] == len(detail["items"]) == counted[MEASURE]
    assert detail["position"] == 30


async def test_a_retracted_claim_no_longer_counts(history):
    measure = next(claim["measure"] for claim in CURATED if claim["id"] == RETRACTED)
    detail = (await history.api.get(f"/v1/measures/{measure}")).json()
    assert RETRACTED not in ids(detail["items"])
    assert detail["claims"] == len(detail["items"]) == CLAIMS[measure] - 1
    before = (await history.api.get(f"/v1/measures/{measure}?as_of=175")).json()
    assert RETRACTED in ids(before["items"])


async def test_a_claim_in_many_versions_counts_once(history):
    measure = next(claim["measure"] for claim in CURATED if claim["id"] == CHANGED)
    detail = (await history.api.get(f"/v1/measures/{measure}")).json()
    assert ids(detail["items"]).count(CHANGED) == 1


async def test_a_measure_nobody_used_is_not_found(curated):
    assert_problem(await curated.get("/v1/measures/nothing-measured"), 404)
    assert_problem(await curated.get(f"/v1/measures/{MEASURE}?as_of=1"), 404)


async def test_a_measure_takes_no_filter(curated):
    assert_problem(await curated.get(f"/v1/measures/{MEASURE}?topic=china"), 400, "topic")
    assert_problem(await curated.get("/v1/measures?q=china"), 400, "q")


def _labels() -> dict[str, str]:
    lines = (FOLDER / "measures.jsonl").read_text().splitlines()
    return {measure["id"]: measure["label"] for measure in map(json.loads, lines)}
