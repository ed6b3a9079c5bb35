"""Addresses and the Link fields that name them (RFC 8288, RFC 5829, RFC 7089)."""

import re
from datetime import UTC, datetime, timedelta

import httpx

from schemas.addresses import claim_path, version_path
from service.web.links import link, memento_links, page_links

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDED = {version: START + timedelta(hours=version) for version in range(1, 8)}


def relations(field: str) -> dict[str, str]:
    """Where each relation of a Link field leads, each of several names by itself."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', field)
    return {name: target for target, names in found for name in names.split() if name != "memento"}


def test_a_claim_and_its_versions_have_addresses():
    assert claim_path("a-b") == "/v1/claims/a-b"
    assert version_path("a-b", 3) == "/v1/claims/a-b/versions/3"


def test_a_link_names_its_relation_and_parameters():
    assert link("/a", "next") == '</a>; rel="next"'
    assert link("/a", "timemap", type="b/c") == '</a>; rel="timemap"; type="b/c"'


def test_a_page_links_to_itself_the_first_and_the_next():
    field = page_links("/v1/topics", {"limit": 5, "as_of": None, "cursor": "now"}, "then")
    assert relations(field) == {
        "self": "/v1/topics?limit=5&cursor=now",
        "first": "/v1/topics?limit=5",
        "next": "/v1/topics?limit=5&cursor=then",
    }


def test_the_last_page_links_to_no_next():
    assert set(relations(page_links("/v1/topics", {"limit": 5}, None))) == {"self", "first"}


def test_what_was_asked_comes_back_whatever_it_holds():
    asked = {"q": 'a "b" <c>, d; e=é&f>\\', "topic": ["one", "two"], "cursor": None}
    for target in relations(page_links("/v1/claims", asked, "x")).values():
        parameters = httpx.URL(target).params
        assert parameters["q"] == asked["q"]
        assert parameters.get_list("topic") == ["one", "two"]
        assert not set(target) & set('<>"\\ ,')


def test_nothing_asked_is_a_plain_address():
    assert relations(page_links("/v1/topics", {}, None)) == {"self": "/v1/topics", "first": "/v1/topics"}


def test_a_version_in_the_middle_links_to_all_its_neighbours():
    named = {version: RECORDED[version] for version in (1, 3, 4, 5, 7)}
    found = relations(memento_links("a", named, 4))
    assert found == {
        "original": "/v1/claims/a",
        "timegate": "/v1/claims/a",
        "latest-version": "/v1/claims/a",
        "timemap": "/v1/claims/a/timemap",
        "version-history": "/v1/claims/a/versions",
        "describedby": "/openapi.json",
        "first": version_path("a", 1),
        "prev": version_path("a", 3),
        "predecessor-version": version_path("a", 3),
        "next": version_path("a", 5),
        "successor-version": version_path("a", 5),
        "last": version_path("a", 7),
    }


def test_an_only_version_is_first_and_last_and_has_no_neighbours():
    found = relations(memento_links("a", {1: START}, 1))
    assert found["first"] == found["last"] == version_path("a", 1)
    assert not {"prev", "next", "predecessor-version", "successor-version"} & set(found)


def test_each_memento_says_when_it_was_recorded():
    field = memento_links("a", {version: RECORDED[version] for version in (1, 2, 3)}, 2)
    dates = re.findall(r'versions/(\d)>; rel="[^"]*memento"; datetime="([^"]*)"', field)
    assert dates == [
        ("1", "Mon, 23 Nov 2026 13:00:00 GMT"),
        ("2", "Mon, 23 Nov 2026 14:00:00 GMT"),
        ("3", "Mon, 23 Nov 2026 15:00:00 GMT"),
    ]
