"""What follows from what was tried for a webhook. Pure: times and chance come from the caller."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import msgspec

from db.deliveries import Attempted, Held, Results, Taken
from schemas.changes import LoggedChange
from schemas.deliveries import DeliveryKind, DeliveryOutcome
from schemas.webhooks import DisabledReason
from service.work.messages import kept
from service.work.retries import ATTEMPTS, DUE, IN_A_ROW, asked_to_wait, is_down, next_attempt, pause
from service.work.sending import Attempt

_TOO_MANY = 429


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was sent once: for which time, when that was, when the first time was, and what came of it."""

    change: LoggedChange
    number: int
    at: datetime
    first_at: datetime
    attempt: Attempt

    @property
    def is_exhausted(self) -> bool:
        """Whether it was the last time."""
        return not self.attempt.is_delivered and self.number >= ATTEMPTS


class Chain(msgspec.Struct, kw_only=True):
    """The changes of one claim, one after the other, as far as they were sent.

    `held` is what was held of the claim before. `waits_at` is the position of the change that would have been next, had
    the work not ended before it; `follows` is the change after the last one, if that is exhausted. What follows
    `is_unknown` if Postgres did not answer: then the last one is sent once more.
    """

    claim: str
    held: Held | None = None
    tried: list[Tried] = msgspec.field(default_factory=list)
    waits_at: int | None = None
    follows: int | None = None
    is_unknown: bool = False


def in_a_row(failures: int, tried: Tried, before: int) -> int:
    """How many failures in a row there are after an attempt, `before` that many when the work began.

    What fails again says little about its endpoint: the change may be what fails. And what was sent together fails
    together: one piece of work makes an endpoint fail, or makes it fail once more.
    """
    if tried.attempt.is_delivered:
        return 0
    if failures < IN_A_ROW:
        return failures + (tried.number == 1)
    return max(failures, before + 1) if before >= IN_A_ROW else failures


def ends_work(failures: int, tried: Tried, now: datetime) -> bool:
    """Whether nothing more is sent to an endpoint now: it fails, wants no more, or asked to wait."""
    attempt = tried.attempt
    if attempt.is_delivered:
        return False
    return (
        failures >= IN_A_ROW
        or attempt.is_gone
        or attempt.status == _TOO_MANY
        or asked_to_wait(attempt.retry_after, now) is not None
    )


def results_of(
    taken: Taken, until: int, chains: Sequence[Chain], tried: Sequence[Tried], now: datetime, chance: Random
) -> Results:
    """What is to be kept of the work on a webhook, whose log was read `until` a position.

    `tried` is everything the chains tried, in the order it ended.
    """
    failures = taken.failures
    for each in tried:
        failures = in_a_row(failures, each, taken.failures)
    success_at = max((each.at for each in tried if each.attempt.is_delivered), default=None)
    waits = [asked for each in tried if (asked := _asked(each, now)) is not None]
    hold: list[Held] = []
    release: list[str] = []
    given_up: set[int] = set()
    is_failing = False
    for chain in chains:
        last = chain.tried[-1] if chain.tried else None
        waits_at = last.change.position if last and chain.is_unknown else chain.waits_at
        if last is None and waits_at is not None and chain.held is not None:
            continue  # as it was
        if last is None or last.attempt.is_delivered:
            if waits_at is None:
                release.append(chain.claim)
            else:
                hold.append(_anew(chain.claim, waits_at, now))
            continue
        due = now if chain.is_unknown else next_attempt(last.number, now, chance)
        took_any = _took_any(last.first_at, taken.last_success_at, success_at)
        if due is None and took_any:
            given_up.add(last.change.position)
            if chain.follows is None:
                release.append(chain.claim)
            else:
                hold.append(_anew(chain.claim, chain.follows, now))
            continue
        is_failing |= not took_any and (due is None or is_down(failures, last.first_at, now))
        hold.append(_again(last, max([due or now, *waits])))
    if tried and failures >= IN_A_ROW and (rest := pause(failures, now, chance)) is not None:
        waits.append(rest)
    is_gone = any(each.attempt.is_gone for each in tried)
    return Results(
        position=until,
        failures=failures,
        paused_until=max(waits, default=None),
        last_success_at=success_at,
        disabled=DisabledReason.GONE if is_gone else DisabledReason.FAILING if is_failing else None,
        hold=hold,
        release=release,
        wakes_at=now if taken.failures >= IN_A_ROW > failures else None,
        attempts=[_kept(each, each.change.position in given_up) for each in tried],
    )


def _asked(tried: Tried, now: datetime) -> datetime | None:
    """Until when an endpoint that did not take a change asks to be left alone."""
    if tried.attempt.is_delivered:
        return None
    asked = asked_to_wait(tried.attempt.retry_after, now)
    if asked is None and tried.attempt.status == _TOO_MANY:
        return now + timedelta(seconds=DUE[1])
    return asked


def _took_any(since: datetime, *successes: datetime | None) -> bool:
    return any(success is not None and success >= since for success in successes)


def _anew(claim: str, position: int, now: datetime) -> Held:
    """A claim that waits, of which nothing was tried yet."""
    return Held(claim=claim, position=position, attempts=0, first_attempt_at=now, next_attempt_at=now)


def _again(last: Tried, next_at: datetime) -> Held:
    """A claim whose last change is sent again."""
    return Held(
        claim=last.change.claim,
        position=last.change.position,
        attempts=last.number,
        first_attempt_at=last.first_at,
        next_attempt_at=next_at,
    )


def _kept(tried: Tried, is_given_up: bool) -> Attempted:
    attempted = kept(tried.attempt, tried.change, DeliveryKind.CHANGE, tried.at, tried.number)
    return msgspec.structs.replace(attempted, outcome=DeliveryOutcome.GIVEN_UP) if is_given_up else attempted
