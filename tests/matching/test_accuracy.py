"""What is found in the labelled passages, through the API on the curated set: precision and recall, of each kind."""

import hashlib

import msgspec
import pytest

from schemas.matching import Matches
from tests.matching.labels import Passage, article, kinds
from tests.matching.scoring import Score, score
from tests.telling import tell

PRECISION, RECALL = 0.95, 0.90


async def found_in(api, passage: Passage) -> Matches:
    """What the API finds in a passage."""
    answer = await api.client.post("/v1/matches", json={"text": passage.text})
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=Matches)


@pytest.fixture(scope="module")
async def scores(curated) -> dict[str, Score]:
    """The score of each kind of passages."""
    found: dict[str, Score] = {}
    for name, kind in kinds().items():
        for passage in kind.passage:
            half = hashlib.sha256(passage.id.encode()).digest()[0] % 2
            one = score(passage, await found_in(curated, passage))
            for group in (name, f"half {half}", "all"):
                found.setdefault(group, Score()).add(one)
    return found


async def test_precision_and_recall(scores):
    for name, one in scores.items():
        tell(f"{name:22} {one.figures()}")
    assert scores["all"].precision >= PRECISION
    assert scores["all"].recall >= RECALL


async def test_a_wrong_number_is_never_consistent(scores):
    assert scores["all"].called_right == []


async def test_the_article_is_read_as_its_readers_do(curated):
    one = score(article(), await found_in(curated, article()))
    assert (one.missed, one.extra) == ([], [])
