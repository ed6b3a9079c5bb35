"""The page that lists claims: what was found, how it divides, and a link for each thing one may ask next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.addresses import search_page
from schemas.changes import LoggedChange
from schemas.claims import ClaimVersion
from schemas.requests import Sort
from schemas.verification import Status
from service.rendering.claim_page import place
from service.rendering.history import done
from service.rendering.pages import page, summary
from service.rendering.standing import STANDINGS

MOST_COUNTED = 5_000
"""Of how many claims, the newest that match, a page says how they divide."""
_MOST_VALUES = 12
_NAMES = {
    "topic": "Topic", "geography": "Place", "status": "Status", "currency": "Currency", "lifecycle": "Publication",
    "measure": "Measure", "publisher": "Publisher", "stated_from": "Stated since", "stated_to": "Stated until",
    "ids": "Claim",
}  # fmt: skip
_HEADINGS = {"status": "What we found", "topic": "Topic", "geography": "Place"}
_ORDERS = {
    Sort.RELEVANCE: "Best match",
    Sort.NEWEST: "Newest",
    Sort.LATEST_STATED: "Latest stated",
    Sort.HIGHEST: "Highest number",
    Sort.LOWEST: "Lowest number",
}

Asked = Mapping[str, object]
"""What was asked, by parameter: a text, or a list of texts."""


@dataclass(frozen=True)
class Choice:
    """A link that narrows a list down or widens it again. `claims` is how many there are; None if that is not known."""

    label: str
    value: str
    address: str
    is_set: bool
    claims: int | None = None


@dataclass(frozen=True)
class Listing:
    """What a search found. `counts` holds, for each filter, how many claims have each value, the most frequent first;
    `matches` says how many there are in all, of the newest `MOST_COUNTED`."""

    asked: Asked
    sort: Sort
    claims: Sequence[ClaimVersion]
    matches: int
    counts: Mapping[str, Mapping[str, int]]
    following: str | None
    corrections: Sequence[LoggedChange]


def front_page(listing: Listing, origin: str) -> bytes:
    """The page; `origin` is where we are."""
    asked = {name: value for name, value in listing.asked.items() if value and name != "cursor"}
    filters = {name: value for name, value in asked.items() if name in _NAMES}
    return page(
        "front.html",
        nav="claims",
        asked=asked.get("q", ""),
        kept=[(name, value) for name, given in asked.items() if name != "q" for value in _values(given)],
        is_start=not asked and "cursor" not in listing.asked,
        is_continued="cursor" in listing.asked,
        claims=[summary(claim) for claim in listing.claims],
        found=_found(listing.matches),
        is_counted_in_part=listing.matches >= MOST_COUNTED,
        most_counted=f"{MOST_COUNTED:,}",
        set=[
            _toggled(asked, name, value, _label(name, value))
            for name, given in filters.items()
            for value in _values(given)
        ],
        facets=[(name, _HEADINGS[name], _facet(asked, name, listing.counts.get(name, {}))) for name in _HEADINGS],
        orders=_orders(asked, listing.sort),
        names=_NAMES,
        first=search_page(asked),
        following=search_page({**asked, "cursor": listing.following}) if listing.following else None,
        without_filters=search_page({"q": asked.get("q")}) if filters and "q" in asked else None,
        corrections=[(change, done(change.change, STANDINGS[change.status].label)) for change in listing.corrections],
        canonical=origin + search_page(asked),
    )


def _facet(asked: Asked, name: str, counts: Mapping[str, int]) -> list[Choice]:
    """A filter's values: those that are set, and the most frequent; statuses in the order they are explained in."""
    given = _values(asked.get(name, []))
    values = [*given, *(value for value in counts if value not in given)][:_MOST_VALUES]
    if name == "status":
        values = [str(status) for status in Status if str(status) in values]
    return [_toggled(asked, name, value, _label(name, value), counts.get(value, 0)) for value in values]


def _toggled(asked: Asked, name: str, value: str, label: str, claims: int | None = None) -> Choice:
    """The link that sets a value of a filter, or takes it back."""
    given = _values(asked.get(name, []))
    is_set = value in given
    left = [each for each in given if each != value] if is_set else [*given, value]
    return Choice(label, value, search_page({**asked, name: left}), is_set, claims)


def _orders(asked: Asked, sort: Sort) -> list[Choice]:
    """The links that put a list in another order."""
    usual = Sort.RELEVANCE if "q" in asked else Sort.NEWEST
    return [
        Choice(label, order, search_page({**asked, "sort": None if order is usual else str(order)}), order is sort)
        for order, label in _ORDERS.items()
        if order is not Sort.RELEVANCE or "q" in asked
    ]


def _values(given: object) -> list[str]:
    return [str(each) for each in given] if isinstance(given, list) else [str(given)]


def _label(name: str, value: str) -> str:
    """What a filter's value is called."""
    if name == "status":
        return STANDINGS[Status(value)].label
    if name == "geography":
        return place(value)
    return value if name in ("publisher", "ids", "stated_from", "stated_to") else value.replace("-", " ")


def _found(matches: int) -> str:
    if matches >= MOST_COUNTED:
        return f"{MOST_COUNTED:,} claims or more"
    return "1 claim" if matches == 1 else f"{matches:,} claims"
