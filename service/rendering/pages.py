"""What every page for people has in common: its frame, its style sheet, and what its templates may call. Pure."""

import hashlib
from collections.abc import Mapping

from markupsafe import Markup

from schemas.addresses import (
    card_picture,
    citation_path,
    claim_card,
    claim_page,
    claim_path,
    measure_chart,
    measure_page,
    review_path,
    version_path,
)
from schemas.claims import ClaimVersion
from service.rendering.dates import day, written
from service.rendering.html import ENVIRONMENT, html
from service.rendering.numbers import display
from service.rendering.standing import STANDINGS

CSS = "text/css; charset=utf-8"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PAGE_FIELDS = [("content-security-policy", POLICY)]
"""The header fields of a page: nothing runs in it, and nothing is asked of anyone but us."""
FEEDS = (
    ("Corrections", "/feeds/corrections.atom", "application/atom+xml"),
    ("Corrections", "/feeds/corrections.json", "application/feed+json"),
    ("Every change", "/feeds/claims.atom", "application/atom+xml"),
    ("Every change", "/feeds/claims.json", "application/feed+json"),
)
"""The feeds as readers look for them in a page: a name, an address and a media type."""

STYLESHEET = html("site.css", standings={str(status): standing for status, standing in STANDINGS.items()})
STYLESHEET_PATH = f"/assets/{hashlib.sha256(STYLESHEET).hexdigest()[:16]}.css"
"""The style sheet, and where it is: under another address when it changes, so that it may be kept for ever."""


def page(template: str, *, nav: str = "", **values: object) -> bytes:
    """A page as HTML, from its template and its values. `nav` names the entry of the navigation that it belongs to."""
    return html(template, nav=nav, **values)


def summary(claim: ClaimVersion) -> Mapping[str, object]:
    """A claim as lists of claims show it."""
    publishers = list(dict.fromkeys(source.publisher for source in claim.sources))
    return {
        "id": claim.id,
        "statement": claim.statement,
        "number": display(claim.quantity),
        "status": str(claim.verification.status),
        "label": STANDINGS[claim.verification.status].label,
        "is_retracted": claim.lifecycle == "retracted",
        "currency": str(claim.currency),
        "stated_on": claim.stated_on,
        "attributed_to": claim.attributed_to,
        "publishers": publishers[:_MOST_PUBLISHERS],
        "others": max(0, len(publishers) - _MOST_PUBLISHERS),
    }


def _time(partial: str) -> Markup:
    """A partial date with what machines read of it."""
    return Markup('<time datetime="{}">{}</time>').format(partial, written(partial))


_MOST_PUBLISHERS = 2
_ADDRESSES = (
    card_picture, citation_path, claim_card, claim_page, claim_path, measure_chart, measure_page, review_path,
    version_path,
)  # fmt: skip
ENVIRONMENT.globals.update(
    {address.__name__: address for address in _ADDRESSES},
    stylesheet=STYLESHEET_PATH,
    feeds=FEEDS,
    standings={str(status): standing for status, standing in STANDINGS.items()},
)
ENVIRONMENT.filters.update(time=_time, day=day, written=written)
