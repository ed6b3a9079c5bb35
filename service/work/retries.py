"""When a message that was not taken is sent again. Pure: times and chance come from the caller."""

from datetime import UTC, datetime, timedelta
from random import Random

from werkzeug.http import parse_date

DUE = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
"""Seconds after the first attempt at which each attempt is due (Standard Webhooks): the last after a day."""
ATTEMPTS = len(DUE)
JITTER = 0.1
"""How much of a wait chance adds or takes, so that what failed together does not come back together."""
LONGEST_PAUSE = 86400
"""Seconds an endpoint can ask for with `Retry-After`."""
IN_A_ROW = 3
"""Messages that fail one after the other, none taken between them: then the endpoint is failing, not a message."""


def next_attempt(attempts: int, now: datetime, chance: Random) -> datetime | None:
    """When a message that was tried so many times, the last time now, is due again; None if it has had its attempts.

    Waits count from the attempt before: who was late once does not hurry through the rest.
    """
    if attempts >= ATTEMPTS:
        return None
    return now + _jittered(DUE[attempts] - DUE[attempts - 1], chance)


def pause(failures: int, now: datetime, chance: Random) -> datetime | None:
    """Until when nothing is sent to an endpoint after so many failures in a row; None if there are too few to tell.

    The waits are those of a message.
    """
    if failures < IN_A_ROW:
        return None
    step = min(failures - IN_A_ROW + 1, ATTEMPTS - 1)
    return now + _jittered(DUE[step] - DUE[step - 1], chance)


def is_down(failures: int, since: datetime, now: datetime) -> bool:
    """Whether an endpoint that took nothing since then has had a day, and was asked often enough in it."""
    return failures >= ATTEMPTS and (now - since).total_seconds() >= DUE[-1] * (1 - JITTER)


def asked_to_wait(retry_after: str | None, now: datetime) -> datetime | None:
    """Until when a `Retry-After` asks to wait, a day at most; None if there is none that can be read."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return now + timedelta(seconds=min(int(text[:10]), LONGEST_PAUSE))
    try:
        until = parse_date(text)
        if until is None:
            return None
        return min(max(until.astimezone(UTC), now), now + timedelta(seconds=LONGEST_PAUSE))
    except OverflowError:  # a year, or a zone, that no calendar of ours has
        return None


def _jittered(seconds: float, chance: Random) -> timedelta:
    return timedelta(seconds=seconds * chance.uniform(1 - JITTER, 1 + JITTER))
