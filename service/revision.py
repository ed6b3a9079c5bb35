"""What a set of drafts does to the claims there are: which are new, which changed and how, and what that supersedes.

Pure: versions and drafts in, drafts out.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import msgspec

from schemas.claims import Change, ChangeKind, ClaimVersion, Draft, Relation, RelationType, Severity
from schemas.verification import Currency, Lifecycle, Status

_WORDS = {"statement", "scope", "attributed_to"}
"""What a mistake of writing can be in."""
_CONTENT = tuple(name for name in Draft.__struct_fields__ if name not in ("id", "change"))


def revisions(
    drafts: Iterable[Draft], current: Mapping[str, ClaimVersion], superseding: Iterable[ClaimVersion] = ()
) -> list[Draft]:
    """The drafts that must be appended so that each claim reads as its draft does, those it supersedes included.

    `current` holds the newest versions of the drafts' claims and of the claims they supersede; `superseding` those that
    supersede a draft's claim, which the draft need not know of. A draft that says what its claim already says is left
    out. The order is that of `drafts`; superseded claims follow.
    """
    wanted = {draft.id: _kept_if_retracted(draft, current.get(draft.id)) for draft in drafts}
    for version in superseding:
        if version.id not in wanted:
            for older in wanted.keys() & set(superseded(version)):
                wanted[older] = _told_of(wanted[older], version.id)
    for draft in list(wanted.values()):
        for older in superseded(draft):
            if older == draft.id:
                continue  # a rule of its own forbids that
            other = wanted.get(older) or (_as_draft(current[older], draft) if older in current else None)
            if other is not None:
                wanted[older] = _told_of(other, draft.id)
    return [
        _described(draft, current.get(draft.id))
        for draft in wanted.values()
        if draft.id not in current or changed_fields(draft, current[draft.id])
    ]


def superseding_anew(drafts: Iterable[Draft], current: Mapping[str, ClaimVersion]) -> list[Draft]:
    """The drafts that supersede what their claims did not supersede before."""
    return [d for d in drafts if set(superseded(d)) - set(superseded(current[d.id]) if d.id in current else ())]


def supersession_circle(
    drafts: Sequence[Draft], older: Mapping[str, Sequence[str]], anew: Sequence[Draft]
) -> tuple[str, str] | None:
    """A draft of those `anew` that closes a circle of claims that supersede each other, and a sentence; None if none.

    `older` says which claims supersede which in the log.
    """
    graph = {**older, **{draft.id: [o for o in superseded(draft) if o != draft.id] for draft in drafts}}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        closing = next((draft.id for draft in anew if draft.id in circle), anew[0].id)
        return closing, f"{closing} would supersede itself, through others."
    return None


def changed_fields(draft: Draft, version: ClaimVersion) -> set[str]:
    """The fields in which a draft differs from a version."""
    return {name for name in _CONTENT if getattr(draft, name) != getattr(version, name)}


def inferred_kind(draft: Draft, before: ClaimVersion) -> ChangeKind:
    """What a changed claim's new version does, when nobody said."""
    changed = changed_fields(draft, before)
    if draft.lifecycle is Lifecycle.RETRACTED:
        return ChangeKind.RETRACTION
    if changed == {"verification"}:
        return ChangeKind.VERIFICATION
    if "currency" in changed and changed <= {"currency", "relations"} and draft.currency is Currency.SUPERSEDED:
        return ChangeKind.SUPERSEDED
    return ChangeKind.CORRECTION if changed & {"statement", "quantity"} else ChangeKind.UPDATE


def least_severity(draft: Draft, before: ClaimVersion) -> Severity:
    """How much a change matters at least: who quoted another number, or one that no longer stands, must hear of it."""
    was, status = before.verification.status, draft.verification.status
    fell = (was.is_verified and not status.is_verified) or (status is Status.REFUTED and was is not Status.REFUTED)
    retracted = draft.lifecycle is Lifecycle.RETRACTED
    if fell or retracted or draft.quantity != before.quantity:
        return Severity.MAJOR
    return Severity.TYPO if changed_fields(draft, before) <= _WORDS else Severity.MINOR


def superseded(claim: Draft | ClaimVersion) -> list[str]:
    """The claims a claim says it supersedes."""
    return [relation.claim for relation in claim.relations if relation.type is RelationType.SUPERSEDES]


def _as_draft(version: ClaimVersion, newer: Draft) -> Draft:
    fields = {name: getattr(version, name) for name in ("id", *_CONTENT)}
    note = f"Superseded by {newer.id}."
    change = Change(kind=ChangeKind.SUPERSEDED, severity=Severity.MINOR, note=note, by=newer.change.by)
    return Draft(**fields, change=change)


def unretractable(draft: Draft, before: ClaimVersion) -> list[tuple[str, str]]:
    """What a draft changes that a retraction leaves alone, field by field: the withdrawn words stay readable."""
    done = before.lifecycle is Lifecycle.RETRACTED
    sentence = f"{draft.id} is retracted: it can only be read." if done else "A retraction changes nothing else."
    left_alone = changed_fields(draft, before) - {"currency", "relations"} - (set() if done else {"lifecycle"})
    return [(name, sentence) for name in sorted(left_alone)]


def _kept_if_retracted(draft: Draft, before: ClaimVersion | None) -> Draft:
    """A draft that retracts, with the standing its claim has: whether others supersede it is not for it to say."""
    if before is None or draft.lifecycle is not Lifecycle.RETRACTED:
        return draft
    return msgspec.structs.replace(draft, currency=before.currency, relations=before.relations)


def _told_of(other: Draft, newer: str) -> Draft:
    """A superseded claim that names the claim superseding it, unless it already does."""
    relation = Relation(type=RelationType.SUPERSEDED_BY, claim=newer)
    if relation in other.relations or other.lifecycle is Lifecycle.RETRACTED:
        return other
    currency = Currency.SUPERSEDED if other.currency is Currency.CURRENT else other.currency
    return msgspec.structs.replace(other, relations=[*other.relations, relation], currency=currency)


def _described(draft: Draft, before: ClaimVersion | None) -> Draft:
    """The draft with a change that fits: a first version is `created`, a later one is what it does."""
    change = draft.change
    if before is None:
        return msgspec.structs.replace(draft, change=msgspec.structs.replace(change, kind=ChangeKind.CREATED))
    if change.kind is not ChangeKind.CREATED:
        return draft
    severity = Severity.MAJOR if least_severity(draft, before) is Severity.MAJOR else change.severity
    change = msgspec.structs.replace(change, kind=inferred_kind(draft, before), severity=severity)
    return msgspec.structs.replace(draft, change=change)
