"""The contract passes Redocly's strict rules; `make test` sets them up where there is npm."""

import asyncio
import copy
import json
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "openapi" / "openapi.json"
REDOCLY = ROOT / "build" / "lint" / "node_modules" / ".bin" / "redocly"
needs_redocly = pytest.mark.skipif(
    not REDOCLY.exists() and os.environ.get("CI") != "true", reason="no npm on this machine; CI has one"
)


async def linted(file: Path) -> tuple[int, dict[str, int]]:
    """The exit status, and how often each rule was broken."""
    process = await asyncio.create_subprocess_exec(
        str(REDOCLY), "lint", "--config", str(ROOT / "openapi" / "redocly.yaml"), "--format", "json", str(file),
        env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await asyncio.wait_for(process.communicate(), 120)
    found: dict[str, int] = {}
    for problem in json.loads(output or errors)["problems"]:
        found[problem["ruleId"]] = found.get(problem["ruleId"], 0) + 1
    return process.returncode, found


@needs_redocly
async def test_the_contract_passes_the_strict_rules():
    assert await linted(PUBLISHED) == (0, {})


@needs_redocly
async def test_the_rules_see_what_is_broken(tmp_path):
    contract = json.loads(PUBLISHED.read_text())
    broken = copy.deepcopy(contract)
    claims = broken["paths"]["/v1/claims"]["get"]
    del claims["summary"], claims["parameters"][0]["description"], claims["responses"]["200"]["headers"]["X-Request-Id"]
    broken["components"]["schemas"]["Nobody"] = {"type": "object"}
    broken["components"]["schemas"]["Topic"]["examples"] = [{"id": 1}]
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(broken))
    status, found = await linted(file)
    assert status == 1
    assert found.keys() == {
        "operation-summary", "parameter-description", "response-contains-header", "no-unused-components",
        "no-invalid-schema-examples",
    }  # fmt: skip
