"""POST /v1/matches: which numbers of a text are claims we hold."""

import json
from pathlib import Path

import pytest

from schemas.matching import LONGEST_TEXT, MOST_COMPARED
from tests.web.asking import assert_problem, own_api

ARTICLE = (Path(__file__).parent.parent / "matching" / "article.txt").read_text()
MENTIONS = [
    ("surpassed 10 billion downloads", "cn-open-models-10bn-downloads", "consistent"),
    ("more than 6,200 AI firms", "cn-ai-firms-6200", "consistent"),
    ("roughly 60%", "cn-ai-patents-60pct", "consistent"),
    ("around 60%", "cn-ai-patents-60pct", "consistent"),
    ("Ten billion downloads", "cn-open-models-10bn-downloads", "within_rounding"),
    ("6,200+ firms", "cn-ai-firms-6200", "consistent"),
    ("10 billion downloads", "cn-open-models-10bn-downloads", "within_rounding"),
    ("6,200+ firms", "cn-ai-firms-6200", "consistent"),
    ("about 60%", "cn-ai-patents-60pct", "consistent"),
    ("thousands of firms", "cn-ai-firms-6200", "no_number"),
    ("crossed 10 billion downloads", "cn-open-models-10bn-downloads", "consistent"),
    ("more than 6,200 AI firms", "cn-ai-firms-6200", "consistent"),
    ("roughly 60%", "cn-ai-patents-60pct", "consistent"),
]
"""Every number the article states of which there is a claim: as it states it, the claim, and what that makes of it."""


async def matches(api, text, **more):
    response = await api.client.post("/v1/matches", json={"text": text, **more})
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_article_repeats_three_claims_at_every_mention_and_nothing_else(curated):
    found = await matches(curated, ARTICLE, limit=10)
    told = [
        (item["numbers"][one["number"]]["quote"], one["claim"], one["numeric"])
        for item in found["items"]
        for one in item["candidates"]
    ]
    assert told == MENTIONS
    assert found["unmatched"] == []
    assert found["compared_to"] == len(ARTICLE)


async def test_spans_are_code_points_and_quotes_are_what_stands_there(curated):
    text = "🤖🇨🇳 Ünïcode first. China is home to more than 6,200 AI firms — since May 2025."
    (item,) = (await matches(curated, text))["items"]
    for piece in (item, *item["numbers"], *item["dates"]):
        assert text[piece["span"]["start"] : piece["span"]["end"]] == piece["quote"]
    assert item["numbers"][0] == {
        "span": item["numbers"][0]["span"], "quote": "more than 6,200 AI firms", "value": "6200", "comparator": "gt",
        "lower": None, "upper": None, "unit": "AI firms",
    }  # fmt: skip
    assert [date["date"] for date in item["dates"]] == ["2025-05"]


async def test_a_number_of_which_there_is_no_claim_is_said_with_what_comes_nearest(curated):
    found = await matches(curated, "China's 12 AI patent offices employ 4,000 clerks.")
    assert found["items"] == []
    assert "ai-patents" in found["unmatched"][0]["nearest"]["measure"]
    (walk,) = (await matches(curated, "We walked for three hours."))["unmatched"]
    assert walk["nearest"] is None or walk["nearest"]["similarity"] < 0.3
    assert walk["numbers"][0]["unit"] == "hours"


async def test_a_text_without_numbers_has_nothing_to_find(curated):
    found = await matches(curated, "In May 2026, GPT-4 and Llama 3.1 were discussed at length (see page 4).")
    assert (found["items"], found["unmatched"]) == ([], [])


async def test_the_same_text_is_answered_the_same_and_kept_nowhere(curated):
    first, second = [await curated.client.post("/v1/matches", json={"text": ARTICLE}) for _ in range(2)]
    assert first.content == second.content
    assert first.headers["cache-control"] == "private, no-store"
    assert "etag" not in first.headers


async def test_a_text_is_compared_with_what_stood_then(curated):
    text = "China is home to more than 6,200 AI firms."
    now = await matches(curated, text)
    assert await matches(curated, text, as_of=str(now["position"])) == now
    before = await matches(curated, text, as_of="1")
    assert before["position"] == 1
    assert before["items"] == []
    later = await curated.client.post("/v1/matches", json={"text": text, "as_of": "999999"})
    assert assert_problem(later, 400)["errors"][0]["pointer"] == "#/as_of"


async def test_limit_is_how_many_candidates_a_passage_has(curated):
    text = "ChatGPT has 850 million users."
    assert len((await matches(curated, text, limit=1))["items"][0]["candidates"]) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/text"),
        ({"text": ""}, "#/text"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "#/text"),
        ({"text": "x", "limit": 0}, "#/limit"),
        ({"text": "x", "limit": 11}, "#/limit"),
        ({"text": "x", "as_of": "soon"}, "#/as_of"),
        ({"text": "x", "language": "de"}, "#/language"),
    ],
)
async def test_what_cannot_be_asked(curated, body, pointer):
    problem = assert_problem(await curated.client.post("/v1/matches", json=body), 400)
    assert pointer in [error["pointer"] for error in problem["errors"]]


@pytest.mark.parametrize("letter", ["я", "🤖"])
async def test_the_longest_text_may_be_written_in_ascii(letter, curated):
    """As many programs write JSON: six bytes for a letter, and twelve for one beyond the first plane."""
    body = json.dumps({"text": letter * LONGEST_TEXT})
    response = await curated.client.post("/v1/matches", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["compared_to"]) == (200, LONGEST_TEXT)


async def test_of_many_passages_the_first_are_compared_and_it_says_up_to_where(curated):
    text = "".join(f"Shop number has {n:,} chairs. " for n in range(2001, 2001 + MOST_COMPARED + 50))
    found = await matches(curated, text)
    assert len(found["items"]) + len(found["unmatched"]) == MOST_COMPARED
    rest = await matches(curated, text[found["compared_to"] :])
    assert len(rest["unmatched"]) == 50


async def test_it_counts_as_a_read_that_costs_work(cluster):
    async with own_api(cluster, reads_per_minute=2) as api:
        for _ in range(2):
            await matches(api, "x 5 models")
        response = await api.client.post("/v1/matches", json={"text": "x 5 models"})
        assert response.status_code == 429
