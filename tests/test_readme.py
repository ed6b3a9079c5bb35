"""README tells the truth: its calls give its answers, and its tables list what there is."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from schemas.keys import Role
from service.cli import citable
from tests.cast import key_for
from tests.web.asking import own_api

README = (Path(__file__).parent.parent / "README.md").read_text()
CALLS = re.findall(r"```sh\n(curl .*?)\n```\n```\n(.*?)\n```", README, re.DOTALL)


def comparable(text: str) -> str:
    """An answer without what is each installation's own: when its log recorded the claim."""
    text = re.sub(r'"recorded_at": "[^"]*"', '"recorded_at": …', text.replace("\r", ""))
    return re.sub(r'"p10-[0-9a-f]{16}"', '"p10-…"', text).strip()


def test_there_are_three_calls():
    assert len(CALLS) == 3


@pytest.mark.parametrize("call", CALLS, ids=["search", "measure", "version"])
async def test_a_call_gives_the_answer_it_shows(call, curated):
    command, shown = call
    shell = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        command.replace("http://127.0.0.1:8000", curated.url),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    answered, _ = await shell.communicate()
    assert comparable(answered.decode()) == comparable(shown)


async def test_a_curator_s_two_calls_publish_and_revise(cluster):
    async with own_api(cluster) as api:
        key = await key_for(api.runtime.pool, "Desk", Role.EDITOR)
        script = re.search(r"```sh\n(curl -s \S+ -H .*?)```", README, re.DOTALL)[1]
        assert "Idempotency-Key" in script
        assert "If-Match" in script
        shell = await asyncio.create_subprocess_exec(
            "bash",
            "-ec",
            script.replace("http://127.0.0.1:8000", api.url),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "key": key},
        )
        await shell.communicate()
        claim = (await api.get("/v1/claims/harbour-cranes-4100")).json()
        assert (claim["version"], claim["quantity"]["value"], claim["change"]["by"]) == (2, "4200", "Desk")


def test_every_command_is_listed():
    listed = re.findall(r"^\| `citable ([a-z]+)", README, re.MULTILINE)
    assert sorted(listed) == sorted(set(citable.commands) - {"openapi"})


def test_the_number_of_curated_claims_is_right():
    claims = (Path(__file__).parent.parent / "db/curated/claims.jsonl").read_text().splitlines()
    assert f"loads {len(claims)} curated claims" in README
