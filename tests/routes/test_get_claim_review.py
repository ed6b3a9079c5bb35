"""GET /v1/claims/{id}/claim-review."""

import pytest

from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import CLAIM, assert_problem

UNVERIFIED = "cn-open-models-10bn-downloads"


async def test_a_checked_claim_is_a_review_of_it(curated):
    claim = (await curated.get(f"/v1/claims/{CLAIM}")).json()
    response = await curated.get(f"/v1/claims/{CLAIM}/claim-review")
    assert response.headers["content-type"] == "application/ld+json"
    review = response.json()
    assert review["@context"] == "https://schema.org"
    assert review["@type"] == "ClaimReview"
    assert review["itemReviewed"]["text"] == claim["statement"]
    assert review["itemReviewed"]["about"]["value"] == claim["quantity"]["value"]
    measure = (await curated.get(f"/v1/measures/{claim['measure']}")).json()
    assert review["itemReviewed"]["about"]["measuredProperty"]["name"] == measure["label"]
    assert review["url"].endswith(f"/claims/{CLAIM}@{claim['version']}")
    assert review["datePublished"] == claim["verification"]["decided_on"]


@pytest.mark.parametrize("asked", ["", "?version=1"])
async def test_an_unverified_claim_is_never_reviewed(curated, asked):
    response = await curated.get(f"/v1/claims/{UNVERIFIED}/claim-review{asked}")
    assert response.json()["@type"] == "Claim"
    assert "Review" not in response.text
    assert "Rating" not in response.text


async def test_a_withdrawn_claim_has_no_review_whichever_version_is_asked_for(history):
    for asked in ("", "?version=1"):
        found = (await history.api.get(f"/v1/claims/{RETRACTED}/claim-review{asked}")).json()
        assert (found["@type"], found["creativeWorkStatus"]) == ("Claim", "Retracted")
        assert found["correction"]["text"] == "It was wrong."
    before = await history.api.get(f"/v1/claims/{RETRACTED}/claim-review?as_of={history.retraction.position - 1}")
    assert before.json()["@type"] == "ClaimReview"


async def test_each_version_has_its_own(history):
    newest = history.added[-1].version
    found = [
        (await history.api.get(f"/v1/claims/{CHANGED}/claim-review{asked}")).json()
        for asked in ("?version=1", "?version=2", "")
    ]
    assert [one["version"] for one in found] == [1, 2, newest]
    assert len({one["@id"] for one in found}) == 3


async def test_what_is_not_there_is_not_described(curated):
    assert_problem(await curated.client.get("/v1/claims/nobody-said-this/claim-review"), 404)
    assert_problem(await curated.client.get(f"/v1/claims/{CLAIM}/claim-review?version=99"), 404)
    assert_problem(await curated.client.get(f"/v1/claims/{CLAIM}/claim-review?style=apa"), 400, "style")
