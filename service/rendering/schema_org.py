"""A claim in the words of schema.org, as JSON-LD. Pure.

What is in force is said, and nothing else: there is no review of what nobody has checked, or what was withdrawn.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from schemas.addresses import claim_page, measure_page
from schemas.claims import ChangeKind, ClaimVersion, Comparator, Period, Quantity
from schemas.sources import Source, Stance
from schemas.verification import Lifecycle, Status
from service.rendering.chart_points import day_of
from service.rendering.feed import LANGUAGE, PUBLISHER
from service.rendering.numbers import display
from service.rendering.standing import STANDINGS

MEDIA_TYPE = "application/ld+json"
CONTEXT = "https://schema.org"
LONGEST_CLAIM_REVIEWED = 75
"""How many characters of a claim search engines show."""
WORST, BEST = 1, 5
RATINGS = {Status.VERIFIED: 5, Status.VERIFIED_WITH_CAVEATS: 4, Status.DISPUTED: 3, Status.REFUTED: 1}
"""How true a claim is, from 1 for wrong to 5 for right. That no evidence was found is not a place on that scale, so an
unsupported claim has a verdict in words and no number; nobody has judged an unverified one."""

_ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

Node = dict[str, Any]


def claim_markup(claim: ClaimVersion, newest: ClaimVersion, measure: str, origin: str) -> bytes:
    """A version of a claim as JSON-LD, of which `newest` is the newest. `measure` is what its measure is called."""
    return msgspec.json.encode(markup(claim, newest, measure, origin))


def markup(claim: ClaimVersion, newest: ClaimVersion, measure: str, origin: str) -> Node:
    """The same as values."""
    about = _claim(claim, newest, measure, origin)
    if not is_reviewed(claim, newest):
        return {"@context": CONTEXT, **about}
    address = origin + claim_page(claim.id, claim.version)
    verification = claim.verification
    return {
        "@context": CONTEXT,
        **_stated(
            {
                "@type": "ClaimReview",
                "@id": f"{address}#review",
                "url": address,
                "claimReviewed": shortened(claim.statement),
                "author": _us(origin),
                "datePublished": verification.decided_on or f"{claim.recorded_at:%Y-%m-%d}",
                "dateModified": _instant(claim),
                "version": claim.version,
                "reviewRating": rating(verification.status),
                "reviewBody": "\n\n".join(dict.fromkeys([verification.rationale, *verification.caveats])),
                "inLanguage": LANGUAGE,
                "correction": _correction(claim),
                "itemReviewed": about,
            }
        ),
    }


def is_reviewed(claim: ClaimVersion, newest: ClaimVersion) -> bool:
    """Whether a review of a version is in force: something was found, the claim stands, and is not ours."""
    is_checked = claim.verification.status is not Status.UNVERIFIED
    return is_checked and newest.lifecycle is Lifecycle.PUBLISHED and claim.attributed_to != PUBLISHER


def rating(status: Status) -> Node:
    """A verdict as a rating: in words, and as a number if it has a place on the scale."""
    name = STANDINGS[status].label
    verdict = {"@type": "Rating", "alternateName": name, "ratingExplanation": STANDINGS[status].sentence}
    number = RATINGS.get(status)
    return verdict if number is None else {**verdict, "ratingValue": number, "bestRating": BEST, "worstRating": WORST}


def shortened(statement: str) -> str:
    """A statement as search engines show it: whole, or cut after a word."""
    if len(statement) <= LONGEST_CLAIM_REVIEWED:
        return statement
    cut = statement[:LONGEST_CLAIM_REVIEWED]  # one of these is for the ellipsis
    words = cut.rpartition(" ")[0].rstrip(" ,;:—-") or cut[:-1]
    return f"{words}…"


def as_script(document: Mapping[str, Any]) -> str:
    """JSON-LD as the text of a `script` element, which nothing in it can end.

    It is JSON that holds no `<`, `>`, `&` or separator of lines or paragraphs: each is written as `\\u003c`.
    """
    return msgspec.json.encode(document).decode().translate(_ESCAPED)


def _claim(claim: ClaimVersion, newest: ClaimVersion, measure: str, origin: str) -> Node:
    address = origin + claim_page(claim.id, claim.version)
    appearances = [source for source in claim.sources if source.stance is Stance.SUPPORTS]
    dated = [source for source in appearances if source.published_on is not None]
    first = min(dated, key=lambda source: source.published_on or "", default=None)
    is_retracted = newest.lifecycle is Lifecycle.RETRACTED
    return _stated(
        {
            "@type": "Claim",
            "@id": f"{address}#claim",
            "url": address,
            "identifier": claim.id,
            "version": claim.version,
            "name": shortened(claim.statement),
            "text": claim.statement,
            # who states a claim is a name to us: of a person, an organization, or of several
            "author": {"@type": "Thing", "name": claim.attributed_to},
            "datePublished": claim.stated_on,
            "dateModified": _instant(claim),
            "publisher": _us(origin),
            "inLanguage": LANGUAGE,
            "creativeWorkStatus": "Retracted" if is_retracted else "Published",
            "correction": _correction(newest if is_retracted else claim),
            "keywords": claim.topics or None,
            "appearance": [_work(source) for source in appearances] or None,
            "firstAppearance": None if first is None else _work(first),
            "citation": [_work(source) for source in claim.sources if source.stance is not Stance.SUPPORTS] or None,
            "about": _observation(claim, address, measure, origin),
        }
    )


def _observation(claim: ClaimVersion, address: str, measure: str, origin: str) -> Node | None:
    """The number as data. A bound is said as one, beside the number itself: more than 60 has `minValue` 60."""
    quantity = claim.quantity
    low, high = _bounds(quantity)
    if quantity.value is None and low is None and high is None:
        return None
    variable = origin + measure_page(claim.measure)
    return _stated(
        {
            "@type": "Observation",
            "@id": f"{address}#observation",
            "name": display(quantity),
            "measuredProperty": {"@type": "StatisticalVariable", "@id": variable, "url": variable, "name": measure},
            "value": quantity.value,
            "minValue": low,
            "maxValue": high,
            "unitText": quantity.unit,
            "observationAbout": {"@type": "Place", "name": claim.geography, "identifier": claim.geography},
            "observationDate": claim.period.end or claim.stated_on,
            "observationPeriod": _length(claim.period),
            "description": claim.scope,
        }
    )


def _length(period: Period) -> str | None:
    """How long a period is, as schema.org writes it: P1Y, P3M, P40D."""
    if period.start is None or period.end is None:
        return None
    first, after = day_of(period.start, 0.0), day_of(period.end, 1.0) + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if first.day != 1 or after.day != 1 or months < 1:
        return f"P{(after - first).days}D"
    return f"P{months // 12}Y" if months % 12 == 0 else f"P{months}M"


def _bounds(quantity: Quantity) -> tuple[str | None, str | None]:
    low, high, comparator = quantity.lower, quantity.upper, quantity.comparator
    if comparator in (Comparator.GT, Comparator.GTE):
        low = low or quantity.value
    if comparator in (Comparator.LT, Comparator.LTE):
        high = high or quantity.value
    return low, high


def _correction(claim: ClaimVersion) -> Node | None:
    """What a version put right, or why it was withdrawn."""
    change = claim.change
    if change.kind not in (ChangeKind.CORRECTION, ChangeKind.RETRACTION):
        return None
    text = change.note or ("Withdrawn." if change.kind is ChangeKind.RETRACTION else "Corrected.")
    return {"@type": "CorrectionComment", "text": text, "datePublished": _instant(claim)}


def _work(source: Source) -> Node:
    return _stated(
        {
            "@type": "CreativeWork",
            "name": source.title,
            "url": source.url,
            "archivedAt": source.archive_url,
            "publisher": {"@type": "Organization", "name": source.publisher},
            "datePublished": source.published_on,
        }
    )


def _us(origin: str) -> Node:
    return {"@type": "Organization", "name": PUBLISHER, "url": f"{origin}/"}


def _instant(claim: ClaimVersion) -> str:
    return claim.recorded_at.isoformat().replace("+00:00", "Z")


def _stated(node: Mapping[str, Any]) -> Node:
    """A node without what is not known."""
    return {name: value for name, value in node.items() if value is not None}
