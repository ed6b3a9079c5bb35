"""Partners say that they have dealt with a change; editors see who has it, and who has not said so."""

from uuid import uuid4

import msgspec
import pytest

from db.deliveries import Held, Results, record_results, take_webhook
from db.pool import writing
from schemas.deliveries import DeliveryOutcome
from tests.routes.hooks import hook, unhook
from tests.routes.test_deliveries import kept
from tests.web.asking import assert_problem
from tests.web.writing import PATCH, desk_on


@pytest.fixture(scope="module")
async def hooked(cluster):
    """A desk with no webhooks but those made here."""
    async with desk_on(cluster, webhook_loopback=True) as own:
        yield own


@pytest.fixture
async def mine(hooked):
    """A webhook of the partner's for major changes of what is about ports."""
    created = await hook(hooked.partner, severities=["major"], topics=["ports"])
    yield created
    await unhook(hooked.partner, created["id"])


async def corrected(hooked, **changed):
    """A major change of a new claim about ports."""
    claim = await hooked.published(**changed)
    answer = await hooked.editor.revise(claim["id"], {"quantity": {"value": "4200"}})
    assert answer.json()["change"]["severity"] == "major", answer.text
    return answer.json()


async def acknowledge(writer, webhook, position):
    return await writer.ask("PUT", f"/v1/webhooks/{webhook['id']}/acknowledgements/{position}")


async def states(writer, position):
    answer = await writer.ask("GET", f"/v1/changes/{position}/acknowledgements")
    assert answer.status_code == 200, answer.text[:300]
    return answer.json()


async def worked(hooked, webhook, **results):
    """What a worker would record, who leased the webhook."""
    worker = uuid4()
    while True:
        async with writing(hooked.api.runtime.pool) as connection:
            taken = await take_webhook(connection, worker, 20)
            assert taken is not None
            if taken.id == webhook["id"]:
                return await record_results(connection, worker, taken.id, Results(failures=0, **results))


async def test_it_is_said_once_and_saying_it_again_changes_nothing(hooked, mine):
    change = await corrected(hooked)
    first = await acknowledge(hooked.partner, mine, change["position"])
    assert first.status_code == 201
    said = first.json()
    assert (said["webhook"], said["position"], said["claim"], said["version"], said["acknowledged_by"]) == (
        mine["id"], change["position"], change["id"], 2, "partner",
    )  # fmt: skip
    again = await acknowledge(hooked.admin, mine, change["position"])
    assert (again.status_code, again.json()) == (200, said)


async def test_only_a_change_the_webhook_is_told_of_can_be_dealt_with(hooked, mine):
    change = await corrected(hooked)
    head = await hooked.position()
    for position in (0, change["position"] - 1, head + 1, 2**53 - 1):  # the one before it is minor
        assert_problem(await acknowledge(hooked.partner, mine, position), 404)
    elsewhere = await corrected(hooked, topics=["rail"])
    assert_problem(await acknowledge(hooked.partner, mine, elsewhere["position"]), 404)
    assert_problem(await acknowledge(hooked.partner, mine, "first"), 400, "position")
    assert_problem(await acknowledge(hooked.editor, mine, change["position"]), 404)


async def test_an_editor_sees_who_has_not_said_so(hooked, mine):
    all_of_it = await hook(hooked.verifier)
    rail = await hook(hooked.verifier, topics=["rail"])
    change = await corrected(hooked)
    late = await hook(hooked.verifier)
    answer = await states(hooked.editor, change["position"])
    assert (answer["position"], answer["acknowledged"], answer["waiting"]) == (change["position"], 0, 2)
    assert {state["webhook"] for state in answer["items"]} == {mine["id"], all_of_it["id"]}
    for state in answer["items"]:
        assert (state["host"], state["delivered"], state["acknowledged_at"]) == ("127.0.0.1:9", False, None)
        assert "hooks" not in str(state)
    said = (await acknowledge(hooked.partner, mine, change["position"])).json()
    answer = await states(hooked.admin, change["position"])
    assert (answer["acknowledged"], answer["waiting"]) == (1, 1)
    waiting, done = answer["items"]  # who has not said so comes first
    assert (waiting["webhook"], done["webhook"]) == (all_of_it["id"], mine["id"])
    assert done["acknowledged_at"] == said["acknowledged_at"]
    assert (await states(hooked.editor, change["position"] - 1))["waiting"] == 1  # it was created, which is minor
    assert (await acknowledge(hooked.verifier, late, change["position"])).status_code == 201  # they heard elsewhere
    assert (await states(hooked.editor, change["position"]))["acknowledged"] == 2
    for one in (all_of_it, rail, late):
        await unhook(hooked.verifier, one["id"])
    assert (await states(hooked.editor, change["position"]))["acknowledged"] == 1


async def test_an_editor_sees_who_has_it(hooked, mine):
    change = await corrected(hooked)

    async def delivered():
        (state,) = (await states(hooked.editor, change["position"]))["items"]
        return state["delivered"]

    when = {"first_attempt_at": change["recorded_at"], "next_attempt_at": change["recorded_at"]}
    held = msgspec.convert({"claim": change["id"], "position": change["position"], "attempts": 1, **when}, Held)
    assert not await delivered()
    await worked(hooked, mine, position=change["position"], hold=[held])
    assert not await delivered()
    await worked(hooked, mine, position=change["position"], release=[change["id"]])
    assert await delivered()
    await kept(hooked, mine, change["position"], DeliveryOutcome.GIVEN_UP)
    assert not await delivered()
    await kept(hooked, mine, change["position"], DeliveryOutcome.DELIVERED)
    assert await delivered()


async def test_a_webhook_that_left_changes_out_is_not_waited_for(hooked, mine):
    change = await corrected(hooked)
    patch = {"after": await hooked.position()}
    path = f"/v1/webhooks/{mine['id']}"
    await hooked.partner.send("PATCH", path, patch, PATCH)
    assert (await states(hooked.editor, change["position"]))["items"] == []
    await hooked.partner.send("PATCH", path, {"after": change["position"] - 1}, PATCH)
    assert (await states(hooked.editor, change["position"]))["waiting"] == 1


async def test_what_is_no_change_has_nobody_to_answer(hooked):
    for position in (0, await hooked.position() + 1):
        assert_problem(await hooked.editor.ask("GET", f"/v1/changes/{position}/acknowledgements"), 404)
    assert_problem(await hooked.editor.ask("GET", "/v1/changes/x/acknowledgements"), 400, "position")
