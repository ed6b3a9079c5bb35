"""The published contract is the one the endpoints have, and it is valid."""

import json
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import validate

from schemas import failures
from schemas.claims import ClaimVersion
from service.app import ENDPOINTS
from service.strict import read_json
from service.web.bodies import NDJSON
from service.web.contract import contract_of
from service.web.problems import SHAPES, problem_answer
from tests.given import PLAIN

VERSION_1 = msgspec.convert(
    {**PLAIN, "version": 1, "position": 1, "recorded_at": "2026-11-23T12:00:00Z", "digest": "0" * 64}, ClaimVersion
)

PUBLISHED = Path(__file__).parent.parent / "openapi" / "openapi.json"


def test_the_published_contract_is_fresh():
    assert json.loads(PUBLISHED.read_text()) == contract_of(ENDPOINTS), "run `make openapi` and look at the difference"


def test_the_contract_is_valid_openapi():
    contract = json.loads(PUBLISHED.read_text())
    assert contract["openapi"].startswith("3.1")
    validate(contract)


def test_operations_are_called_verb_and_resource_once_each():
    names = [endpoint.operation for endpoint in ENDPOINTS]
    assert len(names) == len(set(names))
    assert all(
        name.split("_")[0]
        in {"get", "list", "check", "diff", "show", "create", "revise", "verify", "retract", "issue", "revoke"}
        for name in names
    )


async def test_the_served_contract_is_the_published_file(curated):
    answer = await curated.get("/openapi.json")
    assert answer.content == PUBLISHED.read_bytes()
    again = await curated.get("/openapi.json", If_None_Match=answer.headers["etag"])
    assert again.status_code == 304


@pytest.mark.parametrize(
    "failure",
    [
        failures.VersionMismatch("Now.", VERSION_1),
        failures.Unauthenticated("No.", sent=True),
        failures.Forbidden("No.", "admin"),
        failures.RateLimited("Wait.", "writes", 3),
        failures.StoreUnavailable("Down."),
        failures.UnsupportedMediaType("No.", "application/merge-patch+json"),
        failures.NotFound("No."),
        failures.BodyTooLarge("No."),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_problem_s_header_fields_are_those_the_contract_lists(failure):
    contract = json.loads(PUBLISHED.read_text())
    _, headers, _ = problem_answer(failure, "id")
    name = "".join(word.capitalize() for word in SHAPES[type(failure)].slug.split("-"))
    listed = {field.lower() for field in contract["components"]["responses"][name]["headers"]}
    sent = {field for field, _ in headers} - {"content-type", "cache-control"}
    assert sent == listed - {"x-request-id", "ratelimit", "ratelimit-policy"}


def test_every_body_has_an_example_that_is_one():
    for endpoint in ENDPOINTS:
        if endpoint.body is not None:
            kind = endpoint.line if endpoint.media_type == NDJSON else endpoint.body
            example = json.loads(endpoint.example) if endpoint.media_type == NDJSON else endpoint.example
            assert isinstance(read_json(json.dumps(example).encode(), msgspec.json.Decoder(kind)), kind)


def test_every_component_is_used():
    contract = json.loads(PUBLISHED.read_text())
    text = json.dumps(contract)
    for kind in ("schemas", "headers", "responses"):
        unused = [name for name in contract["components"][kind] if f'"#/components/{kind}/{name}"' not in text]
        assert unused == [], kind
