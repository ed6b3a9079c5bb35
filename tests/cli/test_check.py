"""`citable check`: a text in a file, for people and for programs."""

import asyncio
import json
import re
from pathlib import Path

from schemas.matching import LONGEST_TEXT
from tests.cli.programs import Program

README = (Path(__file__).parents[2] / "README.md").read_text()
ARTICLE = Path(__file__).parent.parent / "matching" / "article.txt"


async def test_an_article_is_checked_against_a_database(database, tmp_path):
    url = await database("curated")
    shown = Program(tmp_path, "check", str(ARTICLE), database_url=url)
    shown.succeeded()
    lines = shown.answered.decode().splitlines()
    assert "✓ consistent  cn-ai-firms-6200@1  verified with caveats" in "\n".join(lines)
    assert "≈ within rounding  cn-open-models-10bn-downloads@1  unverified" in "\n".join(lines)
    assert lines[-1] == "13 passages state numbers; 13 of them claims, as of position 175."
    assert b"\x1b" not in shown.answered  # no colours where nobody sees them


async def test_it_asks_another_citable_over_http_as_programs_read_it(curated, tmp_path):
    with ARTICLE.open("rb") as text:
        asked = Program(tmp_path, "check", "-", "--url", curated.url, "--json", stdin=text)
        await asyncio.to_thread(asked.succeeded)
    answered = json.loads(asked.answered)
    direct = (await curated.client.post("/v1/matches", json={"text": ARTICLE.read_text()})).json()
    assert answered == direct


async def test_what_has_no_text_is_refused(database, tmp_path):
    url = await database("curated")
    text = tmp_path / "blank.txt"
    text.write_text(" \n")
    asked = Program(tmp_path, "check", str(text), database_url=url)
    assert "has no text to check" in await asyncio.to_thread(asked.failed_in_a_sentence)


async def test_no_sentence_is_cut_in_two_where_a_long_text_is(curated, tmp_path):
    text = tmp_path / "cut.txt"
    sentence = "China is not home to more than 6,200 AI firms."
    filling = "Nothing is counted here, not even this. "
    before = filling * ((LONGEST_TEXT - 20) // len(filling))
    assert len(before) < LONGEST_TEXT < len(before + sentence)
    text.write_text(before + sentence)
    asked = Program(tmp_path, "check", str(text), "--url", curated.url, "--json")
    await asyncio.to_thread(asked.succeeded)
    found = json.loads(asked.answered)["items"]
    assert [(one["quote"], one["candidates"][0]["numeric"]) for one in found] == [(sentence, "contradicts")]


async def test_a_text_longer_than_one_request_takes_is_checked_whole(database, tmp_path):
    url = await database("curated")
    text = tmp_path / "long.txt"
    written = (
        "Nothing is counted here, 🤖 not even this.\n" * (LONGEST_TEXT // 40) + "China has more than 6,200 AI firms.\n"
    )
    text.write_text(written)
    checked = Program(tmp_path, "check", str(text), "--json", database_url=url)
    checked.succeeded()
    (item,) = json.loads(checked.answered)["items"]
    assert written[item["span"]["start"] : item["span"]["end"]] == item["quote"]
    assert item["candidates"][0]["claim"] == "cn-ai-firms-6200"


async def test_what_is_no_text_is_one_sentence(database, tmp_path):
    url = await database("curated")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert (
        "is no text in UTF-8"
        in Program(tmp_path, "check", str(tmp_path / "picture.png"), database_url=url).failed_in_a_sentence()
    )
    nobody = Program(tmp_path, "check", str(ARTICLE), "--url", "http://127.0.0.1:9")
    assert "does not check texts" in nobody.failed_in_a_sentence()


async def test_readme_shows_what_it_says(curated, tmp_path):
    shown = re.search(r"citable check article.txt .*?```\n```\n(.*?)\n```", README, re.DOTALL)[1]
    lines: dict[str, list[str]] = {}
    for number, passage in re.findall(r"^ +(\d+)  (\S.*)$", shown, re.MULTILINE):
        lines.setdefault(number, []).append(passage)
    text = tmp_path / "article.txt"
    text.write_text("\n".join(" ".join(passages) for passages in lines.values()))
    checked = Program(tmp_path, "check", str(text), "--url", curated.url)
    await asyncio.to_thread(checked.succeeded)
    assert checked.answered.decode().strip() == shown.strip()
