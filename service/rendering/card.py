"""What a card says of a claim, in a reader's language, whatever it is drawn as. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.claims import ChangeKind, ClaimVersion, Severity
from schemas.embeds import LaterVersion, Theme
from schemas.languages import Language
from schemas.sources import Source, Stance
from schemas.verification import Currency, Lifecycle, Status
from service.rendering.dates import day, written
from service.rendering.measuring import clipped
from service.rendering.numbers import display
from service.rendering.standing import STANDINGS
from service.rendering.translations import Say, sayer

RETRACTED = "retracted"
"""How a claim stands that is withdrawn, whatever verification found before."""
_MOST_SOURCES = 3
_LONGEST_REASON = 240
"""How many characters of a reason or a caveat a card shows: the page has all of it."""
_LONGEST_TITLE = 120
_OF_THE_TITLE = {Stance.CONTRADICTS: "Says otherwise", Stance.CONTEXT: "Context"}
_GRAVITY = {Severity.MAJOR: 2, Severity.MINOR: 1, Severity.TYPO: 0}
_UNKNOWN = 1
_AGAINST = {Status.DISPUTED, Status.REFUTED, Status.UNSUPPORTED}
"""What was found where the sources that say otherwise come first."""


@dataclass(frozen=True)
class Notice:
    """What a reader of this version must know: what has happened since, how much it matters, why, and where to read on.

    `reason` is as it was written, in English; empty where it is not worth the room. `version` is the newest.
    """

    what: str
    is_loud: bool
    reason: str
    version: int


@dataclass(frozen=True)
class Cited:
    """A source as a card lists it. `note` says what it does for the claim, unless it supports it."""

    title: str
    url: str | None
    publisher: str
    date: str
    note: str


@dataclass(frozen=True)
class Card:
    """A card's texts. What comes from the record is in English; the rest is in `language`.

    `number` is empty for a finding without one. `standing` names the colours; `newest` is the newest version there is.
    """

    id: str
    version: int
    newest: int
    is_pinned: bool
    language: Language
    theme: Theme
    statement: str
    number: str
    is_retracted: bool
    standing: str
    label: str
    sentence: str
    checked: str
    why: str
    notice: Notice | None
    superseded: str
    stated_by: str
    stated_on: str
    sources: Sequence[Cited]
    all_sources: str
    recorded: str
    recorded_at: datetime
    position: int

    @property
    def name(self) -> str:
        """What it is asked for by: the claim's id, and the version if it is pinned to it."""
        return f"{self.id}@{self.version}" if self.is_pinned else self.id

    def stop(self, text: str) -> str:
        """A text as a sentence of its language: with the full stop it has there."""
        return self.say("{text}.", text=text)

    @property
    def say(self) -> Say:
        """What says our texts in its language."""
        return sayer(self.language)


def card(
    claim: ClaimVersion,
    later: Sequence[LaterVersion],
    *,
    is_pinned: bool,
    language: Language = Language.EN,
    theme: Theme = Theme.AUTO,
) -> Card:
    """The card of a version of a claim. `later` are the versions after it, oldest first, up to the newest."""
    say = sayer(language)
    newest = later[-1].change if later else claim.change
    retracted = claim.lifecycle is Lifecycle.RETRACTED or newest.kind is ChangeKind.RETRACTION
    found = claim.verification
    standing = STANDINGS[found.status]
    return Card(
        id=claim.id,
        version=claim.version,
        newest=later[-1].version if later else claim.version,
        is_pinned=is_pinned,
        language=language,
        theme=theme,
        statement=claim.statement,
        number=display(claim.quantity, language),
        is_retracted=retracted,
        standing=RETRACTED if retracted else str(found.status),
        label=say("Retracted") if retracted else say(standing.label),
        sentence=say("Do not quote this number.") if retracted else say(standing.sentence),
        checked=""
        if retracted or not found.decided_on
        else say("Checked: {date}", date=written(found.decided_on, language)),
        why="" if retracted else clipped((found.caveats or [found.rationale])[0], _LONGEST_REASON),
        notice=_notice(claim, later, say, language, retracted=retracted),
        superseded=say("A newer figure has replaced this one.") if claim.currency is Currency.SUPERSEDED else "",
        stated_by=claim.attributed_to,
        stated_on=written(claim.stated_on, language) if claim.stated_on else "",
        sources=[_cited(source, say, language) for source in _top(claim)],
        all_sources=say("All {count} sources", count=len(claim.sources)) if len(claim.sources) > _MOST_SOURCES else "",
        recorded=say("As of version {version}, {date}", version=claim.version, date=day(claim.recorded_at, language)),
        recorded_at=claim.recorded_at,
        position=later[-1].position if later else claim.position,
    )


def _notice(
    claim: ClaimVersion, later: Sequence[LaterVersion], say: Say, language: Language, *, retracted: bool
) -> Notice | None:
    """What has happened since: of several changes the gravest, of those the latest; a retraction above all."""
    if retracted:
        last = later[-1] if later else claim
        what = say("Retracted on {date}", date=day(last.recorded_at, language))
        return Notice(what, True, clipped(last.change.note or "", _LONGEST_REASON), last.version)
    if not later:
        return None
    gravest = max(later, key=lambda each: (_GRAVITY.get(each.change.severity, _UNKNOWN), each.version))
    loud = gravest.change.severity is Severity.MAJOR
    said = {"date": day(gravest.recorded_at, language), "status": say(STANDINGS[gravest.status].label)}
    reason = clipped(gravest.change.note or "", _LONGEST_REASON) if loud else ""
    return Notice(say(_what(gravest), **said), loud, reason, later[-1].version)


def _what(later: LaterVersion) -> str:
    """What a change did, in English."""
    match later.change.kind, later.change.severity:
        case ChangeKind.CORRECTION, Severity.MAJOR:
            return "Corrected on {date}"
        case ChangeKind.CORRECTION, Severity.TYPO:
            return "Spelling corrected on {date}"
        case ChangeKind.CORRECTION, _:
            return "Details corrected on {date}"
        case ChangeKind.UPDATE, _:
            return "Updated on {date}"
        case ChangeKind.VERIFICATION, _:
            return "Checked again on {date}: {status}"
        case ChangeKind.SUPERSEDED, _:
            return "Replaced by a newer figure on {date}"
        case _:
            return "Changed on {date}"


def _top(claim: ClaimVersion) -> list[Source]:
    """The sources to show: those that support it first, or, where it is in doubt, those that say otherwise."""
    first = Stance.CONTRADICTS if claim.verification.status in _AGAINST else Stance.SUPPORTS
    order = [first, Stance.SUPPORTS, Stance.CONTRADICTS, Stance.CONTEXT]
    known = {stance: order.index(stance) for stance in Stance}
    return sorted(claim.sources, key=lambda source: known.get(source.stance, len(order)))[:_MOST_SOURCES]


def _cited(source: Source, say: Say, language: Language) -> Cited:
    note = _OF_THE_TITLE.get(source.stance, "")
    return Cited(
        title=clipped(source.title, _LONGEST_TITLE),
        url=source.url if source.url and source.url.startswith(("http://", "https://")) else None,
        publisher=clipped(source.publisher, _LONGEST_TITLE),
        date=written(source.published_on, language) if source.published_on else "",
        note=say(note) if note else "",
    )
