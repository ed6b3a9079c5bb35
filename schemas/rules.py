"""The rules of the record that one version can break by itself.

Each has the name of the database constraint that also holds it: the database has the last word, this has the better
sentence. Rules between versions and between claims are looked at in `service/publication.py`, then by the triggers of
`db/migrations`. Only that no claim supersedes itself through others is Python's alone, with the head of the log held.
"""

import calendar
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from schemas.claims import MOST_RELATIONS, ChangeKind, Comparator, Draft
from schemas.sources import Stance
from schemas.verification import Lifecycle, Status

ADDRESSES = ("bulk",)
"""Ids no claim may have: `/v1/claims/…` leads elsewhere there."""


OF_THE_LOG = frozenset(
    {
        *("position_is_positive", "position_is_dense", "positions_are_filled"),
        *("version_is_positive", "one_row_per_version", "digest_is_sha256"),
        *("recorded_at_is_finite", "recorded_at_never_decreases", "recorded_when_taken", "recorded_in_the_past"),
        *("published_is_immutable", "log_head_stays", "log_head_only_grows", "view_follows_the_log"),
    }
)
"""Rules no caller can break: if one is, the mistake is ours."""


class Broken(NamedTuple):
    """A rule a draft breaks: the constraint's name, where (a JSON Pointer), and what to do about it."""

    rule: str
    pointer: str
    sentence: str


def broken_rules(draft: Draft) -> list[Broken]:
    """Every rule the draft breaks by itself."""
    checks = (_words, _quantity, _dates, _verification, _relations, _retraction)
    return [broken for check in checks for broken in check(draft)]


def is_same_person(one: str, other: str | None) -> bool:
    """Whether two names are one person's: names of keys differ by more than their case."""
    return other is not None and one.casefold() == other.casefold()


def first_day(partial: str) -> date | None:
    """The first day a partial date covers; None if there is no such date."""
    try:
        year, month, day = (*(int(part) for part in partial.split("-")), 1, 1)[:3]
        return date(year, month, day)
    except ValueError:
        return None


def last_day(partial: str) -> date | None:
    """The last day a partial date covers; None if there is no such date."""
    first = first_day(partial)
    if first is None or len(partial) == 10:
        return first
    month = 12 if len(partial) == 4 else first.month
    return date(first.year, month, calendar.monthrange(first.year, month)[1])


def _words(draft: Draft) -> Iterator[Broken]:
    if draft.id in ADDRESSES and draft.change.kind is ChangeKind.CREATED:
        yield Broken("id_is_no_address", "/id", f"/v1/claims/{draft.id} is an address of its own: take another id.")
    if not draft.statement.strip():
        yield Broken("statement_says_something", "/statement", "The statement is only white space.")
    if not draft.attributed_to.strip():
        yield Broken("attribution_says_something", "/attributed_to", "The attribution is only white space.")
    if not draft.quantity.unit.strip():
        yield Broken("quantity_has_unit", "/quantity/unit", "The unit is only white space.")
    if not draft.verification.rationale.strip():
        yield Broken("rationale_says_something", "/verification/rationale", "The rationale is only white space.")


def _quantity(draft: Draft) -> Iterator[Broken]:
    lower, upper = draft.quantity.lower, draft.quantity.upper
    if draft.quantity.comparator is Comparator.BETWEEN and (lower is None or upper is None):
        yield Broken("between_has_bounds", "/quantity", "`between` needs both `lower` and `upper`.")
    if lower is not None and upper is not None and Decimal(lower) > Decimal(upper):
        yield Broken("bounds_in_order", "/quantity/lower", f"`lower` is {lower}, above `upper`, {upper}.")


def _dates(draft: Draft) -> Iterator[Broken]:
    dates = {
        "/stated_on": draft.stated_on,
        "/period/start": draft.period.start,
        "/period/end": draft.period.end,
        "/verification/decided_on": draft.verification.decided_on,
    }
    for place, source in enumerate(draft.sources):
        dates[f"/sources/{place}/published_on"] = source.published_on
        dates[f"/sources/{place}/retrieved_on"] = source.retrieved_on
    for pointer, written in dates.items():
        if written is not None and first_day(written) is None:
            yield Broken("dates_are_dates", pointer, f"{written} is not a date of the calendar.")
    start = first_day(draft.period.start) if draft.period.start else None
    end = last_day(draft.period.end) if draft.period.end else None
    if start and end and start > end:
        yield Broken("period_in_order", "/period", f"The period ends ({end}) before it starts ({start}).")


def _verification(draft: Draft) -> Iterator[Broken]:
    status = draft.verification.status
    if status.is_verified and not any(source.stance is Stance.SUPPORTS for source in draft.sources):
        yield Broken(
            "verified_needs_supporting_source", "/sources", f"`{status}` needs a source whose stance is `supports`."
        )
    if status is Status.VERIFIED_WITH_CAVEATS and not draft.verification.caveats:
        yield Broken("caveats_are_stated", "/verification/caveats", f"`{status}` needs at least one caveat.")


def _relations(draft: Draft) -> Iterator[Broken]:
    if len(draft.relations) > MOST_RELATIONS:
        sentence = f"A claim may have {MOST_RELATIONS} relations; {draft.id} would have {len(draft.relations)}."
        yield Broken("lists_are_bounded", "/relations", sentence)
    for place, relation in enumerate(draft.relations):
        if relation.claim == draft.id:
            yield Broken("relation_is_to_another", f"/relations/{place}/claim", "A claim cannot relate to itself.")


def _retraction(draft: Draft) -> Iterator[Broken]:
    withdrawn, kind = draft.lifecycle is Lifecycle.RETRACTED, draft.change.kind
    if withdrawn != (kind is ChangeKind.RETRACTION):
        yield Broken(
            "retraction_withdraws", "/lifecycle", "A `retraction`, and nothing else, makes a claim `retracted`."
        )
    if kind is ChangeKind.RETRACTION and not (draft.change.note or "").strip():
        yield Broken("retraction_gives_its_reason", "/change/note", "A retraction says why, in `change.note`.")
