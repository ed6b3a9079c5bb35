"""What a message says, and that it stays what it is however often it is sent."""

import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from schemas.changes import LoggedChange
from schemas.claims import Change, ChangeKind, Severity
from schemas.verification import Currency, Lifecycle, Status
from schemas.webhooks import new_webhook_secret
from service.work.messages import LARGEST, message_of, send_now, trial_of
from service.work.sending import Sender
from tests.work.receivers import receiving

ORIGIN = "https://citable.example"


def change(kind: ChangeKind = ChangeKind.CORRECTION, statement: str = "Harbours run 4,100 cranes.") -> LoggedChange:
    return LoggedChange(
        position=7, claim="cranes", version=2, recorded_at=datetime(2026, 3, 1, 12, tzinfo=UTC), statement=statement,
        change=Change(kind=kind, severity=Severity.MAJOR, note="Again.", by="Desk"), lifecycle=Lifecycle.PUBLISHED,
        currency=Currency.CURRENT, status=Status.VERIFIED, topics=["ports"], digest="sha-256:" + "0" * 64,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_a_type_of_message(kind):
    message = msgspec.json.decode(message_of("0123456789ab", change(kind), ORIGIN).body)
    assert message["type"] == f"claim.{kind}"


def test_a_message_holds_the_change_and_where_to_read_more_and_is_thin():
    message = message_of("0123456789ab", change(statement="é" * 500), ORIGIN)
    assert message.id == "0123456789ab-7"
    assert len(message.body) < 20_000
    said = msgspec.json.decode(message.body)
    assert said["timestamp"] == "2026-03-01T12:00:00Z"
    data = said["data"]
    assert set(data) == {*LoggedChange.__struct_fields__, "url", "claim_url", "acknowledge_url"}
    assert data["url"] == f"{ORIGIN}/v1/claims/cranes/versions/2"
    assert data["claim_url"] == f"{ORIGIN}/v1/claims/cranes"
    assert data["acknowledge_url"] == f"{ORIGIN}/v1/webhooks/0123456789ab/acknowledgements/7"


def test_the_largest_change_there_can_be_is_told_in_fewer_words():
    wide = "\U0001f600"
    topics = [f"{number}{'x' * 78}" for number in range(20)]
    said = Change(kind=ChangeKind.UPDATE, severity=Severity.MAJOR, note=wide * 4000, by=wide * 100)
    largest = msgspec.structs.replace(change(statement=wide * 500), claim="c" * 80, topics=topics, change=said)
    body = message_of("0123456789ab", largest, f"https://{'o' * 200}.example").body
    assert len(body) < LARGEST
    assert msgspec.json.decode(body)["data"]["change"]["note"] == wide * 1000 + "…"


def test_the_same_change_is_the_same_message():
    assert message_of("0123456789ab", change(), ORIGIN) == message_of("0123456789ab", change(), ORIGIN)


async def test_a_message_sent_twice_has_one_id_two_times_and_signatures_that_are_verified():
    secret, older = new_webhook_secret(), new_webhook_secret()
    message = message_of("0123456789ab", change(), ORIGIN)
    sender = Sender(time.monotonic, loopback=True)
    async with receiving() as receiver:
        now = datetime.now(UTC)
        for at in (now, now + timedelta(seconds=5)):
            assert (await send_now(sender, receiver.url, message, [secret, older], at)).is_delivered
    first, second = receiver.received
    assert first.id == second.id == "0123456789ab-7"
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 5
    for received in (first, second):
        for known in (secret, older):
            assert Webhook(known).verify(received.body, received.headers)["type"] == "claim.correction"


def test_a_test_message_says_that_it_is_one():
    message = trial_of("0123456789ab", datetime.now(UTC), "ab" * 6)
    said = msgspec.json.decode(message.body)
    assert message.id == "0123456789ab-test-abababababab"
    assert said["type"] == "webhook.test"
    assert said["data"]["webhook"] == "0123456789ab"
