"""GET /v1/claims/{id}/diff: a JSON Patch that turns one version into another, exactly."""

import itertools

import jsonpatch
import pytest

from tests.routes.conftest import CHANGED
from tests.web.asking import CLAIM, assert_problem


@pytest.mark.parametrize(("one", "other"), list(itertools.product(range(1, 5), repeat=2)))
async def test_the_patch_applied_to_one_version_gives_the_other(one, other, history):
    before = (await history.api.get(f"/v1/claims/{CHANGED}/versions/{one}")).json()
    after = (await history.api.get(f"/v1/claims/{CHANGED}/versions/{other}")).json()
    response = await history.api.get(f"/v1/claims/{CHANGED}/diff?from={one}&to={other}")
    assert response.headers["content-type"] == "application/json-patch+json"
    assert jsonpatch.apply_patch(before, response.json()) == after
    assert (response.json() == []) == (one == other)


async def test_without_parameters_it_is_the_newest_change(history):
    newest = (await history.api.get(f"/v1/claims/{CHANGED}/diff")).json()
    assert newest == (await history.api.get(f"/v1/claims/{CHANGED}/diff?from=3&to=4")).json()


async def test_one_end_alone_is_completed(history):
    to_three = (await history.api.get(f"/v1/claims/{CHANGED}/diff?to=3")).json()
    assert to_three == (await history.api.get(f"/v1/claims/{CHANGED}/diff?from=2&to=3")).json()
    from_two = (await history.api.get(f"/v1/claims/{CHANGED}/diff?from=2")).json()
    assert from_two == (await history.api.get(f"/v1/claims/{CHANGED}/diff?from=2&to=4")).json()


async def test_every_pair_of_versions_has_a_tag_of_its_own(history):
    pairs = itertools.product(range(1, 5), repeat=2)
    tags = [
        (await history.api.get(f"/v1/claims/{CHANGED}/diff?from={one}&to={other}")).headers["etag"]
        for one, other in pairs
    ]
    assert len(set(tags)) == 16


async def test_the_first_version_has_none_before_it(curated):
    assert_problem(await curated.get(f"/v1/claims/{CLAIM}/diff"), 400, "from")
    assert_problem(await curated.get(f"/v1/claims/{CLAIM}/diff?to=1"), 400, "from")


@pytest.mark.parametrize("asked", ["from=1&to=2", "from=2&to=1", "from=7", "to=7"])
async def test_a_version_that_does_not_exist_is_not_found(asked, curated):
    assert_problem(await curated.get(f"/v1/claims/{CLAIM}/diff?{asked}"), 404)


async def test_a_claim_nobody_made_is_not_found(curated):
    for asked in ("", "?from=1&to=1", "?to=1", "?from=1"):
        response = await curated.get(f"/v1/claims/nobody-said-this/diff{asked}")
        assert response.status_code in (400, 404)
        assert_problem(response)


@pytest.mark.parametrize("asked", ["from=0", "to=-1", "from=1.0", "to=1_0", "from=", "to=null", "from_=1"])
async def test_what_is_no_version_is_refused(asked, curated):
    assert_problem(await curated.get(f"/v1/claims/{CLAIM}/diff?{asked}"), 400, asked.partition("=")[0])


async def test_json_alone_is_not_a_patch(curated):
    path = f"/v1/claims/{CLAIM}/diff?from=1&to=1"
    assert_problem(await curated.get(path, Accept="application/json"), 406)
    assert (await curated.get(path, Accept="application/json-patch+json")).status_code == 200
