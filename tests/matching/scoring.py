"""How well what is found in a text agrees with labels: precision and recall, as passages/README.md counts them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.matching import Match, Matches, Numeric
from tests.matching.labels import Label, Passage

WRONG = frozenset({Numeric.EXCEEDS, Numeric.FALLS_SHORT, Numeric.CONTRADICTS, Numeric.OUTDATED})
"""The verdicts of numbers that are not, or no longer, right."""


@dataclass
class Score:
    """What was found of a number of passages, and what should have been."""

    items: int = 0
    right: int = 0
    labels: int = 0
    answered: int = 0
    about: int = 0
    """Items whose first candidate is the label's claim, whatever the verdict."""
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    called_right: list[str] = field(default_factory=list)
    """Wrong numbers that were said to be consistent: none may be."""

    def add(self, other: "Score") -> None:
        """Adds another one to this."""
        self.items += other.items
        self.right += other.right
        self.labels += other.labels
        self.answered += other.answered
        self.about += other.about
        self.missed += other.missed
        self.extra += other.extra
        self.called_right += other.called_right

    @property
    def precision(self) -> float:
        """The part of the items that answer a label; 1 of none."""
        return self.right / self.items if self.items else 1.0

    @property
    def recall(self) -> float:
        """The part of the labels that must be found that are; 1 of none."""
        return self.answered / self.labels if self.labels else 1.0

    def figures(self) -> str:
        """A line of a table."""
        return (
            f"{self.items:4} items {self.labels:4} labels  precision {self.precision:5.3f}  recall {self.recall:5.3f}"
            f"  claim right {self.about / self.items if self.items else 1:5.3f}"
        )


def score(passage: Passage, found: Matches) -> Score:
    """What was found in a passage beside its labels. A label answers one item, and an item one label."""
    spans = [(label.span(passage.text), label) for label in passage.labels]
    scored = Score(items=len(found.items), labels=sum(not label.optional for label in passage.labels))
    left = list(spans)
    for item in found.items:
        best = item.candidates[0]
        over = [one for one in spans if one[0][0] < item.span.end and item.span.start < one[0][1]]
        of_claim = [one for one in over if one[1].claim == best.claim]
        scored.about += bool(of_claim)
        answers = [one for one in left if one in of_claim and one[1].verdict == best.numeric]
        if answers:
            scored.right += 1
            scored.answered += not answers[0][1].optional
            left.remove(answers[0])
        else:
            scored.extra.append(_told(passage, item, [label for _, label in over]))
        is_wrong = not over or (
            any(label.verdict in WRONG for _, label in over)
            and not any(label.verdict == Numeric.CONSISTENT for _, label in over)
        )
        if best.numeric == Numeric.CONSISTENT and is_wrong:
            scored.called_right.append(_told(passage, item, [label for _, label in over]))
    scored.missed += [
        f"{passage.id}: {label.quote!r} ({label.claim} {label.verdict})" for _, label in left if not label.optional
    ]
    return scored


def _told(passage: Passage, item: Match, labels: Sequence[Label]) -> str:
    best = item.candidates[0]
    wanted = ", ".join(f"{label.claim} {label.verdict}" for label in labels) or "nothing"
    return f"{passage.id}: {item.quote!r} is {best.claim} {best.numeric}, and should be {wanted}"
