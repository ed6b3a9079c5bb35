"""The generated clients agree with the live API, and with one that is newer than they are."""

import pytest

from tests.contract.newer import NEW_VALUE, Newer
from tests.contract.programs import LANGUAGES, Program
from tests.web.writing import Desk, new_id


@pytest.fixture(scope="module", params=LANGUAGES)
async def program(request, tmp_path_factory) -> Program:
    """The day's program in each language; that it is made at all says that its types are right."""
    return await LANGUAGES[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module", params=["now", "newer"])
async def day(request, program: Program, desk: Desk) -> dict:
    """What the program saw: of the API as it is, and of one with fields and values it does not know."""
    newer = Newer()
    if request.param == "now":
        return {"newer": None, **await program.day(desk.api.url, desk.editor.secret, new_id())}
    async with newer.before(desk.api.url) as url:
        return {"newer": newer, **await program.day(url, desk.editor.secret, new_id())}


async def test_a_list_is_read_to_its_end(day, desk):
    ids, cursor = [], ""
    while cursor is not None:
        page = (await desk.api.get(f"/v1/claims?as_of=175&sort=id&limit=100{cursor}")).json()
        ids += [claim["id"] for claim in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert day["listed"] == ids
    assert len(ids) > 150


async def test_a_search_finds_the_claim_with_its_number_and_status(day, desk):
    (claim,) = (await desk.api.get("/v1/claims?q=10%20billion%20downloads&limit=1")).json()["items"]
    status = NEW_VALUE if day["newer"] else claim["verification"]["status"]
    assert day["found"] == {"id": claim["id"], "value": claim["quantity"]["value"], "status": status}


def test_a_claim_that_is_held_is_not_sent_again(day):
    assert day["repeated"] == 304


def test_a_claim_is_created_and_revised(day):
    assert (day["created"], day["revised"]) == (1, [2, "4200"])


def test_a_stale_revision_is_refused_with_the_claim_as_it_is(day):
    assert day["stale"] == [412, "/problems/version-mismatch", 2]


def test_a_claim_is_read_as_of_before_it_was_revised(day):
    assert day["before"] == [1, "4100"]


def test_an_error_is_read_as_a_problem_that_says_where(day):
    assert day["refused"] == [400, "/problems/invalid-request", "#/quantity/value"]


def test_what_is_newer_was_really_there(day):
    if day["newer"]:
        assert day["newer"].fields > 500
        assert day["newer"].values > 500
