"""What the contract shows is what the service answers, to the letter but for what time and chance decide."""

import hashlib
import json
from pathlib import Path

import pytest
import rfc8785

from service.app import ENDPOINTS
from service.contract.examples import RECORDED
from tests.given import record_of
from tests.openapi.reading import jsonschema_of, operations, resolved
from tests.openapi.recording import PROBLEM, Exchange, as_examples, recorded, without_chance

CONTRACT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())
TRANSPORT = {"content-type", "content-length", "date", "server", "connection", "transfer-encoding"}
"""Header fields that HTTP itself has, whatever is answered."""


@pytest.fixture(scope="module")
async def exchanges(cluster) -> list[Exchange]:
    return await recorded(cluster)


def response_of(exchange: Exchange) -> dict:
    """What the contract says of an answer."""
    operation = next(one for one in operations(CONTRACT) if one["operationId"] == exchange.operation)
    return resolved(CONTRACT, operation["responses"][str(exchange.response.status_code)])


def test_every_example_is_what_the_service_answers(exchanges):
    shown, answered = (without_chance(part) for part in (json.loads(RECORDED.read_text()), as_examples(exchanges)))
    for kind in ("answers", "problems"):
        assert shown[kind].keys() == answered[kind].keys(), "run `make openapi` and look at the difference"
        for name, example in answered[kind].items():
            assert shown[kind][name] == example, f"run `make openapi` and look at what {name} answers"


def test_every_answer_is_as_its_schema_says(exchanges):
    for exchange in exchanges:
        body = exchange.response
        media = body.headers.get("content-type", "").partition(";")[0]
        contents = response_of(exchange).get("content", {})
        if body.content:
            assert media in contents, exchange.name
            value = body.json() if media.endswith(("/json", "+json")) else body.text
            errors = list(jsonschema_of(CONTRACT, contents[media]["schema"]).iter_errors(value))
            assert errors == [], (exchange.operation, exchange.name)


def test_every_answer_has_the_header_fields_listed_and_no_others(exchanges):
    for exchange in exchanges:
        listed = {name.lower(): resolved(CONTRACT, field) for name, field in response_of(exchange)["headers"].items()}
        sent = {name: value for name, value in exchange.response.headers.items() if name not in TRANSPORT}
        assert sent.keys() <= listed.keys(), exchange
        assert {name for name, field in listed.items() if field["required"]} <= sent.keys(), exchange
        for name, text in sent.items():
            schema = listed[name]["schema"]
            value = int(text) if schema["type"] == "integer" else text
            assert list(jsonschema_of(CONTRACT, schema).iter_errors(value)) == [], (exchange.name, name, text)


def test_every_operation_has_an_example_and_so_has_every_problem_that_can_be_made():
    shown = json.loads(RECORDED.read_text())
    assert shown["answers"].keys() == {one.operation for one in ENDPOINTS if one.listed} - {"get_contract"}
    for operation in operations(CONTRACT):
        for status, response in operation["responses"].items():
            for media, content in resolved(CONTRACT, response).get("content", {}).items():
                missing = "examples" not in content
                too_slow = media == PROBLEM and status == "408"  # takes half a minute each time
                assert missing == (too_slow or (operation["operationId"] == "get_contract" and status == "200")), status


def test_the_versions_shown_are_whole():
    """Anyone may recompute the digest of what the contract shows."""
    page = json.loads(RECORDED.read_text())["answers"]["list_claims"]["200"]["application/json"]
    versions = [version for example in page.values() for version in example["value"]["items"]]
    assert versions
    for version in versions:
        version = record_of(version)
        digest = version.pop("digest")
        assert hashlib.sha256(rfc8785.dumps(version)).hexdigest() == digest
