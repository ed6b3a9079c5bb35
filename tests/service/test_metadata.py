"""The head of a claim's page: what search engines, social networks and embedders read."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html as reader

from service.rendering.html import html
from service.rendering.metadata import metadata
from tests.hostile import HOSTILE, claim, hostile, retracted

ORIGIN = "https://citable.example"


def head(version=None, newest=None, *, pinned=True):
    version = version or claim()
    values = metadata(version, newest or version, "Automated cranes", ORIGIN, pinned=pinned)
    page = html("head_claim.html", head=values).decode()
    return reader.document_fromstring(f"<!doctype html><html><head>{page}</head><body></body></html>")


def meta(page) -> dict[str, str]:
    return {one.get("property") or one.get("name"): one.get("content") for one in page.iter("meta")}


def links(page) -> dict[str, str]:
    return {one.get("type") or one.get("rel"): one.get("href") for one in page.iter("link")}


def test_social_networks_get_a_card_that_is_pinned():
    said = meta(head())
    assert said["og:type"] == "article"
    assert said["og:title"] == "Unverified: Harbours run 4,100 automated cranes."
    assert said["og:url"] == f"{ORIGIN}/claims/harbour-cranes-4100@2"
    assert said["og:image"] == said["twitter:image"] == f"{ORIGIN}/embed/claims/harbour-cranes-4100@2.png"
    assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")
    assert "4,100 cranes" in said["og:image:alt"]
    assert said["twitter:card"] == "summary_large_image"
    assert said["article:modified_time"] == "2026-11-23T12:00:00Z"
    assert said["citation_title"] == "Harbours run 4,100 automated cranes"


@pytest.mark.parametrize("pinned", [True, False])
def test_embedders_find_oembed_with_the_address_of_the_page(pinned):
    page = head(pinned=pinned)
    found = urlsplit(links(page)["application/json+oembed"])
    shown = f"{ORIGIN}/claims/harbour-cranes-4100{'@2' if pinned else ''}"
    assert found.path == "/oembed"
    assert parse_qs(found.query) == {"url": [shown], "format": ["json"]}
    assert meta(page)["og:url"] == shown
    assert links(page)["canonical"] == f"{ORIGIN}/claims/harbour-cranes-4100"


def test_what_is_withdrawn_says_so_first():
    said = meta(head(claim(), retracted()))
    assert said["og:title"].startswith("Retracted: ")
    assert said["description"].startswith("Retracted, as of version 2. ")
    assert said["citation_title"].startswith("RETRACTED: ")


def test_the_json_ld_is_the_claim():
    (script,) = head(claim(verification__status="verified")).iter("script")
    assert script.get("type") == "application/ld+json"
    assert json.loads(script.text)["@type"] == "ClaimReview"


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_claim_says_adds_no_element(text):
    plain, harmed = (sorted(one.tag for one in head(version).iter()) for version in (hostile("Plain."), hostile(text)))
    assert harmed == plain
    for one in head(hostile(text)).iter():
        assert set(one.attrib) <= {"name", "property", "content", "rel", "href", "type", "title"}
    assert " ".join(text.split()) in meta(head(hostile(text)))["description"]
    (script,) = head(hostile(text)).iter("script")
    assert json.loads(script.text)["itemReviewed"]["text"] == text
