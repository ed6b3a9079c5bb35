"""PATCH /v1/claims/{id}: a merge patch (RFC 7396) makes the next version; a verdict stands while its wording does."""

import asyncio
from collections import Counter

import pytest

from tests.web.writing import PATCH, SUPPORT, VERDICT, assert_refused, created, relation, revised

ANOTHER = "cn-ai-firms-6200"
OTHER_SOURCE = {**SUPPORT, "url": "https://elsewhere.example/cranes", "publisher": "Elsewhere"}

WORDING = {
    "statement": {"statement": "Harbours run some cranes."},
    "value": {"quantity": {"value": "4200"}},
    "comparator": {"quantity": {"comparator": "approx"}},
    "unit": {"quantity": {"unit": "winches"}},
    "bounds": {"quantity": {"lower": "4000", "upper": "4200"}},
    "no value": {"quantity": {"value": None}},
    "geography": {"geography": "EU"},
    "measure": {"measure": "cranes"},
    "scope": {"scope": "Big ones."},
    "period": {"period": {"end": None}},
    "no period": {"period": None},
}
"""Changes of what a verdict is about."""

BESIDES = {
    "topics": {"topics": []},
    "currency": {"currency": "historical"},
    "stated_on": {"stated_on": "2026"},
    "attributed_to": {"attributed_to": "The Port Register"},
    "relations": {"relations": [relation("competes_with", ANOTHER)]},
    "another source": {"sources": [SUPPORT, {**OTHER_SOURCE, "stance": "context"}]},
}
"""Changes that leave it alone."""

DESCRIBED = [
    ({"statement": "Harbours run some cranes."}, "correction", "minor"),
    ({"quantity": {"value": "4200"}}, "correction", "major"),
    ({"quantity": {"unit": "winches"}}, "correction", "major"),
    ({"scope": "Big ones."}, "update", "minor"),
    ({"topics": []}, "update", "minor"),
    ({"currency": "historical"}, "update", "minor"),
    ({"currency": "superseded"}, "superseded", "minor"),
    ({"quantity": {"value": "4200"}, "change": {"severity": "minor"}}, "correction", "major"),
    ({"quantity": {"value": "4200"}, "change": {"severity": "typo"}}, "correction", "major"),
    ({"quantity": {"value": "4200"}, "change": {"kind": "update"}}, "update", "major"),
    ({"statement": "Harbours run sum cranes.", "change": {"severity": "typo"}}, "correction", "typo"),
    ({"topics": [], "change": {"kind": "correction", "severity": "major"}}, "correction", "major"),
]
"""A patch, and the kind and severity of the version it makes."""


async def test_a_revision_is_answered_as_anyone_reads_it(desk):
    first = await desk.published()
    answer = await desk.editor.revise(first["id"], {"scope": "Big ones.", "change": {"note": "We asked."}})
    assert answer.status_code == 200
    await desk.assert_anyone_reads(answer)
    assert answer.headers["content-location"] == f"/v1/claims/{first['id']}/versions/2"
    assert "location" not in answer.headers
    version = answer.json()
    assert version["change"] == {"kind": "update", "severity": "minor", "note": "We asked.", "by": "editor"}
    stays = set(version) - {"scope", "change", "version", "position", "recorded_at", "digest"}
    assert {name: version[name] for name in stays} == {name: first[name] for name in stays}
    assert (await desk.versions(first["id"]))[0] == first


async def test_absent_stays_null_removes_and_a_list_is_replaced(desk):
    """The examples of RFC 7396, appendix A, in the words of a claim."""
    claim = await desk.published(scope="Big ones.", quantity__lower="4000", quantity__upper="4200")
    bare = {**claim["quantity"], "lower": None, "upper": None}
    steps = [
        ({"scope": "Small ones."}, {"scope": "Small ones."}),
        ({"scope": None}, {"scope": None}),
        ({"quantity": {"lower": None}}, {"quantity": {**claim["quantity"], "lower": None}}),
        ({"quantity": {"value": "4150", "upper": None}}, {"quantity": {**bare, "value": "4150"}}),
        ({"period": {"start": "2024"}}, {"period": {"start": "2024", "end": "2025"}}),
        ({"period": {"end": None}}, {"period": {"start": "2024", "end": None}}),
        ({"period": None, "stated_on": "2026-01"}, {"period": {"start": None, "end": None}, "stated_on": "2026-01"}),
        ({"topics": ["mills"]}, {"topics": ["mills"]}),
        ({"topics": None}, {"topics": []}),
        ({"sources": None, "stated_on": None}, {"sources": [], "stated_on": None}),
    ]  # fmt: skip
    expected = {
        name: claim[name] for name in ("statement", "quantity", "period", "topics", "sources", "scope", "stated_on")
    }
    for count, (patch, changed) in enumerate(steps, 2):
        expected |= changed
        version = revised(await desk.editor.revise(claim["id"], patch))
        assert {name: version[name] for name in expected} == expected, patch
        assert version["version"] == count


async def test_a_source_may_be_sent_back_as_it_was_read(desk):
    claim = await desk.published()
    version = revised(await desk.editor.revise(claim["id"], {"sources": [*claim["sources"], OTHER_SOURCE]}))
    assert version["sources"][0] == claim["sources"][0]
    assert len(version["sources"]) == 2
    wrong = [{**claim["sources"][0], "url": "https://third.example/"}]
    async with desk.unchanged():
        assert_refused(await desk.editor.revise(claim["id"], {"sources": wrong}), 400, "#/sources/0/id")


async def test_every_curated_claim_can_be_revised(desk):
    """Whatever was imported, a patch of something else does not trip over it."""
    page = (await desk.api.get("/v1/claims?limit=100&sort=recorded_at")).json()["items"]
    for claim in [one for one in page if one["change"]["by"] == "curated set"][::7]:
        version = revised(await desk.editor.revise(claim["id"], {"scope": "Seen again."}))
        assert version["version"] == claim["version"] + 1


NOTHING = [
    {},
    {"change": {"note": "Nothing.", "severity": "major"}},
    {"quantity": {}, "period": {}},
    {"quantity": {"value": "4100"}, "topics": ["ports"], "scope": None},
]


@pytest.mark.parametrize("patch", NOTHING)
async def test_what_changes_nothing_adds_nothing(patch, desk):
    claim = await desk.verified()
    async with desk.unchanged():
        answer = await desk.editor.revise(claim["id"], patch)
        assert revised(answer) == claim == await desk.newest(claim["id"])
        assert answer.headers["content-location"].endswith("/versions/2")


@pytest.mark.parametrize(("patch", "kind", "severity"), DESCRIBED)
async def test_a_version_says_what_it_changed_and_how_much_that_matters(patch, kind, severity, desk):
    claim = await desk.published()
    change = revised(await desk.editor.revise(claim["id"], patch))["change"]
    assert (change["kind"], change["severity"]) == (kind, severity)


@pytest.mark.parametrize("what", WORDING)
async def test_another_wording_is_unverified_again(what, desk):
    claim = await desk.verified()
    version = revised(await desk.editor.revise(claim["id"], WORDING[what]))
    assert version["verification"]["status"] == "unverified"
    assert version["verification"]["decided_by"] is version["verification"]["decided_on"] is None
    assert version["verification"]["caveats"] == []
    assert version["verification"]["rationale"]


@pytest.mark.parametrize("what", BESIDES)
async def test_a_verdict_stands_when_its_wording_does(what, desk):
    claim = await desk.verified()
    version = revised(await desk.editor.revise(claim["id"], BESIDES[what]))
    assert version["version"] == claim["version"] + 1
    assert version["verification"] == claim["verification"]


async def test_a_verdict_survives_other_punctuation_by_another_and_nothing_else(desk):
    mended = {"statement": "“Harbours” run 4,100 automated cranes", "change": {"severity": "typo"}}
    claim = await desk.verified()
    assert revised(await desk.editor.revise(claim["id"], mended))["verification"] == claim["verification"]
    claim = await desk.verified()
    assert revised(await desk.verifier.revise(claim["id"], mended))["verification"]["status"] == "unverified"
    claim = await desk.verified()
    reworded = {"statement": "Harbours run 4,100 automatic cranes.", "change": {"severity": "typo"}}
    assert revised(await desk.editor.revise(claim["id"], reworded))["verification"]["status"] == "unverified"


@pytest.mark.parametrize("what", ["value", "unit", "comparator", "no value", "bounds"])
async def test_another_number_is_never_a_typo(what, desk):
    """Else an editor alone makes any number `verified`: nobody has seen it, and four eyes have looked at another."""
    claim = await desk.verified()
    version = revised(await desk.editor.revise(claim["id"], {**WORDING[what], "change": {"severity": "typo"}}))
    assert version["change"]["severity"] == "major"
    assert version["verification"]["status"] == "unverified"


async def test_a_verifier_does_not_exchange_the_evidence_under_their_own_verdict(desk):
    """They are then the author of the newest content and the one who verified it (four eyes)."""
    claim = await desk.verified()
    version = revised(await desk.verifier.revise(claim["id"], {"sources": [OTHER_SOURCE]}))
    assert version["verification"]["status"] == "unverified"


@pytest.mark.parametrize("sources", [[], None, [{**SUPPORT, "stance": "contradicts"}], [OTHER_SOURCE]])
async def test_a_claim_is_not_verified_by_sources_that_are_gone(sources, desk):
    claim = await desk.verified()
    answer = await desk.editor.revise(claim["id"], {"sources": sources})
    assert answer.status_code == 422 or revised(answer)["verification"]["status"] == "unverified"


async def test_what_is_no_object_is_no_patch_of_a_claim(desk):
    id = (await desk.published())["id"]
    async with desk.unchanged():
        for body in ([], ["c"], "x", 5, None, [{"op": "replace", "path": "/scope", "value": "x"}]):
            assert_refused(await desk.editor.revise(id, body), 400, "#")
        for media in ("application/json", "application/json-patch+json", "application/merge-patch"):
            answer = await desk.editor.send("PATCH", f"/v1/claims/{id}", {}, media, If_Match=await desk.tag(id))
            assert_refused(answer, 415)
            assert answer.headers["accept-patch"] == PATCH


async def test_a_revision_supersedes_as_a_new_claim_does(desk):
    older, newer = await desk.published(), await desk.published()
    version = revised(await desk.editor.revise(newer["id"], {"relations": [relation("supersedes", older["id"])]}))
    told = await desk.newest(older["id"])
    assert (told["version"], told["recorded_at"]) == (2, version["recorded_at"])
    assert told["position"] == version["position"] + 1
    assert told["relations"] == [relation("superseded_by", newer["id"])]


async def test_a_supersession_has_no_circle_however_long(desk):
    first = await desk.published()
    chain = [first]
    for _ in range(3):
        chain.append(await desk.published(relations=[relation("supersedes", chain[-1]["id"])]))
        async with desk.unchanged():
            back = {"relations": [relation("supersedes", chain[-1]["id"])]}
            answer = await desk.editor.revise(first["id"], back)
            assert_refused(answer, 422, "#/relations", "supersession_has_no_circle")


async def test_what_a_superseding_claim_says_is_not_unsaid_by_the_other(desk):
    older = await desk.published()
    newer = await desk.published(relations=[relation("supersedes", older["id"])])
    told = await desk.newest(older["id"])
    async with desk.unchanged():
        for patch in ({"relations": []}, {"relations": [], "currency": "current"}):
            answer = await desk.editor.revise(older["id"], patch)
            assert answer.status_code == 422, (patch, answer.text[:200])
    assert told["relations"] == [relation("superseded_by", newer["id"])]
    assert told["currency"] == "superseded"


async def test_of_many_who_revise_one_version_one_does(desk):
    claim = await desk.published()
    tag = await desk.tag(claim["id"])
    patches = [{"scope": f"Number {n}."} for n in range(8)]
    answers = await asyncio.gather(*(desk.editor.revise(claim["id"], one, If_Match=tag) for one in patches))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    assert all(a.json()["current"] == winner for a in answers if a.status_code == 412)
    assert (await desk.newest(claim["id"]))["version"] == 2


async def test_a_verdict_and_a_revision_at_once_are_not_mixed(desk):
    claim = await desk.published()
    tag = await desk.tag(claim["id"])
    answers = await asyncio.gather(
        desk.verifier.verify(claim["id"], VERDICT, If_Match=tag),
        desk.editor.revise(claim["id"], {"quantity": {"value": "1"}}, If_Match=tag),
        desk.editor.retract(claim["id"], If_Match=tag),
    )
    assert sum(answer.status_code == 412 for answer in answers) == 2
    assert (await desk.newest(claim["id"]))["version"] == 2


async def test_revisions_after_one_another_count_up(desk):
    claim = await desk.published()
    for number in range(2, 6):
        assert revised(await desk.editor.revise(claim["id"], {"scope": f"Number {number}."}))["version"] == number
    created(await desk.editor.retract(claim["id"]))
    assert [version["version"] for version in await desk.versions(claim["id"])] == [1, 2, 3, 4, 5, 6]
