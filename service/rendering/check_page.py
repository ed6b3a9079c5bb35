"""The page where a text is checked: the text with its passages marked, and what we hold of each. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.matching import LONGEST_TEXT, Match, Matches, Numeric, Unmatched
from service.rendering.pages import page


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


class Piece(NamedTuple):
    """A piece of the text: as it stands, and the number of the passage it is, if it is one."""

    text: str
    number: int | None
    match: Match | None


def check_page(origin: str, text: str = "", found: Matches | None = None) -> bytes:
    """The form, with a text in it, and below what was found in that, if it was checked. `origin` is where we are."""
    items = found.items if found else []
    return page(
        "check.html",
        nav="check",
        text=text,
        longest=f"{LONGEST_TEXT:,}",
        found=found,
        pieces=list(_pieces(text, items)),
        summary=_summary(items, found.unmatched if found else []),
        items=items,
        verdicts=VERDICTS,
        unknown_verdict=_UNKNOWN,
        rest=len(text) - found.compared_to if found else 0,
        canonical=f"{origin}/check",
    )


def _pieces(text: str, items: Sequence[Match]) -> Iterable[Piece]:
    """The text in pieces, in order: passages, and what is between them."""
    at = 0
    for number, item in enumerate(items, 1):
        if item.span.start > at:
            yield Piece(text[at : item.span.start], None, None)
        yield Piece(text[max(at, item.span.start) : item.span.end], number, item)
        at = max(at, item.span.end)
    if at < len(text):
        yield Piece(text[at:], None, None)


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
