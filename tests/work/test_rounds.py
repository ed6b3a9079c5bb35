"""Pieces of work one after the other, under a clock that is put forward: retries, pauses, giving up, disabling."""

import time
from datetime import timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest

from db.deliveries import record_results, take_webhook
from db.pool import writing
from db.webhooks import rotate_secret
from schemas.deliveries import DeliveryOutcome
from schemas.webhooks import DisabledReason, WebhookStatus
from service.work.retries import ATTEMPTS
from service.work.rounds import Round
from service.work.sending import Sender
from tests.work.receivers import OK, answering, receiving
from tests.work.working import claim_of, position_of

FAILS = answering(500)


def failing_for(*claims: str):
    return lambda received: FAILS if claim_of(received) in claims else OK


async def test_what_a_webhook_is_not_told_of_is_passed_over(shop):
    await shop.write("cranes", "masts", "cranes")
    async with receiving() as receiver:
        webhook = await shop.webhook(receiver.url, claims=["cranes"])
        assert await shop.steps() == 1
    shop.assert_complete(receiver.received, webhook.secret, ["cranes"])
    assert (await shop.state(webhook)).position == 3


async def test_a_claim_that_fails_waits_and_the_others_go_on(shop):
    async with receiving(answer=failing_for("cranes")) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes", "masts", "cranes", "masts", "hooks")
        await shop.steps()
        assert sorted(position_of(one) for one in receiver.received) == [1, 2, 4, 5]
        state = await shop.state(webhook)
        assert (state.position, state.held, state.failures, state.paused_until) == (5, 1, 0, None)
        await shop.write("cranes", "masts")
        await shop.steps()
        assert sorted(position_of(one) for one in receiver.received) == [1, 2, 4, 5, 7]

        receiver.answer = lambda received: OK
        receiver.received.clear()
        await shop.wait_for_the_next(webhook)
        await shop.steps()
        assert [position_of(one) for one in receiver.received] == [1, 3, 6]
    assert (await shop.state(webhook)).held == 0
    kept = await shop.deliveries(webhook)
    assert [(one.attempt, one.outcome) for one in kept if one.position == 1] == [(1, "failed"), (2, "delivered")]


async def test_a_claim_that_keeps_failing_does_not_pause_its_webhook(shop):
    async with receiving(answer=failing_for("cranes")) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes")
        for _ in range(5):
            await shop.steps()
            await shop.wait_for_the_next(webhook)
        assert len(receiver.received) == 5
        await shop.write("masts")
        await shop.steps()
        assert claim_of(receiver.received[-1]) == "masts" or claim_of(receiver.received[-2]) == "masts"
    assert (await shop.state(webhook)).paused_until is None


async def test_attempts_come_when_they_are_due_and_carry_one_id(shop):
    async with receiving(answer=failing_for("cranes")) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes")
        for attempt in range(1, ATTEMPTS):
            await shop.steps()
            assert len(receiver.received) == attempt
            assert await shop.step() is None  # not before it is due
            await shop.wait_for_the_next(webhook)
    assert len({one.id for one in receiver.received}) == 1
    times = [int(one.headers["webhook-timestamp"]) - int(receiver.received[0].headers["webhook-timestamp"])
             for one in receiver.received]  # fmt: skip
    for seconds, due in zip(times, [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000], strict=True):
        assert 0.89 * due - 2 <= seconds <= 1.11 * due + 2


async def test_what_its_endpoint_does_not_take_for_a_day_while_it_takes_others_is_given_up(shop):
    async with receiving(answer=lambda received: FAILS if position_of(received) == 1 else OK) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes", "cranes", "masts", "cranes")
        for _ in range(ATTEMPTS):
            await shop.steps()
            await shop.wait_for_the_next(webhook)
        await shop.steps()
        assert [position_of(one) for one in receiver.received if claim_of(one) == "cranes"] == [1] * ATTEMPTS + [2, 4]
    state = await shop.state(webhook)
    assert (state.status, state.held) == (WebhookStatus.ACTIVE, 0)
    outcomes = [one.outcome for one in await shop.deliveries(webhook) if one.position == 1]
    assert outcomes == [DeliveryOutcome.FAILED] * (ATTEMPTS - 1) + [DeliveryOutcome.GIVEN_UP]


async def test_the_last_change_of_a_claim_that_is_given_up_leaves_nothing_held(shop):
    async with receiving(answer=failing_for("cranes")) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes", "masts")
        for _ in range(ATTEMPTS):
            await shop.steps()
            await shop.wait_for_the_next(webhook)
    assert (await shop.state(webhook)).held == 0
    assert (await shop.deliveries(webhook))[-1].outcome is DeliveryOutcome.GIVEN_UP


async def test_an_endpoint_that_takes_nothing_for_a_day_is_disabled_and_nothing_is_lost(shop):
    async with receiving(answer=FAILS) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*["cranes", "masts", "hooks", "winches"] * 3)
        for _ in range(40):
            await shop.steps()
            if (await shop.state(webhook)).status is WebhookStatus.DISABLED:
                break
            await shop.wait_for_the_next(webhook)
        state = await shop.state(webhook)
        assert (state.status, state.disabled_reason) == (WebhookStatus.DISABLED, DisabledReason.FAILING)
        assert not [one for one in await shop.deliveries(webhook) if one.outcome is DeliveryOutcome.GIVEN_UP]
        assert len(receiver.received) < 8 + 2 * ATTEMPTS  # it was asked now and then, and not hammered
        await shop.write("cranes", "pulleys")
        assert await shop.step() is None

        receiver.received.clear()
        receiver.answer = lambda received: OK
        await shop.enable(webhook)
        await shop.steps()
    shop.assert_complete(receiver.received, webhook.secret)


async def test_an_endpoint_that_fails_is_asked_with_one_message_and_goes_on_with_all_when_it_takes_it(shop):
    async with receiving(answer=FAILS) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*(f"claim-{number}" for number in range(30)))
        await shop.steps()
        state = await shop.state(webhook)
        assert state.failures == 3
        assert state.paused_until is not None
        tried = len(receiver.received)
        assert tried <= 10  # eight at once, and who was to follow the first two
        for again in range(1, 4):
            await shop.wait_for_the_next(webhook)
            await shop.steps()
            assert len(receiver.received) == tried + again
            assert (await shop.state(webhook)).failures == 3 + again
        receiver.answer = lambda received: OK
        receiver.received.clear()
        await shop.wait_for_the_next(webhook)
        await shop.steps()  # and not only at the time that each would have come to
    shop.assert_complete(receiver.received, webhook.secret)
    state = await shop.state(webhook)
    assert (state.failures, state.held, state.paused_until) == (0, 0, None)


async def test_an_endpoint_that_is_gone_is_disabled_at_once_and_can_come_back(shop):
    async with receiving(answer=answering(410)) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*(f"claim-{number}" for number in range(20)))
        await shop.steps()
        state = await shop.state(webhook)
        assert (state.status, state.disabled_reason) == (WebhookStatus.DISABLED, DisabledReason.GONE)
        assert len(receiver.received) <= 8
        receiver.received.clear()
        receiver.answer = lambda received: OK
        await shop.enable(webhook)
        await shop.steps()
    shop.assert_complete(receiver.received, webhook.secret)


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_an_endpoint_that_asks_to_wait_is_left_alone_for_that_long(shop, status, form):
    until = shop.clock.now() + timedelta(hours=1)
    field = "3600" if form == "seconds" else format_datetime(until, usegmt=True)
    async with receiving(answer=answering(status, f"Retry-After: {field}")) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes")
        await shop.steps()
        await shop.write("masts")
        shop.clock.advance(minutes=58)
        assert await shop.steps() == 0
        assert len(receiver.received) == 1
        receiver.answer = lambda received: OK
        receiver.received.clear()
        shop.clock.advance(minutes=3)
        await shop.steps()
    shop.assert_complete(receiver.received, webhook.secret)


async def test_an_endpoint_cannot_ask_for_more_than_a_day(shop):
    async with receiving(answer=answering(503, "Retry-After: 99999999")) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes")
        await shop.steps()
        assert (await shop.state(webhook)).paused_until - shop.clock.now() <= timedelta(days=1)


async def test_too_many_requests_leaves_the_endpoint_alone_for_a_moment_and_ends_the_work(shop):
    async with receiving(answer=lambda received: answering(429)) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*(f"claim-{number}" for number in range(30)))
        await shop.steps()
        assert len(receiver.received) <= 8
        assert (await shop.state(webhook)).paused_until > shop.clock.now()


async def test_what_may_not_be_sent_to_is_refused_at_every_attempt_and_no_connection_is_made(shop, canary):
    """The address was put there without asking the guard, or is another one since."""
    shop.sender = Sender(shop.sender.monotonic, loopback=False)
    webhook = await shop.webhook(f"https://127.1:{canary.port}/")
    await shop.write("cranes", "masts")
    for _ in range(3):
        await shop.steps()
        await shop.wait_for_the_next(webhook)
    assert {one.outcome for one in await shop.deliveries(webhook)} == {DeliveryOutcome.REFUSED}
    assert canary.connections == 0


async def test_while_a_secret_is_rotated_messages_are_verified_with_either(shop):
    async with receiving() as receiver:
        webhook = await shop.webhook(receiver.url)
        async with writing(shop.pool) as connection:
            rotated = await rotate_secret(connection, webhook.id)
        await shop.write("cranes", "masts")
        await shop.steps()
        for secret in (webhook.secret, rotated.secret):
            shop.assert_complete(receiver.received, secret)


async def test_what_waits_behind_a_change_that_is_wanted_no_more_is_sent(shop):
    async with receiving(answer=failing_for("cranes", "masts")) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes", "masts", "hooks", "cranes", "cranes")
        await shop.steps()
        receiver.answer = lambda received: OK
        receiver.received.clear()
        await shop.change(webhook, kinds=["update"])
        assert (await shop.state(webhook)).held == 1
        await shop.steps()
    assert [position_of(one) for one in receiver.received] == [4, 5]
    assert (await shop.state(webhook)).held == 0


async def test_a_long_log_is_delivered_whole_and_in_order(shop):
    await shop.write(*(f"claim-{number % 7}" for number in range(350)))
    async with receiving() as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.steps()
    shop.assert_complete(receiver.received, webhook.secret)
    assert len(receiver.received) == 350


async def test_a_claim_with_many_changes_behind_one_that_fails_comes_in_order(shop):
    async with receiving(answer=FAILS) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*["cranes"] * 150)
        await shop.steps()
        receiver.answer = lambda received: OK
        receiver.received.clear()
        await shop.wait_for_the_next(webhook)
        await shop.steps()
    shop.assert_complete(receiver.received, webhook.secret)
    assert len(receiver.received) == 150


async def test_what_was_ended_before_it_was_tried_is_sent_by_the_next(shop):
    """A stop in the middle: some claims were sent, others not, and none is sent twice or forgotten."""
    await shop.write(*(f"claim-{number % 10}" for number in range(40)))
    async with receiving() as receiver:
        webhook, worker = await shop.webhook(receiver.url), uuid4()
        async with writing(shop.pool) as connection:
            taken = await take_webhook(connection, worker, 20)
        work = Round(shop.tools, taken, time.monotonic, time.monotonic() + 19)

        def answer(received):
            if len(receiver.received) == 13:
                work.stop()
            return OK

        receiver.answer = answer
        results = await work.work()
        async with writing(shop.pool) as connection:
            assert await record_results(connection, worker, webhook.id, results)
        assert 13 <= len(receiver.received) < 40
        receiver.answer = lambda received: OK
        await shop.steps()
    shop.assert_complete(receiver.received, webhook.secret)
    assert len(receiver.received) == 40
