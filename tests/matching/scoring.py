"""What Check finds in the labelled passages, counted as their README says under "Counting"."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import NamedTuple

from tests.matching.labels import Label, Passage, Verdict

NEVER_CONSISTENT = (Verdict.EXCEEDS, Verdict.FALLS_SHORT, Verdict.CONTRADICTS, Verdict.OUTDATED)


class Found(NamedTuple):
    """An item of an answer: its span in code points, and the claim and verdict of its first candidate."""

    start: int
    end: int
    claim: str
    verdict: str


@dataclass(frozen=True)
class Score:
    """Items, those of them that answer a label, the labels that are due, and those of them that are answered.

    `about` counts the items whose claim is that of a label, whatever their verdict.
    """

    items: int = 0
    right: int = 0
    due: int = 0
    answered: int = 0
    about: int = 0
    met: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))

    @property
    def precision(self) -> float:
        """Items that answer a label, of all items."""
        return self.right / self.items if self.items else 1.0

    @property
    def recall(self) -> float:
        """Labels answered, of those that are not optional."""
        return self.answered / self.due if self.due else 1.0

    @property
    def precision_of_claims(self) -> float:
        """Items with the claim of a label, of all items."""
        return self.about / self.items if self.items else 1.0

    @property
    def recall_of_claims(self) -> float:
        """Labels whose claim was found, of those that are not optional."""
        return self.met / self.due if self.due else 1.0


def found_in(answer: dict) -> list[Found]:
    """The items of an answer of POST /v1/matches."""
    return [
        Found(
            item["span"]["start"], item["span"]["end"], item["candidates"][0]["claim"], item["candidates"][0]["numeric"]
        )
        for item in answer["items"]
    ]


def score(passage: Passage, items: Sequence[Found]) -> Score:
    """The counts of one passage."""
    due = [label for label in passage.labels if not label.optional]
    return Score(
        items=len(items),
        right=sum(any(answers(one, label, passage) for label in passage.labels) for one in items),
        due=len(due),
        answered=sum(any(answers(one, label, passage) for one in items) for label in due),
        about=sum(any(is_about(one, label, passage) for label in passage.labels) for one in items),
        met=sum(any(is_about(one, label, passage) for one in items) for label in due),
    )


def is_about(one: Found, label: Label, passage: Passage) -> bool:
    """Whether an item stands where a label does, and has its claim."""
    start, end = label.span(passage.text)
    return one.start < end and start < one.end and one.claim == label.claim


def answers(one: Found, label: Label, passage: Passage) -> bool:
    """Whether an item answers a label: with its claim and its verdict."""
    return is_about(one, label, passage) and one.verdict == label.verdict


def wrongly_consistent(passage: Passage, items: Sequence[Found]) -> list[Found]:
    """The items that call a number right where a label says that it is not, or where there is no label."""
    wrong = []
    for one in items:
        if one.verdict != Verdict.CONSISTENT or any(answers(one, label, passage) for label in passage.labels):
            continue
        spans = [(label, *label.span(passage.text)) for label in passage.labels]
        there = [label.verdict for label, start, end in spans if one.start < end and start < one.end]
        if not there or set(there) & set(NEVER_CONSISTENT):
            wrong.append(one)
    return wrong


def is_tuned_on(passage: Passage) -> bool:
    """Whether a passage is of the half that may be read while reading is improved; the other half tells the truth."""
    return sha256(passage.id.encode()).digest()[-1] % 2 == 0
