"""README tells the truth: its calls give its answers, and its tables list what there is."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest

from schemas.keys import Role
from service.cli.command import citable
from tests.cast import key_for
from tests.contract.programs import Program, compiled, made
from tests.web.asking import own_api

README = (Path(__file__).parent.parent / "README.md").read_text()
FETCH, TYPED = (re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)[1] for language in ("js", "ts"))
CALLS = re.findall(r"```sh\n(curl (?:(?!```).)*)\n```\n```\n(.*?)\n```", README, re.DOTALL)


def comparable(text: str) -> str:
    """An answer without what is each installation's own: where it is, and when its log recorded the claim."""
    text = text.replace("https://citable.example", "http://127.0.0.1:8000")
    text = re.sub(r"as of [A-Z][a-z.]+ [0-9]+, [0-9]{4}", "as of …", text)
    text = re.sub(r'"recorded_at": "[^"]*"', '"recorded_at": …', text.replace("\r", ""))
    return re.sub(r'"p10-[0-9a-f]{16}"', '"p10-…"', text).strip()


def test_there_are_three_calls_a_citation_and_one_in_german():
    assert len(CALLS) == 5


@pytest.mark.parametrize("call", CALLS, ids=["search", "measure", "version", "citation", "german"])
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


async def patents(api) -> list[str]:
    """What the fetch example has to print."""
    claims = (await api.get("/v1/claims?topic=patents&sort=-stated_on&limit=100")).json()["items"]
    return [f"{claim['statement']} {claim['verification']['status']}" for claim in claims]


def reading_twice(url: str) -> str:
    """The fetch example, which then asks for its first page again."""
    again = "const before = held.get(list).body; console.log(`${before === (await read(list))}`);"
    return FETCH.replace("http://127.0.0.1:8000", url) + again


async def test_the_fetch_example_runs_without_dependencies(curated, tmp_path):
    made("typescript")
    (tmp_path / "example.mjs").write_text(reading_twice(curated.url))
    printed = await Program(("node", "example.mjs"), tmp_path, {}).output()
    assert printed.splitlines() == [*await patents(curated), "true"]


async def test_the_typescript_example_compiles_strictly_and_runs(curated, tmp_path):
    (tmp_path / "example.ts").write_text(TYPED.replace("http://127.0.0.1:8000", curated.url))
    await compiled(tmp_path)
    printed = await Program(("node", "out/example.js"), tmp_path, {}).output()
    claims = (await curated.get("/v1/claims?q=open%20models&limit=3")).json()["items"]
    assert printed.splitlines() == [
        f"{claim['statement']} {claim['quantity']['value'] or 'null'} {claim['verification']['status']}"
        for claim in claims
    ]


def test_the_packages_named_are_the_ones_the_tests_use():
    package = json.loads((Path(__file__).parent.parent / "openapi/sdk/typescript/package.json").read_text())
    pinned = {**package["dependencies"], **package["devDependencies"]}
    named = dict(re.findall(r"([a-z@/-]+)@([0-9.]+)", re.search(r"npm install (.*)", README)[1]))
    assert named == {name: pinned[name] for name in named}
    assert named


async def test_a_curator_s_two_calls_publish_and_revise(cluster):
    async with own_api(cluster) as api:
        key = await key_for(api.runtime.pool, "Desk", Role.EDITOR)
        script = next(block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "If-Match" in block)
        assert "Idempotency-Key" in script
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
