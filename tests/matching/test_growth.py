"""A text twice as long takes twice as long, whatever it is made of: four times would be one that never ends."""

import gc
import time
from pathlib import Path
from random import Random

import pytest

from schemas.claims import Comparator, Period, Quantity
from schemas.matching import LONGEST_TEXT, MOST_COMPARED, Held
from service.matching.checking import compared_passages, judged, match_of, read_text
from service.matching.recalling import rarity, searches

SIZE = 6_000
ARTICLE = (Path(__file__).parent / "article.txt").read_text()
PIECES = {
    "one word": "a",
    "one number": "1",
    "blanks": " ",
    "new lines": "\n",
    "punctuation": ".,;:!?",
    "parentheses": "(",
    "numbers": "12 ",
    "a list of numbers": "7, ",
    "digits and commas": "1,",
    "digits and blanks that do not break": "1\u00a0234\u00a0",
    "many sentences": "5 firms. ",
    "scale words": "million ",
    "number words": "twenty-",
    "number words and": "hundred and ",
    "comparators": "more than ",
    "bounded numbers": "about 5 ",
    "ranges": "between 5 and ",
    "hyphens": "1-",
    "fractions": "half of ",
    "one in": "one in ",
    "denials": "not 5 ",
    "numbers per so many": "5 per ",
    "quantities without a number": "thousands of ",
    "dates": "May 5, 2026 ",
    "percentages": "5% ",
    "money": "$5 ",
    "places": "United States 5 ",
    "mailboxes": "a@",
    "addresses": "http://",
    "initials": "U.S.",
    "apostrophes": "a'",
    "combining marks": "e\u0301",
    "tags": "<b 5 ",
    "low lines": "_",
    "emphasis": "**6,200** _firms_ ",
    "groups": "6 200 ",
    "cited": "> 6,200 firms ",
    "an article": ARTICLE,
    "noise": "".join(Random(1).choice("a1 .,%$-\n'@/") for _ in range(5_000)),
}
HELD = Held(
    position=1, id="c", version=1, statement="China has more than 6,200 AI firms.", measure="number-of-ai-firms",
    geography="CN", scope=None, topics=("china",), period=Period(start=None, end="2025"), stated_on=None,
    quantity=Quantity(value="5", comparator=Comparator.GT, lower=None, upper=None, unit="percent"), status="verified",
    currency="current",
)  # fmt: skip


def check(text):
    read = read_text(text)
    passages, rare = compared_passages(read), rarity([("firm", 3)], 10)
    assert len(searches(passages, rare, 10)) == len(passages) <= MOST_COMPARED
    return [match_of(read, passage, judged(passage, [HELD] * 3, rare, 3)) for passage in passages]


def seconds(text):
    began = time.process_time()
    check(text)
    return time.process_time() - began


@pytest.mark.parametrize("kind", PIECES)
def test_time_grows_as_the_text_does(kind):
    piece = PIECES[kind]
    once = (piece * (SIZE // len(piece) + 1))[:SIZE]
    twice = (piece * (2 * SIZE // len(piece) + 1))[: 2 * SIZE]
    check(once)
    gc.disable()
    try:
        for _ in range(4):  # others may be at work on this machine
            short = min(seconds(once) for _ in range(2))
            long = min(seconds(twice) for _ in range(2))
            if long < 3 * short + 0.002:
                return
    finally:
        gc.enable()
    raise AssertionError(f"{SIZE} code points of {kind} take {short:.4f} seconds, twice as many {long:.4f}")


@pytest.mark.parametrize("kind", ["one word", "one number", "punctuation", "a list of numbers"])
async def test_the_longest_text_is_answered(kind, curated):
    text = (PIECES[kind] * LONGEST_TEXT)[:LONGEST_TEXT]
    response = await curated.client.post("/v1/matches", json={"text": text})
    assert response.status_code == 200
    found = response.json()
    assert found["compared_to"] <= LONGEST_TEXT
    assert len(found["items"]) + len(found["unmatched"]) <= MOST_COMPARED
