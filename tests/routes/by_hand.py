"""The curated file, read and questioned without any of the code under test."""

import calendar
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Claim = dict[str, Any]
Wanted = Callable[[Claim], bool]

CURATED: list[Claim] = [
    {**json.loads(line), "position": number}
    for number, line in enumerate(
        (Path(__file__).parents[2] / "db" / "curated" / "claims.jsonl").read_text().splitlines(), 1
    )
]
"""Each claim with its position: the number of its line."""

BY_ID = {claim["id"]: claim for claim in CURATED}


def first_day(partial: str) -> str:
    """The first day of a year, a month or a day, written so that text compares as time does."""
    return (partial + "-01-01")[:10]


def last_day(partial: str) -> str:
    """The last day of a year, a month or a day."""
    if len(partial) == 4:
        return f"{partial}-12-31"
    if len(partial) == 7:
        year, month = map(int, partial.split("-"))
        return f"{partial}-{calendar.monthrange(year, month)[1]:02}"
    return partial


def amount(claim: Claim) -> Decimal | None:
    """The number a claim is sorted by: its value, or the lower bound of a range."""
    written = claim["quantity"]["value"] or claim["quantity"]["lower"]
    return None if written is None else Decimal(written)


def ids(claims: Iterable[Claim]) -> list[str]:
    """Their ids, in order."""
    return [claim["id"] for claim in claims]


def matching(wanted: Wanted, claims: Iterable[Claim] = CURATED) -> list[str]:
    """The ids of the claims wanted, newest first: the order when nothing else is asked."""
    return ids(sorted(filter(wanted, claims), key=lambda claim: -claim["position"]))


def _stated(claim: Claim, day: Callable[[str], str], missing: str) -> str:
    return day(claim["stated_on"]) if claim["stated_on"] else missing


_LOW, _HIGH = Decimal("-Infinity"), Decimal("Infinity")

SORTED: dict[str, list[str]] = {
    "-recorded_at": ids(sorted(CURATED, key=lambda c: -c["position"])),
    "recorded_at": ids(sorted(CURATED, key=lambda c: c["position"])),
    "id": sorted(BY_ID),
    "-stated_on": ids(sorted(CURATED, key=lambda c: (_stated(c, last_day, ""), c["position"]), reverse=True)),
    "stated_on": ids(sorted(CURATED, key=lambda c: (_stated(c, first_day, "~"), c["position"]))),
    "-value": ids(
        sorted(CURATED, key=lambda c: (_LOW if amount(c) is None else amount(c), c["position"]), reverse=True)
    ),
    "value": ids(sorted(CURATED, key=lambda c: (_HIGH if amount(c) is None else amount(c), c["position"]))),
}
"""Every claim in every order that does not depend on a search."""


def published_now(response: Any) -> list[str]:
    """The ids of a page."""
    assert response.status_code == 200, response.text[:300]
    return ids(response.json()["items"])


async def every_item(api: Any, path: str) -> list[Claim]:
    """The items of all pages from an address on, each page led to by the one before it."""
    items: list[Claim] = []
    following: str | None = None
    while True:
        response = await api.client.get(path, params=None if following is None else _also(path, following))
        assert response.status_code == 200, response.text[:300]
        page = response.json()
        items += page["items"]
        following = page["next"]
        if following is None:
            return items
        assert page["items"], "a page with a next one is not empty"


def _also(path: str, cursor: str) -> list[tuple[str, str]]:
    return [*parse_qsl(urlsplit(path).query, keep_blank_values=True), ("cursor", cursor)]
