"""What changed: entries of the log as those read them who quoted, mirror or embed a claim."""

from typing import Annotated

from msgspec import Meta

from schemas.claims import Change, ChangeKind, Severity
from schemas.fields import Answer, Cursor, Digest, Instant, Line, Position, Request, Slug, VersionNumber
from schemas.requests import AsOf, Limit, Topics
from schemas.verification import Currency, Lifecycle, Status

MOST_CHANGES = 1000
LONGEST_WAIT = 30
"""Seconds a reader may wait for a change."""


class LoggedChange(Answer, frozen=True, kw_only=True):
    """One place in the log: which claim changed there, how, and what it says since. The version itself has the rest."""

    position: Position
    """Where the version stands in the log of all claims."""
    claim: Slug
    """The id of the claim."""
    version: VersionNumber
    """The version the change made, readable for ever under the claim's `versions`."""
    recorded_at: Instant
    """When the log recorded it."""
    statement: Line
    """The claim in one sentence, as this version words it."""
    change: Change
    lifecycle: Lifecycle
    currency: Currency
    status: Status
    """What verification has found."""
    topics: list[Slug]
    """The ids of the topics it is about."""
    digest: Digest


class ChangePage(Answer, frozen=True, kw_only=True):
    """The log from a position on, in its order. With filters, positions in between are those of other changes."""

    items: list[LoggedChange]
    """The changes, the oldest first. It may be empty although there are more: ask again from `next_after`."""
    next_after: Position
    """What to ask `after` next: every position up to it was looked at."""
    has_more: bool
    """Whether the log held more after `next_after` when this was answered. If not, wait, or ask again later."""


VersionLines = Annotated[
    str,
    Meta(
        title="VersionLines",
        description="The versions the changes made, whole, a line of JSON each, as `citable export` writes them: what "
        "a mirror reads. `Link` says with `next` where to go on.",
    ),
]
ChangeEvents = Annotated[
    str,
    Meta(
        title="ChangeEvents",
        description="Events (WHATWG HTML, server-sent events): each a `change` whose `id` is the position and whose "
        "`data` is a `LoggedChange`. A comment comes at least every fifteen seconds, with the `id` up to which the log "
        "was looked at.",
    ),
]


class CorrectionPage(Answer, frozen=True, kw_only=True):
    """Major changes of claims that were published before, newest first."""

    items: list[LoggedChange]
    """The corrections of this page, the newest first."""
    position: Position
    """The position of the log the page is as of."""
    next: Cursor | None
    """The cursor of the next page; null on the last one."""


Claims = Annotated[list[Slug], Meta(max_length=100, description="Is a change of any of these claims.")]
Kinds = Annotated[list[ChangeKind], Meta(max_length=20, description="Is of any of these kinds.")]
Severities = Annotated[list[Severity], Meta(max_length=20, description="Matters as much as any of these.")]


class ChangeFilter(Request, frozen=True, kw_only=True):
    """Which changes. Values of one repeated parameter are alternatives; different parameters must all match."""

    claim: Claims | None = None
    topic: Topics | None = None
    kind: Kinds | None = None
    severity: Severities | None = None

    def matches(self, change: LoggedChange) -> bool:
        """Whether a change is one of these: what `changes_between` asks Postgres."""
        return (
            (self.claim is None or change.claim in self.claim)
            and (self.topic is None or not set(self.topic).isdisjoint(change.topics))
            and (self.kind is None or change.change.kind in self.kind)
            and (self.severity is None or change.change.severity in self.severity)
        )


class ChangeQuery(ChangeFilter, frozen=True, kw_only=True):
    """Which changes, from where on, and how long to wait for one."""

    after: Annotated[Position, Meta(description="The position to go on from: 0 for the beginning of the log.")] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST_CHANGES, description="How many changes a page may have.")] = 100
    wait: Annotated[
        int,
        Meta(
            ge=0,
            le=LONGEST_WAIT,
            description="Seconds to wait for a change if there is none yet: the answer comes with the first.",
        ),
    ] = 0


class StreamQuery(ChangeFilter, frozen=True, kw_only=True):
    """Which changes to be told of, and from where on."""

    after: (
        Annotated[Position, Meta(description="The position to go on from; without it, the newest there is.")] | None
    ) = None


class CorrectionQuery(Request, frozen=True, kw_only=True):
    """Which corrections, as of when."""

    claim: Claims | None = None
    topic: Topics | None = None
    as_of: AsOf | None = None
    limit: Limit = 20
    cursor: Cursor | None = None
