"""What breaks a client is found, what breaks none is not, and this contract breaks none of the last release."""

import copy
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from openapi.compatible import breaking_changes
from schemas.claims import ClaimPage
from schemas.requests import AsOfQuery
from service.app import ENDPOINTS
from service.contract.document import contract_of
from service.contract.examples import recorded
from service.web.endpoints import Endpoint
from tests.openapi.mutations import BREAKING, COMPATIBLE, Mutation

FOLDER = Path(__file__).parents[2] / "openapi"
PUBLISHED = json.loads((FOLDER / "openapi.json").read_text())
RELEASED = json.loads((FOLDER / "released.json").read_text())


def changed(mutation: Mutation) -> dict:
    contract = copy.deepcopy(PUBLISHED)
    mutation.make(contract)
    return contract


@pytest.mark.parametrize("mutation", BREAKING, ids=lambda mutation: mutation.name)
def test_it_breaks_someone(mutation):
    found = breaking_changes(PUBLISHED, changed(mutation))
    assert [said for said in found if said.startswith(f"{mutation.pointer}") and mutation.words in said], found


@pytest.mark.parametrize("mutation", COMPATIBLE, ids=lambda mutation: mutation.name)
def test_it_breaks_nobody(mutation):
    contract = changed(mutation)
    assert (contract == PUBLISHED) == (mutation.name == "nothing")
    assert breaking_changes(PUBLISHED, contract) == []


def test_this_contract_breaks_only_what_is_listed_with_a_reason():
    entries = json.loads((FOLDER / "exceptions.json").read_text())
    listed = [change for entry in entries for change in entry["changes"]]
    assert all(entry["why"].endswith(".") for entry in entries)
    assert sorted(breaking_changes(RELEASED, PUBLISHED)) == sorted(listed)


def with_endpoint(operation: str, **fields: object) -> tuple[Endpoint, ...]:
    """Our endpoints, one of them changed."""
    return tuple(
        dataclasses.replace(endpoint, **fields) if endpoint.operation == operation else endpoint
        for endpoint in ENDPOINTS
    )


@pytest.mark.parametrize(
    ("operation", "fields", "said"),
    [
        ("get_claim", {"answers": {"application/json": ClaimPage}}, "`statement` is no longer answered"),
        ("get_claim", {"redirects": None}, "it no longer answers 302"),
        ("list_claims", {"path": "/v1/statements"}, "the operation GET /v1/claims is gone"),
        ("list_claims", {"query": AsOfQuery}, "the parameter `q` (query) is no longer taken"),
        ("create_claim", {"status": 200}, "it no longer answers 201"),
        ("get_version", {"sends": ()}, "the header field `Memento-Datetime` is no longer sent"),
    ],
)
def test_a_broken_route_is_reported(operation, fields, said):
    before = contract_of(ENDPOINTS, recorded())
    found = breaking_changes(before, contract_of(with_endpoint(operation, **fields), recorded()))
    assert any(said in change for change in found), found


def run(*files: Path) -> subprocess.CompletedProcess[str]:
    """The command, as it is typed."""
    return subprocess.run(
        [sys.executable, "-m", "openapi.compatible", *map(str, files)],
        cwd=FOLDER.parent, text=True, capture_output=True, check=False,
    )  # fmt: skip


def test_the_command_says_each_change_and_fails(tmp_path):
    contract = copy.deepcopy(PUBLISHED)
    del contract["components"]["schemas"]["Topic"]["properties"]["claims"]
    broken, exceptions = tmp_path / "broken.json", tmp_path / "exceptions.json"
    broken.write_text(json.dumps(contract))
    said = "#/components/schemas/Topic/properties/claims: `claims` is no longer answered."
    refused = run(FOLDER / "openapi.json", broken)
    assert (refused.returncode, refused.stdout) == (1, f"{said}\n")
    exceptions.write_text(json.dumps([{"why": "Nobody counts.", "changes": [said]}]))
    allowed = run(FOLDER / "openapi.json", broken, exceptions)
    assert (allowed.returncode, allowed.stdout) == (0, f"allowed: {said} Nobody counts.\n")
    same = run(FOLDER / "openapi.json", FOLDER / "openapi.json")
    assert (same.returncode, same.stdout) == (0, "")
    assert run(FOLDER / "openapi.json").returncode == 2
