"""What a webhook is sent: every field of the change, where to read more, and never too much."""

from datetime import UTC, datetime

import msgspec
import pytest

from schemas.changes import LoggedChange
from schemas.claims import Change, ChangeKind, Severity
from schemas.verification import Currency, Lifecycle, Status
from schemas.webhooks import Message, MessageType
from service.work.messages import LARGEST, letter_of, trial_letter

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ORIGIN = "https://citable.example"
HOOK = "5d1c0b9a7e42"


def change(kind=ChangeKind.CORRECTION, note="It was 4,200.", **about):
    plain = {
        "position": 181, "claim": "harbour-cranes-4100", "version": 2, "recorded_at": NOW, "statement": "Cranes.",
        "lifecycle": Lifecycle.PUBLISHED, "currency": Currency.CURRENT, "status": Status.UNVERIFIED,
        "topics": ["ports"], "digest": "0" * 64,
        "change": Change(kind=kind, severity=Severity.MAJOR, note=note, by="Desk"),
    }  # fmt: skip
    return LoggedChange(**{**plain, **about})


def test_a_message_says_all_of_the_change_and_where_to_read_more():
    letter = letter_of(change(), HOOK, ORIGIN)
    said = msgspec.json.decode(letter.body)
    assert letter.id == "5d1c0b9a7e42-181"
    assert (said["type"], said["timestamp"]) == ("claim.correction", "2026-11-25T12:00:00Z")
    assert said["data"].pop("url") == f"{ORIGIN}/v1/claims/harbour-cranes-4100/versions/2"
    assert said["data"].pop("claim_url") == f"{ORIGIN}/v1/claims/harbour-cranes-4100"
    assert said["data"].pop("acknowledge_url") == f"{ORIGIN}/v1/webhooks/{HOOK}/acknowledgements/181"
    assert said["data"] == msgspec.to_builtins(change())
    assert letter_of(change(), HOOK, ORIGIN) == letter


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_a_type_of_message(kind):
    assert msgspec.json.decode(letter_of(change(kind), HOOK, ORIGIN).body)["type"] == f"claim.{kind}"


def test_the_largest_message_there_can_be_is_small():
    wide = "\U0001f600"
    topics = [f"{number}{'x' * 78}" for number in range(20)]
    largest = change(note=wide * 4000, statement=wide * 500, topics=topics, claim="c" * 80)
    letter = letter_of(largest, HOOK, f"https://{'o' * 200}.example")
    assert len(letter.body) < LARGEST
    assert msgspec.json.decode(letter.body, type=Message).data.change.note == wide * 1000 + "…"


def test_each_test_is_a_message_of_its_own():
    one, other = trial_letter(HOOK, NOW), trial_letter(HOOK, NOW)
    assert one.id != other.id
    assert one.id.startswith(f"{HOOK}-test-")
    said = msgspec.json.decode(one.body)
    assert (said["type"], said["data"]["webhook"]) == (MessageType.TEST, HOOK)
