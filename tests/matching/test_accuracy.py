"""How many of the labelled passages Check gets right, on the curated set, through the API: by kind and in all."""

from typing import NamedTuple

import pytest

from tests.matching.labels import Passage, article, kinds
from tests.matching.scoring import Found, Score, found_in, is_tuned_on, score, wrongly_consistent
from tests.routes.test_check_text import matches
from tests.telling import tell

PRECISION, RECALL = 0.0, 0.0


class Checked(NamedTuple):
    """A labelled passage, its kind, and what was found in it."""

    kind: str
    passage: Passage
    items: list[Found]

    @property
    def score(self) -> Score:
        """Its counts."""
        return score(self.passage, self.items)


@pytest.fixture(scope="session")
async def checked(curated) -> list[Checked]:
    """Every labelled passage, each checked as a text of its own."""
    every = [(name, passage) for name, kind in kinds().items() for passage in kind.passage] + [("article", article())]
    return [Checked(kind, one, found_in(await matches(curated, one.text, limit=1))) for kind, one in every]


def summed(checked: list[Checked]) -> Score:
    return sum((one.score for one in checked), Score())


def row(name: str, counted: Score) -> str:
    return (
        f"{name:22} {counted.items:6} {counted.due:6} {counted.precision:10.3f} {counted.recall:7.3f}"
        f" {counted.precision_of_claims:18.3f} {counted.recall_of_claims:6.3f}"
    )


def test_precision_and_recall_are_told_and_high(checked):
    """The right two columns are without the verdicts: how often the claim is the right one."""
    tell(f"{'':22} {'items':>6} {'labels':>6} {'precision':>10} {'recall':>7} {'of the claims':>18} {'':>6}")
    for name in dict.fromkeys(one.kind for one in checked):
        tell(row(name, summed([one for one in checked if one.kind == name])))
    whole = summed([one for one in checked if one.kind != "article"])
    for name, tuned in (("the half tuned on", True), ("the other half", False)):
        half = [one for one in checked if one.kind != "article" and is_tuned_on(one.passage) == tuned]
        tell(row(name, summed(half)))
    tell(row("in all", whole))
    assert whole.precision >= PRECISION
    assert whole.recall >= RECALL


def test_a_wrong_number_is_never_consistent(checked):
    wrong = {one.passage.id: found for one in checked if (found := wrongly_consistent(one.passage, one.items))}
    assert wrong == {}
