"""Citations are read back by the libraries of those who use them, whatever a claim says."""

import msgspec
import pytest
import rispy
from pybtex.database import parse_string

from schemas.citations import CitationStyle, CslItem
from service.rendering.citations import citation, item_of
from tests.given import PLAIN
from tests.hostile import HOSTILE, LINES, claim, hostile, retracted

ORIGIN = "https://citable.example"
ADDRESS = f"{ORIGIN}/claims/harbour-cranes-4100@2"
TEX = {
    r"\&": "&", r"\%": "%", r"\$": "$", r"\#": "#", r"\_": "_", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^",
    r"\textbraceleft{}": "{", r"\textbraceright{}": "}", r"\textbackslash{}": "\\",
}  # fmt: skip


def cited(style: str, version=None, newest=None) -> str:
    version = version or claim()
    return citation(CitationStyle(style), version, newest or version, ORIGIN).decode()


def plain(tex: str) -> str:
    """What LaTeX prints."""
    for command, character in TEX.items():
        tex = tex.replace(command, character)
    return tex


def test_apa_names_the_publisher_the_day_the_claim_the_version_and_the_address():
    assert cited("apa") == (
        f"Citable. (2026, November 23). Harbours run 4,100 automated cranes [Claim, version 2]. {ADDRESS}\n"
    )


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("verified", "verified the claim"),
        ("verified_with_caveats", "verified the claim, with caveats"),
        ("disputed", "lists the claim as disputed"),
        ("unsupported", "found no evidence for the claim"),
        ("refuted", "found the claim to be wrong"),
        ("unverified", "has not verified the claim"),
    ],
)
def test_ap_says_who_states_it_and_what_was_found(status, found):
    assert cited("ap", claim(verification__status=status)) == (
        f"Harbours run 4,100 automated cranes, according to Port Register. Citable {found}, as of Nov. 23, 2026 "
        f"(version 2): {ADDRESS}\n"
    )


def test_ap_names_months_as_newsrooms_do():
    days = ("2026-03-01T00:00:00Z", "2026-09-01T00:00:00Z", "2026-06-30T00:00:00Z")
    said = [cited("ap", claim(recorded_at=day)) for day in days]
    assert ["March 1, 2026" in said[0], "Sept. 1, 2026" in said[1], "June 30, 2026" in said[2]] == [True] * 3


def test_an_older_version_says_that_there_is_a_newer_one():
    newer = claim(version=5, recorded_at="2026-12-01T00:00:00Z")
    assert "(version 2; the newest is 5, of Dec. 1, 2026)" in cited("ap", claim(), newer)
    for style in ("bibtex", "ris", "csl-json"):
        assert "There is a newer version, 5, of 2026-12-01." in cited(style, claim(), newer)


@pytest.mark.parametrize("style", list(CitationStyle))
def test_what_was_withdrawn_is_cited_as_such_whichever_version_is_cited(style):
    for version in (claim(), retracted()):
        said = cited(style, version, retracted())
        assert "RETRACTED: Harbours run" in said
        assert f"/claims/harbour-cranes-4100@{version.version}" in said
    if style is not CitationStyle.APA:  # it has no place for a reason
        assert "It was never said." in said
        assert "23" in said


def test_csl_json_is_a_list_of_one_item():
    (item,) = msgspec.json.decode(cited("csl-json"), type=list[CslItem])
    assert item == item_of(claim(), claim(), ORIGIN)
    (raw,) = msgspec.json.decode(cited("csl-json"))
    assert raw["issued"] == {"date-parts": [[2026, 11, 23]]}
    assert raw["URL"] == ADDRESS
    assert raw["author"] == [{"literal": "Citable"}]


def test_bibtex_says_the_same():
    entry = parse_string(cited("bibtex"), "bibtex").entries["harbour-cranes-4100-v2"]
    assert entry.type == "misc"
    assert entry.fields["title"] == "{Harbours run 4,100 automated cranes}"
    assert entry.fields["url"] == ADDRESS
    assert entry.fields["version"] == "2"
    assert (entry.fields["year"], entry.fields["month"]) == ("2026", "November")
    assert entry.fields["note"] == "Stated by Port Register. As of 2026-11-23: unverified."
    assert [str(person) for person in entry.persons["author"]] == ["{Citable}"]


def test_ris_says_the_same():
    (record,) = rispy.loads(cited("ris"))
    assert record["type_of_reference"] == "ELEC"
    assert record["title"] == "Harbours run 4,100 automated cranes"
    assert record["urls"] == [ADDRESS]
    assert record["date"] == "2026/11/23"
    assert record["edition"] == "Version 2"
    assert record["authors"] == ["Citable"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_claim_says_stays_a_text(text):
    version = hostile(text)
    title = item_of(version, version, ORIGIN).title
    (entry,) = parse_string(cited("bibtex", version), "bibtex").entries.values()
    assert plain(entry.fields["title"].removeprefix("{").removesuffix("}")) == title
    assert set(entry.fields) == {"title", "howpublished", "version", "year", "month", "publisher", "url", "note"}
    (record,) = rispy.loads(cited("ris", version))
    assert record["title"] == title
    assert record["urls"] == [ADDRESS]
    assert len(cited("ris", version).splitlines()) == 13
    (item,) = msgspec.json.decode(cited("csl-json", version))
    assert item["title"] == title
    for style in ("apa", "ap"):
        said = cited(style, version)
        assert said.count("\n") == 1
        assert title in said
        assert ADDRESS in said


@pytest.mark.parametrize("text", LINES)
@pytest.mark.parametrize("style", list(CitationStyle))
def test_a_reason_of_several_lines_adds_none(style, text):
    one, several = retracted("One line."), retracted()
    several = msgspec.structs.replace(several, change=msgspec.structs.replace(several.change, note=text))
    assert len(cited(style, several).splitlines()) == len(cited(style, one).splitlines())
    if style is CitationStyle.RIS:
        (record,) = rispy.loads(cited(style, several))
        assert record["type_of_reference"] == "ELEC"


def test_a_title_has_no_full_stop_of_its_own():
    assert PLAIN["statement"].endswith(".")
    assert "cranes." not in cited("apa")
    assert "Is it so? [Claim" in cited("apa", claim(statement="Is it so?"))
    assert "Is it so? (according to Port Register). Citable" in cited("ap", claim(statement="Is it so?"))
