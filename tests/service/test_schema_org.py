"""JSON-LD says what schema.org means by its words, and reviews only what was checked and stands."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import msgspec_schemaorg.models as vocabulary
import pytest
from pyld import jsonld

from schemas.verification import Status
from service.rendering.schema_org import BEST, WORST, as_script, claim_markup, markup, shortened
from tests.given import PLAIN
from tests.hostile import HOSTILE, claim, hostile, retracted

ORIGIN = "https://citable.example"
SCHEMA = "http://schema.org/"
CONTEXT = {
    "@vocab": SCHEMA, "schema": SCHEMA, "type": "@type", "id": "@id",
    "url": {"@id": "schema:url", "@type": "@id"},
    "archivedAt": {"@id": "schema:archivedAt", "@type": "@id"},
    "datePublished": {"@id": "schema:datePublished", "@type": "Date"},
    "dateModified": {"@id": "schema:dateModified", "@type": "Date"},
    "observationDate": {"@id": "schema:observationDate", "@type": "DateTime"},
}  # fmt: skip
"""What schema.org's own context says of the words we use."""


def document(version=None, newest=None, **changed):
    version = version or claim(**changed)
    return markup(version, newest or version, "Automated cranes", ORIGIN)


def load(url: str, options: object) -> dict:
    assert url.rstrip("/") == "https://schema.org"
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": {"@context": CONTEXT},
    }


def expanded(**changed) -> dict:
    (node,) = jsonld.expand(document(**changed), {"documentLoader": load})
    return node


def nodes(part: object) -> Iterator[dict]:
    """Every node of a document."""
    if isinstance(part, list):
        for inner in part:
            yield from nodes(inner)
    elif isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from nodes(inner)


def test_a_review_expands_to_what_schema_org_means():
    review = expanded(verification__status="disputed", verification__decided_on="2026-11-20")
    assert review["@type"] == [f"{SCHEMA}ClaimReview"]
    assert review["@id"] == f"{ORIGIN}/claims/harbour-cranes-4100@2#review"
    assert review[f"{SCHEMA}url"] == [{"@id": f"{ORIGIN}/claims/harbour-cranes-4100@2"}]
    assert review[f"{SCHEMA}datePublished"] == [{"@type": f"{SCHEMA}Date", "@value": "2026-11-20"}]
    (said,) = review[f"{SCHEMA}itemReviewed"]
    assert said["@type"] == [f"{SCHEMA}Claim"]
    assert said[f"{SCHEMA}text"] == [{"@value": PLAIN["statement"]}]
    (number,) = said[f"{SCHEMA}about"]
    assert number["@type"] == [f"{SCHEMA}Observation"]
    assert number[f"{SCHEMA}value"] == [{"@value": "4100"}]
    (measured,) = number[f"{SCHEMA}measuredProperty"]
    assert measured["@type"] == [f"{SCHEMA}StatisticalVariable"]
    assert measured["@id"] == f"{ORIGIN}/measures/automated-cranes"


@pytest.mark.parametrize("status", list(Status))
def test_every_word_is_one_of_its_type(status):
    """An Observation is a QuantitativeValue, too (https://schema.org/Observation)."""
    found = document(
        verification__status=str(status), change__kind="correction", scope="All ports.", quantity__comparator="gt"
    )
    kinds = [node for node in nodes(found) if "@type" in node]
    for node in kinds:
        known = {name for kind in (node["@type"], *["QuantitativeValue"] * (node["@type"] == "Observation"))
                 for name in getattr(vocabulary, kind).__struct_fields__}  # fmt: skip
        assert {name for name in node if not name.startswith("@")} <= known, node["@type"]
    assert {"Claim", "Observation", "StatisticalVariable", "CreativeWork", "CorrectionComment"} <= {
        node["@type"] for node in kinds
    }


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.UNVERIFIED])
def test_a_review_has_what_search_engines_require(status):
    """https://developers.google.com/search/docs/appearance/structured-data/factcheck"""
    review = document(verification__status=str(status))
    assert review["@type"] == "ClaimReview"
    assert 0 < len(review["claimReviewed"]) <= 75
    assert review["url"].startswith(f"{ORIGIN}/")
    rating = review["reviewRating"]
    assert rating["alternateName"]
    assert rating["alternateName"] not in review["claimReviewed"]
    if status is Status.UNSUPPORTED:
        assert "ratingValue" not in rating
    else:
        assert WORST == rating["worstRating"] <= rating["ratingValue"] <= rating["bestRating"] == BEST
    assert review["author"] == {"@type": "Organization", "name": "Citable", "url": f"{ORIGIN}/"}


def test_the_scale_goes_from_wrong_to_right_with_disputed_in_the_middle():
    order = ("refuted", "disputed", "verified_with_caveats", "verified")
    values = [document(verification__status=status)["reviewRating"]["ratingValue"] for status in order]
    assert values == sorted(set(values))
    assert values[1] == (WORST + BEST) / 2


@pytest.mark.parametrize(
    ("version", "newest"),
    [
        (claim(), claim()),
        (retracted(verification__status="refuted"), retracted(verification__status="refuted")),
        (claim(verification__status="verified"), retracted()),
        (claim(verification__status="verified", attributed_to="Citable"), None),
    ],
    ids=["unverified", "withdrawn", "withdrawn since", "our own"],
)
def test_what_is_unchecked_withdrawn_or_our_own_has_no_review(version, newest):
    found = document(version, newest)
    assert found["@type"] == "Claim"
    assert not [node for node in nodes(found) if node.get("@type") in ("ClaimReview", "Rating")]


def test_a_withdrawn_claim_says_so_and_why():
    found = document(claim(verification__status="verified"), retracted())
    assert found["creativeWorkStatus"] == "Retracted"
    assert found["correction"]["@type"] == "CorrectionComment"
    assert found["correction"]["text"] == "It was never said."


def test_a_correction_says_what_was_put_right():
    change = {"kind": "correction", "severity": "major", "note": "A new count.", "by": "desk"}
    found = document(verification__status="verified", change=change)
    assert found["correction"]["text"] == "A new count."
    assert "correction" not in document(verification__status="verified")


@pytest.mark.parametrize(
    ("quantity", "value", "low", "high"),
    [
        ({"value": "60", "comparator": "eq"}, "60", None, None),
        ({"value": "60", "comparator": "gt"}, "60", "60", None),
        ({"value": "60", "comparator": "lte"}, "60", None, "60"),
        ({"value": None, "comparator": "between", "lower": "6.20", "upper": "6.30"}, None, "6.20", "6.30"),
        ({"value": "999999999999999999.000000000000000001", "comparator": "eq"},
         "999999999999999999.000000000000000001", None, None),
    ],
)  # fmt: skip
def test_a_number_keeps_its_digits_and_its_bounds(quantity, value, low, high):
    number = document(quantity={**PLAIN["quantity"], **quantity})["about"]
    assert (number.get("value"), number.get("minValue"), number.get("maxValue")) == (value, low, high)


def test_a_finding_without_a_number_is_about_none():
    assert "about" not in document(quantity__value=None)


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [("2024-01-01", "2024-12-31", "P1Y"), ("2024", "2024", "P1Y"), ("2024-01", "2024-03", "P3M"), (None, "2024", None),
     ("2024-01-05", "2024-01-06", "P2D"), ("2023-11-01", "2026-03-31", "P29M")],
)  # fmt: skip
def test_a_period_has_a_length(start, end, length):
    assert document(period={"start": start, "end": end})["about"].get("observationPeriod") == length


def test_sources_are_where_it_appeared_first_and_where_it_is_doubted():
    source = PLAIN["sources"][0]
    sources = [
        {**source, "title": "Undated", "published_on": None},
        {**source, "title": "Later", "published_on": "2026-02"},
        {**source, "title": "First", "published_on": "2025"},
        {**source, "title": "Against", "stance": "contradicts", "published_on": "2024"},
    ]
    found = document(sources=sources)
    assert [work["name"] for work in found["appearance"]] == ["Undated", "Later", "First"]
    assert found["firstAppearance"]["name"] == "First"
    assert [work["name"] for work in found["citation"]] == ["Against"]


@pytest.mark.parametrize("length", [74, 75, 76, 400])
def test_a_long_claim_is_cut_after_a_word(length):
    statement = ("word " * 100)[:length].strip() + "."
    cut = shortened(statement)
    assert len(cut) <= 75
    assert cut == statement if len(statement) <= 75 else re.fullmatch(r"(word )*word…", cut)
    assert len(shortened("x" * 300)) == 75


class Scripts(HTMLParser):
    """What a page's scripts hold, and which elements it has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", [*HOSTILE, "a\u2028b\u2029c"])
def test_nothing_ends_the_script_it_stands_in(text):
    found = {"text": text} if "\u2028" in text else document(hostile(text))
    script = as_script(found)
    assert not re.search("[<>&\u2028\u2029]", script)
    page = Scripts()
    page.feed(f'<script type="application/ld+json">{script}</script>')
    assert page.tags == ["script"]
    assert json.loads(page.text) == found
    if "\u2028" not in text:
        version = hostile(text)
        assert json.loads(claim_markup(version, version, text, ORIGIN))["itemReviewed"]["text"] == text
