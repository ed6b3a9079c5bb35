"""The published contract is the one the endpoints have, and it is valid."""

import json
import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import validate

from schemas import failures
from schemas.claims import ClaimVersion
from service.app import ENDPOINTS
from service.contract.document import contract_of
from service.contract.examples import recorded
from service.strict import read_json
from service.web.bodies import NDJSON
from service.web.envelope import ALWAYS
from service.web.problems import SHAPES, problem_answer
from tests.given import PLAIN
from tests.openapi.reading import jsonschema_of, operations, placed, resolved, used

VERSION_1 = msgspec.convert(
    {**PLAIN, "version": 1, "position": 1, "recorded_at": "2026-11-23T12:00:00Z", "digest": "0" * 64}, ClaimVersion
)

EVERYWHERE = {name.decode() for name, _ in ALWAYS} | {"x-request-id"}
"""The fields that the outermost layer says with every answer."""
PUBLISHED = Path(__file__).parents[2] / "openapi" / "openapi.json"


def test_the_published_contract_is_fresh():
    assert json.loads(PUBLISHED.read_text()) == contract_of(ENDPOINTS, recorded()), (
        "run `make openapi` and look at the difference"
    )


def test_the_contract_is_valid_openapi():
    contract = json.loads(PUBLISHED.read_text())
    assert contract["openapi"].startswith("3.1")
    validate(contract)


def test_operations_are_called_verb_and_resource_once_each():
    names = [endpoint.operation for endpoint in ENDPOINTS]
    assert len(names) == len(set(names))
    assert all(
        name.split("_")[0]
        in {
            *("get", "list", "check", "diff", "show", "create", "revise", "verify", "retract", "issue", "revoke"),
            *("change", "delete", "rotate", "test", "redeliver", "acknowledge", "stream"),
        }
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
        failures.Overloaded("Too much."),
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
    listed = contract["components"]["responses"][name]["headers"]
    required = {field for field, header in listed.items() if resolved(contract, header)["required"]}
    sent = {field for field, _ in headers} - {"content-type"} | EVERYWHERE
    assert sent <= {field.lower() for field in listed}
    assert {field.lower() for field in required} <= sent


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


def test_answers_hold_open_enumerations_and_requests_closed_ones():
    contract = json.loads(PUBLISHED.read_text())
    schemas = contract["components"]["schemas"]
    asked, answered = set(), set()
    for operation in operations(contract):
        asked |= used(contract, [operation.get("parameters", []), operation.get("requestBody", {})])
        answered |= used(contract, operation["responses"])
    enums = {name for name, schema in schemas.items() if "enum" in schema}
    assert enums & answered == {f"Known{name}" for name in answered if f"Known{name}" in schemas}
    for name in answered & schemas.keys():
        if f"Known{name}" in schemas:
            assert schemas[name]["anyOf"] == [{"$ref": f"#/components/schemas/Known{name}"}, {"type": "string"}]
            assert name not in asked


def test_no_schema_is_without_a_name():
    """An object, an enumeration or a union inside another would be called something like `Inner3` by each client."""
    contract = json.loads(PUBLISHED.read_text())
    found = [*placed(contract["paths"], "/paths"), *placed(contract["components"], "/components")]
    nameless = []
    for where, schema in found:
        if re.fullmatch("/components/schemas/[A-Za-z]+", where):
            continue
        alternatives = [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
        if "properties" in schema or "enum" in schema or len(alternatives) > 1 or "oneOf" in schema:
            nameless.append(where)
        if schema.get("type") == "object":
            nameless.append(where)
    assert not nameless


def test_every_parameter_property_and_header_field_is_described():
    contract = json.loads(PUBLISHED.read_text())
    for operation in operations(contract):
        assert operation["summary"], operation["operationId"]
        assert all(parameter["description"] for parameter in operation.get("parameters", []))
    for name, schema in contract["components"]["schemas"].items():
        assert schema["description"], name
        for field, inner in schema.get("properties", {}).items():
            parts = [inner, *inner.get("anyOf", [])]
            assert any("$ref" in part or part.get("description") for part in parts), f"{name}.{field}"
    for name, header in contract["components"]["headers"].items():
        assert header["description"], name
        assert "type" in header["schema"], name
        check = jsonschema_of(contract, header["schema"])
        assert [*check.iter_errors(header["schema"]["examples"][0])] == [], name


def test_links_lead_to_operations_with_parameters_they_have():
    contract = json.loads(PUBLISHED.read_text())
    taken = {
        operation["operationId"]: {parameter["name"] for parameter in operation.get("parameters", [])}
        for operation in operations(contract)
    }
    links = [
        (operation["operationId"], name, link)
        for operation in operations(contract)
        for response in operation["responses"].values()
        for name, link in resolved(contract, response).get("links", {}).items()
    ]
    for operation, name, link in links:
        assert link["parameters"].keys() <= taken[link["operationId"]], (operation, name)
    led = {(operation, link["operationId"]) for operation, _, link in links}
    life = ["create_claim", "get_claim", "revise_claim", "verify_claim", "retract_claim"]
    assert {*pairwise(life), ("list_claims", "get_claim"), ("list_claims", "list_claims")} <= led
