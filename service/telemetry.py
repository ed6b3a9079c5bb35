"""What is worth noticing: failures that are tolerated on purpose, and those that are nobody's fault but ours."""

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from itertools import count as counting

log = logging.getLogger("citable")

tolerated: Counter[str] = Counter()
"""How often each named failure was tolerated."""


def tolerate(what: str, error: BaseException) -> None:
    """Says that a failure was survived: counted each time; logged the first time, then every thousandth."""
    tolerated[what] += 1
    if tolerated[what] % 1000 == 1:
        log.warning("%s failed and was tolerated (%d so far): %s", what, tolerated[what], error)


def count(what: str) -> None:
    """Counts a failure that was survived, and of which the log says something else, or nothing."""
    tolerated[what] += 1


class Outage:
    """A part that is away now and then: a line of the log says when that begins, and one when it is over.

    Whoever meets it in between says nothing more, however many they are.
    """

    def __init__(self, begins: str, ends: str, monotonic: Callable[[], float], *, settled: float = 0.0) -> None:
        """`begins` is said with the failure it begins with, `ends` with the seconds it lasted.

        It is over when nothing failed for `settled` seconds: where some things succeed meanwhile, one does not end it.
        """
        self._begins = begins
        self._ends = ends
        self._monotonic = monotonic
        self._settled = settled
        self._since: float | None = None
        self._failed_at = 0.0

    def begin(self, error: BaseException) -> None:
        """Says that it begins, unless it has begun."""
        self._failed_at = self._monotonic()
        if self._since is None:
            self._since = self._failed_at
            log.warning("%s: %s", self._begins, error)

    def end(self) -> None:
        """Says that it is over, if it has begun."""
        if self._since is not None and (now := self._monotonic()) >= self._failed_at + self._settled:
            log.warning("%s, after %.1f seconds", self._ends, now - self._since)
            self._since = None


SETTLED = 3.0
"""Seconds without a failure after which there is room again, where something is full: little things may fit before."""


def note_logged(error: BaseException) -> None:
    """Notes that a failure was logged, with its traceback: whoever meets it further up need not do so."""
    setattr(error, _LOGGED, True)


def was_logged(error: BaseException) -> bool:
    """Whether that was noted."""
    return getattr(error, _LOGGED, False)


_LOGGED = "logged_by_citable"
_process = secrets.token_hex(8)
_requests = counting(1 << 60)  # so that each has sixteen digits


def request_id() -> str:
    """A new name for a request: 32 hexadecimal digits, the first half this process's own."""
    return f"{_process}{next(_requests):x}"
