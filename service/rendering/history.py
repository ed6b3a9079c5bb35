"""What changed from each version of a claim to the next, as people read it. Pure."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from schemas.claims import Change, ChangeKind, ClaimVersion, Period, Severity
from schemas.sources import Source
from schemas.verification import Currency, Lifecycle
from service.rendering.dates import written
from service.rendering.numbers import display
from service.rendering.standing import STANDINGS

_WORDS = re.compile(r"\s+|\S+")
_DONE = {
    ChangeKind.CREATED: "Published",
    ChangeKind.CORRECTION: "Corrected",
    ChangeKind.UPDATE: "Updated",
    ChangeKind.VERIFICATION: "Checked",
    ChangeKind.SUPERSEDED: "Superseded by a newer figure",
    ChangeKind.RETRACTION: "Retracted",
}
CURRENCIES = {
    Currency.CURRENT: "Current: no newer figure has replaced it",
    Currency.SUPERSEDED: "Superseded: a newer figure has replaced it",
    Currency.HISTORICAL: "Historical: about the past, and stays right",
}
_LIFECYCLES = {Lifecycle.PUBLISHED: "Published", Lifecycle.RETRACTED: "Retracted"}


@dataclass(frozen=True)
class Part:
    """A piece of a text that was compared: `kept`, `removed` or `added`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two versions: what it is, and its text with what was removed and added."""

    what: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Step:
    """A version in a claim's history: what it did, and what differs from the one before; nothing for the first."""

    version: ClaimVersion
    done: str
    is_major: bool
    differences: Sequence[Difference]


def history(versions: Sequence[ClaimVersion]) -> list[Step]:
    """Versions of a claim, newest first, each with what it changed.

    Of the oldest given, what it changed is not known unless it is the first there is: it is left out.
    """
    steps = [_step(after, before) for after, before in pairwise(versions)]
    return [*steps, *(_step(last, None) for last in versions[-1:] if last.version == 1)]


def done(change: Change, status: str) -> str:
    """What a change did, in a word or two; `status` is the label of what verification found since."""
    if change.kind is ChangeKind.VERIFICATION:
        return f"{_DONE[change.kind]}: {status.lower()}"
    if change.kind is ChangeKind.CORRECTION and change.severity is Severity.TYPO:
        return "Spelling corrected"
    return _DONE.get(change.kind, str(change.kind).capitalize())


def differences(before: ClaimVersion, after: ClaimVersion) -> list[Difference]:
    """Everything a reader can see that differs between two versions of a claim."""
    found = [
        *_in_text("Statement", before.statement, after.statement),
        *_replaced("Number", display(before.quantity), display(after.quantity)),
        *_replaced("Status", _status(before), _status(after)),
        *_in_text("Why", before.verification.rationale, after.verification.rationale),
        *_in_list("Caveats", before.verification.caveats, after.verification.caveats),
        *_replaced("Publication", _LIFECYCLES[before.lifecycle], _LIFECYCLES[after.lifecycle]),
        *_replaced("Currency", CURRENCIES[before.currency], CURRENCIES[after.currency]),
        *_replaced("Measure", before.measure, after.measure),
        *_replaced("Place", before.geography, after.geography),
        *_in_text("Scope", before.scope or "", after.scope or ""),
        *_replaced("Period", period(before.period), period(after.period)),
        *_replaced("Stated on", _date(before.stated_on), _date(after.stated_on)),
        *_replaced("Stated by", before.attributed_to, after.attributed_to),
        *_in_list("Topics", before.topics, after.topics),
        *_in_sources(before.sources, after.sources),
        *_in_list("Related claims", _relations(before), _relations(after)),
    ]
    if found or before.quantity == after.quantity:
        return found
    return [Difference("Number", [Part("kept", "The same, written otherwise")])]


def period(period: Period) -> str:
    """The time a number describes: "2025 to March 2026", "until 2024"; empty if that is not said."""
    start, end = _date(period.start), _date(period.end)
    if start and end:
        return start if start == end else f"{start} to {end}"
    return f"since {start}" if start else f"until {end}" if end else ""


def _step(version: ClaimVersion, before: ClaimVersion | None) -> Step:
    change = version.change
    is_major = change.severity is Severity.MAJOR and change.kind is not ChangeKind.CREATED
    told = done(change, _status(version))
    return Step(version, told, is_major, differences(before, version) if before is not None else [])


def _status(version: ClaimVersion) -> str:
    return STANDINGS[version.verification.status].label


def _date(partial: str | None) -> str:
    return written(partial) if partial else ""


def _relations(version: ClaimVersion) -> list[str]:
    return [f"{relation.type.replace('_', ' ')} {relation.claim}" for relation in version.relations]


def _replaced(what: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        yield Difference(what, [part for part in (Part("removed", before), Part("added", after)) if part.text])


def _in_list(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    parts = [Part("removed", item) for item in before if item not in after]
    parts += [Part("added", item) for item in after if item not in before]
    if parts:
        yield Difference(what, parts)


def _in_text(what: str, before: str, after: str) -> Iterator[Difference]:
    """What differs word by word; texts that have little in common are shown one after the other."""
    if before == after:
        return
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    parts = [
        Part("kept", "".join(old[:first])),
        *_compared(old[first : len(old) - last], new[first : len(new) - last]),
        Part("kept", "".join(old[len(old) - last :])),
    ]
    kept = sum(len(part.text) for part in parts if part.kind == "kept")
    if 2 * kept < _ALIKE * (len(before) + len(after)):
        yield from _replaced(what, before, after)
    else:
        yield Difference(what, [part for part in parts if part.text])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two texts begin with alike."""
    return next((nth for nth, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _compared(old: Sequence[str], new: Sequence[str]) -> list[Part]:
    """Words with what was removed and added; where that would take long, all of them are."""
    if len(old) * len(new) > _MOST_COMPARED:
        return [Part("removed", "".join(old)), Part("added", "".join(new))]
    parts: list[Part] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Part("kept", "".join(old[i:j])))
        else:
            parts += [Part("removed", "".join(old[i:j])), Part("added", "".join(new[k:m]))]
    return parts


def _in_sources(before: Sequence[Source], after: Sequence[Source]) -> Iterator[Difference]:
    old, new = {source.id: source for source in before}, {source.id: source for source in after}
    parts = [Part("removed", _named(source)) for key, source in old.items() if key not in new]
    parts += [Part("added", _named(source)) for key, source in new.items() if key not in old]
    if parts:
        yield Difference("Sources", parts)
    for key, source in new.items():
        if key in old and old[key] != source:
            yield from _in_source(old[key], source)


def _in_source(before: Source, after: Source) -> Iterator[Difference]:
    named = f"Source: {_named(after)}"
    for field in after.__struct_fields__:
        old, new = getattr(before, field) or "", getattr(after, field) or ""
        yield from _in_text(f"{named}, {field.replace('_', ' ')}", str(old), str(new))


def _named(source: Source) -> str:
    return f"{source.title} ({source.publisher})"


_MOST_COMPARED = 20_000
"""How many pairs of words are compared: what two texts have in common takes longer to find than in proportion to it."""
_ALIKE = 0.4
"""The share of words that two texts must have in common to be shown as one text with its changes."""
