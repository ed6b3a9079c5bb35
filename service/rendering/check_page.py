"""The page where a text is checked: the text with its passages marked, what we hold of each, or why it is not. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from schemas.matching import LONGEST_TEXT, MOST_COMPARED, Match, Matches, Numeric, Unmatched
from schemas.problems import Problem
from schemas.verification import Status
from service.rendering.checked_text import pieces_of, readable
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS, page


class Verdict(NamedTuple):
    """How a verdict is shown: a sign, some words, whether it asks for a second look."""

    sign: str
    label: str
    differs: bool


VERDICTS = {
    Numeric.CONSISTENT: Verdict("✓", "As we have it", differs=False),
    Numeric.WITHIN_ROUNDING: Verdict("≈", "As we have it, less exactly", differs=False),
    Numeric.EXCEEDS: Verdict("▲", "More than we have", differs=True),
    Numeric.FALLS_SHORT: Verdict("▼", "Less than we have", differs=True),
    Numeric.CONTRADICTS: Verdict("✗", "Not what we have", differs=True),
    Numeric.OUTDATED: Verdict("↻", "Replaced by a newer figure", differs=True),
    Numeric.NO_NUMBER: Verdict("·", "No number to compare", differs=False),
}
_UNKNOWN = Verdict("?", "Compare it yourself", differs=True)
EXAMPLE = (
    "China is now home to more than 6,200 AI firms. It holds about 60% of the world's AI patents, and its open-source "
    "AI models have been downloaded more than 12 billion times worldwide. US private AI investment was $400 billion in "
    "2025. The city's twelve pandas sleep ten hours a day."
)
"""A text to try it with: our own words, and two of its numbers are wrong."""
_LEAST_NEAR = 0.2
"""How near a measure must come to be named: below, a word or two are the same by chance."""
_page = partial(
    page, "check.html", nav="check", longest=f"{LONGEST_TEXT:,}", most_compared=MOST_COMPARED, readable=readable
)


def check_form(origin: str) -> bytes:
    """The page to begin with. `origin` is where we are."""
    return _page(text="", found=None, problem=None, canonical=f"{origin}/check")


def nearest_of(found: Matches) -> set[str]:
    """The ids of the measures that are named on the page as near to a passage."""
    return {item.nearest.measure for item in found.unmatched if item.nearest and item.nearest.similarity >= _LEAST_NEAR}


def check_result(text: str, found: Matches, labels: Mapping[str, str]) -> bytes:
    """The page about what was found in a text, with the text in its form.

    `labels` say what the measures of `nearest_of` are called, by id.
    """
    pieces, rest = pieces_of(text, found)
    return _page(
        text=readable(text),
        found=found,
        problem=None,
        pieces=pieces,
        rest=readable(rest),
        summary=_summary(found.items, found.unmatched),
        statuses=_statuses(found.items),
        labels=labels,
        least_near=_LEAST_NEAR,
        verdicts=VERDICTS,
        unknown_verdict=_UNKNOWN,
        canonical=None,
    )


def check_refused(typed: Mapping[str, str], problem: Problem) -> tuple[bytes, Sequence[tuple[str, str]]]:
    """The page about why a text was not checked, and its header fields, with what was typed in its form again."""
    why = problem.detail
    if problem.status == 413:
        why = (
            f"The text is far longer than the {LONGEST_TEXT:,} characters that are checked at once, and was not read. "
            "Go back to find it where you pasted it, and check it in parts."
        )
    body = _page(text=readable(typed.get("text", "")), found=None, problem=problem, why=why, canonical=None)
    return body, [("content-type", MEDIA_TYPE), *PAGE_FIELDS]


def _statuses(items: Sequence[Match]) -> list[tuple[Status, int]]:
    """How many claims of each status the passages most likely repeat, each claim counted once."""
    likeliest = {item.candidates[0].claim: item.candidates[0].status for item in items}
    counts = Counter(likeliest.values())
    return [(status, counts[status]) for status in Status if counts[status]]


def _summary(items: Sequence[Match], unmatched: Sequence[Unmatched]) -> str:
    """What was found, in a sentence."""
    whole = len(items) + len(unmatched)
    if not whole:
        return "No passage of this text states a number."
    states = "passage that states a number is a claim" if whole == 1 else "passages that state a number are claims"
    differing = sum(VERDICTS.get(item.candidates[0].numeric, _UNKNOWN).differs for item in items)
    known = f"{len(items)} of {whole} {states} we hold"
    if not items:
        return f"{known}."
    return f"{known}, and {differing or 'none'} of them {'differs' if differing == 1 else 'differ'}."
