"""/v1/webhooks/{id}/deliveries, …/redelivery and …/test: what was sent, and sending something now."""

import asyncio
from datetime import UTC, datetime

import pytest

from db.deliveries import Attempted, change_at, keep_attempt
from db.keys import issue_key, keys, revoke_key
from db.pool import writing
from db.webhooks import insert_webhook
from schemas.deliveries import DeliveryKind, DeliveryOutcome
from schemas.keys import NewKey, Role
from schemas.webhooks import NewWebhook
from tests.routes.hooks import hook, unhook
from tests.web.asking import assert_problem
from tests.work.receivers import answering, receiving

FIELDS = {
    "id", "position", "claim", "version", "kind", "attempt", "attempted_at", "outcome", "status", "error", "latency_ms",
}  # fmt: skip


@pytest.fixture
async def endpoint():
    """A receiver that takes everything."""
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def mine(hooked, endpoint):
    """A webhook of the partner's that leads to the receiver."""
    created = await hook(hooked.partner, url=endpoint.url)
    yield created
    if (await hooked.partner.ask("GET", f"/v1/webhooks/{created['id']}")).status_code == 200:
        await unhook(hooked.partner, created["id"])


async def sent_now(hooked, mine, path="test"):
    answer = await hooked.partner.ask("POST", f"/v1/webhooks/{mine['id']}/{path}")
    assert answer.status_code == 201, answer.text[:300]
    assert answer.headers["cache-control"] == "private, no-store"
    assert set(answer.json()) == FIELDS
    return answer.json()


async def kept(hooked, webhook, position, outcome=DeliveryOutcome.GIVEN_UP, kind=DeliveryKind.CHANGE):
    """An attempt to send a change, kept as a worker keeps it."""
    async with writing(hooked.api.runtime.pool) as connection:
        change = await change_at(connection, position)
        attempted = Attempted(
            change=change, kind=kind, attempt=None, attempted_at=datetime.now(UTC), outcome=outcome, status=500,
            error=None if outcome is DeliveryOutcome.DELIVERED else "It answered 500.", latency_ms=7,
        )  # fmt: skip
        return await keep_attempt(connection, webhook["id"], attempted)


async def test_a_test_is_sent_at_once_and_its_signature_is_verified(hooked, mine, endpoint):
    delivery = await sent_now(hooked, mine)
    assert (delivery["kind"], delivery["outcome"], delivery["status"], delivery["error"]) == (
        "test", "delivered", 204, None,
    )  # fmt: skip
    assert delivery["position"] is delivery["claim"] is delivery["version"] is None
    (received,) = endpoint.received
    said = received.verified(mine["secret"])
    assert (said["type"], said["data"]["webhook"]) == ("webhook.test", mine["id"])
    assert received.id.startswith(f"{mine['id']}-test-")
    assert received.headers["content-type"] == "application/json"
    await sent_now(hooked, mine)
    assert len({received.id for received in endpoint.received}) == 2


@pytest.mark.parametrize("status", [301, 400, 410, 500, 503])
async def test_a_test_that_is_not_taken_says_why_and_changes_nothing(status, hooked, mine, endpoint):
    before = await hooked.partner.ask("GET", f"/v1/webhooks/{mine['id']}")
    endpoint.answer = lambda _: answering(status, "Location: http://127.0.0.1:9/", "Retry-After: 60")
    delivery = await sent_now(hooked, mine)
    assert (delivery["outcome"], delivery["status"]) == ("failed", status)
    assert str(status) in delivery["error"]
    assert (await hooked.partner.ask("GET", f"/v1/webhooks/{mine['id']}")).json() == before.json()


async def test_a_test_of_an_endpoint_that_is_not_there_says_so(hooked):
    mine = await hook(hooked.partner)
    delivery = await sent_now(hooked, mine)
    assert (delivery["outcome"], delivery["status"]) == ("failed", None)
    assert "cannot be reached" in delivery["error"]
    await unhook(hooked.partner, mine["id"])


async def test_nothing_is_sent_to_an_address_that_is_closed_by_now(hooked):
    async with writing(hooked.api.runtime.pool) as connection:
        mine = await insert_webhook(connection, NewWebhook(url="https://169.254.169.254/latest"), "partner")
    delivery = await sent_now(hooked, {"id": mine.id})
    assert (delivery["outcome"], delivery["status"]) == ("refused", None)
    assert "does not belong to the public internet" in delivery["error"]
    await unhook(hooked.partner, mine.id)


async def test_nothing_is_sent_to_whoever_lost_their_key(hooked, endpoint):
    pool = hooked.api.runtime.pool
    async with writing(pool) as connection:
        await issue_key(connection, NewKey(name="Gone", role=Role.PARTNER), "a test")
        theirs = await insert_webhook(connection, NewWebhook(url=endpoint.url), "Gone")
        (key,) = [key for key in await keys(connection) if key.name == "Gone"]
        await revoke_key(connection, key.id, "a test")
    answer = await hooked.admin.ask("POST", f"/v1/webhooks/{theirs.id}/test")
    assert (answer.json()["outcome"], answer.json()["error"]) == ("refused", "No key in force is called Gone.")
    assert endpoint.connections == 0
    await unhook(hooked.admin, theirs.id)


async def test_a_disabled_webhook_can_be_tried(hooked, mine, endpoint):
    await hooked.partner.send("PATCH", f"/v1/webhooks/{mine['id']}", {"status": "disabled"},
                              "application/merge-patch+json")  # fmt: skip
    assert (await sent_now(hooked, mine))["outcome"] == "delivered"
    assert len(endpoint.received) == 1


async def test_a_change_is_sent_again_under_the_same_id(hooked, mine, endpoint):
    claim = await hooked.published()
    first = await kept(hooked, mine, claim["position"])
    delivery = await sent_now(hooked, mine, f"deliveries/{first.id}/redelivery")
    assert (delivery["kind"], delivery["attempt"], delivery["outcome"]) == ("redelivery", 2, "delivered")
    assert (delivery["position"], delivery["claim"], delivery["version"]) == (claim["position"], claim["id"], 1)
    again = await sent_now(hooked, mine, f"deliveries/{delivery['id']}/redelivery")
    assert again["attempt"] == 3
    assert {received.id for received in endpoint.received} == {f"{mine['id']}-{claim['position']}"}
    said = endpoint.received[0].verified(mine["secret"])
    assert said["type"] == "claim.created"
    assert said["timestamp"] == said["data"]["recorded_at"] == claim["recorded_at"]
    assert said["data"]["digest"] == claim["digest"]
    path = said["data"]["url"].removeprefix("https://citable.example")
    assert (await hooked.api.get(path)).json() == claim
    path = said["data"]["acknowledge_url"].removeprefix("https://citable.example")
    assert (await hooked.partner.ask("PUT", path)).status_code == 201


async def test_of_a_test_another_one_is_sent(hooked, mine, endpoint):
    first = await sent_now(hooked, mine)
    assert (await sent_now(hooked, mine, f"deliveries/{first['id']}/redelivery"))["kind"] == "test"
    assert len({received.id for received in endpoint.received}) == 2


async def test_what_was_not_sent_to_this_webhook_is_not_sent_again(hooked, mine):
    other = await hook(hooked.partner)
    theirs = await sent_now(hooked, other)
    for delivery in (theirs["id"], 2**53 - 1):
        answer = await hooked.partner.ask("POST", f"/v1/webhooks/{mine['id']}/deliveries/{delivery}/redelivery")
        assert_problem(answer, 404)
    answer = await hooked.partner.ask("POST", f"/v1/webhooks/{mine['id']}/deliveries/first/redelivery")
    assert_problem(answer, 400, "delivery")
    await unhook(hooked.partner, other["id"])


async def test_a_webhook_deleted_while_it_is_tested_is_not_there(hooked, mine, endpoint):
    async def delete(_):
        await unhook(hooked.partner, mine["id"])
        return answering(204)

    endpoint.answer = delete
    assert_problem(await hooked.partner.ask("POST", f"/v1/webhooks/{mine['id']}/test"), 404)


async def test_many_tests_at_once_keep_nobody_from_reading(hooked, mine, endpoint):
    """None of them holds a connection to the database while it waits for the endpoint."""
    waiting, arrived = asyncio.Event(), asyncio.Semaphore(0)

    async def wait(_):
        arrived.release()
        await waiting.wait()
        return answering(204)

    endpoint.answer = wait
    tests = [asyncio.create_task(sent_now(hooked, mine)) for _ in range(20)]
    for _ in tests:
        await arrived.acquire()
    assert (await hooked.partner.ask("GET", "/v1/webhooks")).status_code == 200
    waiting.set()
    assert {delivery["outcome"] for delivery in await asyncio.gather(*tests)} == {"delivered"}


async def test_attempts_are_listed_newest_first_page_by_page(hooked, mine):
    made = [(await kept(hooked, mine, position, DeliveryOutcome.FAILED)).id for position in (1, 2, 2, 3, 5)]
    path = f"/v1/webhooks/{mine['id']}/deliveries"
    seen, query = [], "?limit=2"
    while True:
        answer = await hooked.partner.ask("GET", path + query)
        assert answer.headers["cache-control"] == "private, no-store"
        page = answer.json()
        assert set(page) == {"items", "next"}
        seen += page["items"]
        if page["next"] is None:
            assert 'rel="next"' not in answer.headers["link"]
            break
        query = f"?limit=2&cursor={page['next']}"
        assert f'cursor={page["next"]}>; rel="next"' in answer.headers["link"]
        if len(seen) == 2:
            await kept(hooked, mine, 6)  # what is new is no part of the pages that follow
    assert [delivery["id"] for delivery in seen] == made[::-1]
    assert [delivery["attempt"] for delivery in seen] == [1, 1, 2, 1, 1]
    assert_problem(await hooked.partner.ask("GET", f"{path}?cursor=AAAA"), 400, "cursor")
    other = await hook(hooked.partner)
    path = f"/v1/webhooks/{other['id']}/deliveries"
    assert (await hooked.partner.ask("GET", path)).json() == {"items": [], "next": None}
    assert_problem(await hooked.partner.ask("GET", path + query), 400, "cursor")
    await unhook(hooked.partner, other["id"])
