"""What a feed says to its readers, whatever format it is written in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.claims import ChangeKind, Severity
from schemas.feeds import FeedEntry
from service.rendering.numbers import display
from service.rendering.standing import STANDINGS

PUBLISHER = "Citable"
LANGUAGE = "en"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed that has no entries yet was changed."""

_DONE = {
    ChangeKind.CREATED: "New",
    ChangeKind.CORRECTION: "Corrected",
    ChangeKind.UPDATE: "Updated",
    ChangeKind.SUPERSEDED: "Superseded",
    ChangeKind.RETRACTION: "Retracted",
}
_FINDINGS = {ChangeKind.CREATED, ChangeKind.VERIFICATION}
"""Changes of which a reader wants to know what was found."""


@dataclass(frozen=True)
class Item:
    """One entry, the permanent address of its version, and of the version it withdrew, if it is a retraction."""

    address: str
    entry: FeedEntry
    withdrawn: str | None


@dataclass(frozen=True)
class Feed:
    """One page of a feed, and the absolute addresses of everything it names.

    `address` is that of the feed itself, `page` that of this page of it, `first` and `following` those of the first
    and the next one; `twin` is the same feed in the other format.
    """

    title: str
    description: str
    home: str
    address: str
    page: str
    first: str
    following: str | None
    twin: str
    items: Sequence[Item]

    @property
    def updated(self) -> datetime:
        """When its newest entry was recorded."""
        return self.items[0].entry.recorded_at if self.items else _NEVER


def headline(entry: FeedEntry) -> str:
    """What happened, and the claim: "Corrected: Harbours run 4,200 automated cranes."."""
    return f"{_happened(entry)}: {entry.statement}"


def reason(entry: FeedEntry) -> str:
    """Why there is an entry, for who reads no further: "Major correction: A new count.", or what was found."""
    kind, note = entry.change.kind, entry.change.note
    if kind in _FINDINGS:
        return f"{_finding(entry)} {note}" if note else _finding(entry)
    if kind is ChangeKind.SUPERSEDED and note:
        return note  # it names the newer claim
    how = "Major " if entry.change.severity is Severity.MAJOR and kind is not ChangeKind.RETRACTION else ""
    what = "Spelling corrected" if _is_spelling(entry) else f"{how}{kind}".capitalize()
    return f"{what}: {note}" if note else f"{what}."


def paragraphs(entry: FeedEntry) -> list[str]:
    """Everything an entry says, each paragraph without line breaks; why it is there comes first."""
    before, number = entry.before, display(entry.quantity)
    said = [reason(entry), entry.statement]
    if before is not None and before.statement != entry.statement:
        said.append(f"Before: {before.statement}")
    earlier = display(before.quantity) if before is not None else number
    if number or earlier:
        said.append(f"Number: {_and_before(number or 'none', earlier or 'none')}")
    if entry.change.kind not in _FINDINGS:
        said.append(f"Status: {_finding(entry)}")
    said.append(f"Stated by: {entry.attributed_to}")
    said.append(f"Version {entry.version} of {entry.claim}")
    return [line.strip() for text in said for line in text.split("\n") if line.strip()]


def _happened(entry: FeedEntry) -> str:
    if entry.change.kind is ChangeKind.VERIFICATION:
        return STANDINGS[entry.status].label
    return "Spelling corrected" if _is_spelling(entry) else _DONE[entry.change.kind]


def _is_spelling(entry: FeedEntry) -> bool:
    return entry.change.kind is ChangeKind.CORRECTION and entry.change.severity is Severity.TYPO


def _finding(entry: FeedEntry) -> str:
    """What verification found, and why."""
    before = entry.status if entry.before is None else entry.before.status
    return f"{_and_before(STANDINGS[entry.status].label, STANDINGS[before].label)}. {entry.rationale}"


def _and_before(now: str, before: str) -> str:
    return now if now == before else f"{now} (before: {before})"
