"""What webhooks are sent is what the contract says, header fields included."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from db.changes import changes_between
from db.pool import reading
from schemas.changes import ChangeFilter
from schemas.webhooks import MessageType, new_webhook_secret
from service.work.messages import message_of, trial_of
from service.work.signing import headers_of
from tests.openapi.reading import jsonschema_of

CONTRACT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())
HOOK = "5d1c0b9a7e42"


def errors_of(name: str, body: bytes) -> list:
    """What is wrong with a message, by the schema the contract has for it."""
    content = CONTRACT["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
    return list(jsonschema_of(CONTRACT, content["schema"]).iter_errors(msgspec.json.decode(body)))


async def test_every_change_is_told_as_the_contract_says(curated_pool):
    async with reading(curated_pool) as connection:
        found = (await changes_between(connection, ChangeFilter(), 0, 175, 175)).items
    for change in found:
        assert errors_of("claim-changed", message_of(HOOK, change, "https://citable.example").body) == []


def test_a_test_is_told_as_the_contract_says():
    body = trial_of(HOOK, datetime(2026, 11, 25, tzinfo=UTC), "0" * 12).body
    assert errors_of("webhook-tested", body) == []
    assert errors_of("claim-changed", body) != []


@pytest.mark.parametrize("name", CONTRACT["webhooks"])
def test_its_example_is_one(name):
    content = CONTRACT["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
    assert errors_of(name, json.dumps(content["example"]).encode()) == []


@pytest.mark.parametrize("name", CONTRACT["webhooks"])
def test_its_header_fields_are_those_listed(name):
    listed = {field["name"] for field in CONTRACT["webhooks"][name]["post"]["parameters"]}
    assert listed == set(headers_of("x", 1, b"{}", [new_webhook_secret()]))


def test_every_type_of_message_is_known():
    known = CONTRACT["components"]["schemas"]["KnownMessageType"]["enum"]
    assert known == [str(type) for type in MessageType]
