"""What an edit makes of a claim: merge patches, what becomes of a verdict, and what a change is called."""

import msgspec
import pytest

from db.digest import digest_of
from schemas.claims import ClaimVersion
from schemas.editing import ClaimPatch, NewClaim, NewRetraction, NewVerdict
from schemas.failures import InvalidRequest
from service.editing import CHANGED_SINCE, created, judged, revised, withdrawn
from tests.given import PLAIN, fields

NEW = {name: PLAIN[name] for name in ("statement", "measure", "geography", "attributed_to")}
ANOTHER = {"title": "A", "publisher": "B", "kind": "primary", "stance": "supports", "read_as": "document"}
VERDICT = {
    "status": "verified",
    "rationale": "Read it.",
    "caveats": [],
    "decided_on": "2026-11-01",
    "decided_by": "Vera",
}


def version(**changed) -> ClaimVersion:
    record = {
        **fields(**changed),
        "version": 3,
        "position": 9,
        "recorded_at": "2026-11-23T12:00:00Z",
        "digest": "0" * 64,
    }
    placed = msgspec.convert(record, ClaimVersion)
    return msgspec.structs.replace(placed, digest=digest_of(placed))


def patched(current, by="Desk", **patch):
    return revised(current, msgspec.convert(patch, ClaimPatch), by)


def test_a_new_claim_is_unverified_and_its_author_s():
    claim = msgspec.convert({**NEW, "id": "x", "quantity": {"unit": "cranes"}}, NewClaim)
    draft = created(claim, "Desk")
    assert draft.verification.status == "unverified"
    assert (draft.change.kind, draft.change.severity, draft.change.by) == ("created", "minor", "Desk")
    assert (draft.lifecycle, draft.currency, draft.topics, draft.sources) == ("published", "current", [], [])
    assert (draft.quantity.comparator, draft.quantity.value) == ("eq", None)


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"scope": "Ports"}, {"scope": "Ports"}),
        ({"scope": None}, {"scope": None}),
        ({"stated_on": None}, {"stated_on": None}),
        ({"topics": None}, {"topics": []}),
        ({"topics": ["rail"]}, {"topics": ["rail"]}),
        ({"sources": None}, {"sources": []}),
        ({"period": None}, {"period": {"start": None, "end": None}}),
        ({"period": {"end": None}}, {"period": {"start": "2025", "end": None}}),
        ({"quantity": {"value": None}}, {"quantity": {**PLAIN["quantity"], "value": None}}),
        ({"quantity": {"unit": "masts"}}, {"quantity": {**PLAIN["quantity"], "unit": "masts"}}),
        ({}, {}),
    ],
)
def test_a_patch_is_merged(patch, expected):
    current = version(scope="Here")
    draft = msgspec.to_builtins(patched(current, **patch))
    before = msgspec.to_builtins(current)
    for name in set(draft) - {"change", "verification"}:
        assert draft[name] == expected.get(name, before[name]), name


def test_a_source_says_its_own_id_or_none():
    current = version()
    source = msgspec.to_builtins(current.sources[0])
    del source["id"]
    draft = patched(current, sources=[source])
    again = patched(current, sources=[msgspec.to_builtins(draft.sources[0])])
    assert again.sources == draft.sources
    with pytest.raises(InvalidRequest) as refused:
        patched(current, sources=[{**source, "id": "another-one"}])
    assert refused.value.faults[0].pointer == "/sources/0/id"


@pytest.mark.parametrize(
    ("patch", "by", "stands"),
    [
        ({"topics": ["rail"]}, "Desk", True),
        ({"currency": "historical"}, "Desk", True),
        ({"topics": ["rail"]}, "Vera", False),
        ({"sources": [*PLAIN["sources"], ANOTHER]}, "Desk", True),
        ({"sources": [ANOTHER]}, "Desk", False),
        ({"sources": []}, "Desk", False),
        ({"measure": "masts"}, "Desk", False),
        ({"quantity": {"value": "1"}, "change": {"severity": "typo"}}, "Desk", False),
        ({"statement": "Harbours run 4,101 cranes."}, "Desk", False),
        ({"quantity": {"value": "1"}}, "Desk", False),
        ({"scope": "Elsewhere"}, "Desk", False),
        ({"geography": "CN"}, "Desk", False),
        ({"period": {"end": "2024"}}, "Desk", False),
        ({"statement": "harbours run 4,100  automated Cranes"}, "Desk", True),
        ({"statement": "\u201cHarbours\u201d run 4,100 automated cranes!"}, "Desk", True),
        ({"statement": "harbours run 4,100 automated cranes."}, "Vera", False),
        ({"statement": "Harbours run 4.100 automated cranes."}, "Desk", False),
        ({"statement": "Harbours run 4100 automated cranes."}, "Desk", False),
        ({"statement": "Harbours run -4,100 automated cranes."}, "Desk", False),
        ({"statement": "Harbors run 4,100 automated cranes.", "change": {"severity": "typo"}}, "Desk", False),
    ],
)
def test_a_verdict_stands_as_long_as_what_it_is_about(patch, by, stands):
    current = version(verification=VERDICT)
    verification = patched(current, by, **patch).verification
    if stands:
        assert verification == current.verification
    else:
        assert (verification.status, verification.rationale) == ("unverified", CHANGED_SINCE)
        assert verification.decided_by is None


@pytest.mark.parametrize(
    ("patch", "kind", "severity"),
    [
        ({"statement": "More."}, "correction", "minor"),
        ({"quantity": {"value": "1"}}, "correction", "major"),
        ({"quantity": {"value": "1"}, "change": {"severity": "typo"}}, "correction", "major"),
        ({"quantity": {"value": "1"}, "change": {"kind": "update"}}, "update", "major"),
        ({"topics": []}, "update", "minor"),
        ({"currency": "historical"}, "update", "minor"),
        ({"statement": "Moore.", "change": {"severity": "typo", "note": "Oops."}}, "correction", "typo"),
        ({"topics": [], "change": {"kind": "correction", "severity": "typo", "note": "Oops."}}, "correction", "minor"),
    ],
)
def test_a_change_is_called_what_it_is(patch, kind, severity):
    change = patched(version(), **patch).change
    assert (change.kind, change.severity, change.by) == (kind, severity, "Desk")
    assert change.note == patch.get("change", {}).get("note")


def test_a_verdict_that_falls_is_major_news():
    current = version(verification=VERDICT)
    assert patched(current, statement="No harbour runs cranes.").change.severity == "major"
    assert patched(current, topics=[]).change.severity == "minor"


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        ("unverified", "verified", "minor"),
        ("unverified", "disputed", "minor"),
        ("unverified", "refuted", "major"),
        ("disputed", "refuted", "major"),
        ("refuted", "refuted", "minor"),
        ("verified", "refuted", "major"),
        ("verified", "disputed", "major"),
        ("verified", "unverified", "major"),
        ("verified", "verified_with_caveats", "minor"),
        ("refuted", "verified", "minor"),
    ],
)
def test_a_verdict_is_major_when_who_quoted_it_must_hear(before, after, severity):
    current = version(verification={**VERDICT, "status": before})
    verdict = NewVerdict(status=after, rationale="Looked again.", caveats=["One."])
    draft = judged(current, msgspec.convert(msgspec.to_builtins(verdict), NewVerdict), "Ben", "2026-11-23")
    assert draft.change.severity == severity
    assert (draft.verification.decided_on, draft.verification.decided_by) == ("2026-11-23", "Ben")
    assert draft.statement == current.statement


def test_a_retraction_changes_nothing_else():
    current = version(verification=VERDICT)
    draft = withdrawn(current, NewRetraction(reason="Invented."), "Desk")
    assert (draft.lifecycle, draft.change.note, draft.change.kind) == ("retracted", "Invented.", "retraction")
    same = set(msgspec.to_builtins(draft)) - {"lifecycle", "change"}
    assert all(getattr(draft, name) == getattr(current, name) for name in same)
