"""What a feed says of a change: titles, numbers in words, and nothing lost of what was said before."""

import msgspec
import pytest

from schemas.claims import ChangeKind, Severity
from schemas.feeds import FeedEntry
from schemas.verification import Status
from service.rendering.feed import headline, paragraphs, reason
from tests.given import PLAIN, with_changes

ENTRY = {
    **{name: PLAIN[name] for name in ("statement", "quantity", "attributed_to", "lifecycle", "currency", "topics")},
    "change": {"kind": "correction", "severity": "major", "note": "A new count.", "by": "desk"},
    "claim": PLAIN["id"], "version": 2, "position": 7, "recorded_at": "2026-11-23T12:00:00Z", "digest": "0" * 64,
    "status": "unverified", "rationale": "Not checked yet.", "source": "https://register.example/cranes",
    "before": {"statement": PLAIN["statement"], "quantity": PLAIN["quantity"], "status": "unverified"},
}  # fmt: skip


def entry(**changed) -> FeedEntry:
    """An entry with fields changed; `change__kind` names a field inside another."""
    return msgspec.convert(with_changes(ENTRY, changed), FeedEntry)


def test_a_number_is_said_as_people_read_it():
    big = {"quantity__value": "10000000000", "quantity__comparator": "gt"}
    assert "Number: more than 10 billion cranes (before: 4,100 cranes)" in paragraphs(entry(**big))


def test_every_kind_of_change_has_a_title_of_its_own():
    titles = {headline(entry(change__kind=str(kind))).partition(":")[0] for kind in ChangeKind}
    assert len(titles) == len(ChangeKind)
    assert titles >= {"New", "Corrected", "Updated", "Superseded", "Retracted"}


def test_a_verdict_is_called_what_was_found():
    titles = {headline(entry(change__kind="verification", status=str(status))).partition(":")[0] for status in Status}
    assert len(titles) == len(Status)
    assert titles >= {"Verified", "Disputed", "Refuted", "Unsupported"}


def test_a_spelling_that_was_mended_is_no_correction_of_the_claim():
    assert headline(entry(change__severity="typo")).startswith("Spelling corrected: ")
    for severity in (Severity.MAJOR, Severity.MINOR):
        assert headline(entry(change__severity=str(severity))).startswith("Corrected: ")


@pytest.mark.parametrize(
    ("kind", "severity", "note", "said"),
    [
        ("correction", "major", "A new count.", "Major correction: A new count."),
        ("correction", "minor", None, "Correction."),
        ("correction", "typo", None, "Spelling corrected."),
        ("update", "minor", "A new year.", "Update: A new year."),
        ("update", "major", None, "Major update."),
        ("retraction", "major", "It was never said.", "Retraction: It was never said."),
        ("superseded", "minor", "Superseded by cranes-2026.", "Superseded by cranes-2026."),
        ("superseded", "minor", None, "Superseded."),
        ("verification", "minor", None, "Disputed (before: Unverified). Another counts 3,900."),
        ("verification", "minor", "At last.", "Disputed (before: Unverified). Another counts 3,900. At last."),
    ],
)
def test_a_reason_is_a_sentence_for_who_reads_no_further(kind, severity, note, said):
    changed = {"change__kind": kind, "change__severity": severity, "change__note": note}
    told = entry(**changed, status="disputed", rationale="Another counts 3,900.")
    assert reason(told) == said
    assert paragraphs(told)[:2] == [said, PLAIN["statement"]]
    assert sum("Another counts 3,900." in line for line in paragraphs(told)) == 1


def test_what_did_not_change_is_not_said_to_have():
    said = paragraphs(entry())
    assert not [line for line in said if "before" in line.lower()]
    assert said == [
        "Major correction: A new count.", PLAIN["statement"], "Number: 4,100 cranes",
        "Status: Unverified. Not checked yet.", "Stated by: Port Register", "Version 2 of harbour-cranes-4100",
    ]  # fmt: skip


def test_a_first_version_has_nothing_before_it():
    said = paragraphs(entry(before=None, version=1, change__kind="created"))
    assert not [line for line in said if "before" in line.lower()]
    assert said[:2] == ["Unverified. Not checked yet. A new count.", PLAIN["statement"]]


def test_a_number_that_is_new_had_none_before():
    assert "Number: 4,100 cranes (before: none)" in paragraphs(entry(before__quantity__value=None))


def test_a_number_that_is_gone_is_said():
    assert "Number: none (before: 4,100 cranes)" in paragraphs(entry(quantity__value=None))


def test_lines_of_a_note_are_paragraphs():
    said = paragraphs(entry(change__note="One.\n\n  Two.\n"))
    assert said[:2] == ["Major correction: One.", "Two."]
