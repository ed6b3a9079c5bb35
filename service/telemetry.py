"""What is worth noticing: failures that are tolerated on purpose, and those that are nobody's fault but ours."""

import logging
import secrets
from collections import Counter
from itertools import count

log = logging.getLogger("citable")

tolerated: Counter[str] = Counter()
"""How often each named failure was tolerated."""


def tolerate(what: str, error: BaseException) -> None:
    """Says that a failure was survived: counted each time; logged the first time, then every thousandth."""
    tolerated[what] += 1
    if tolerated[what] % 1000 == 1:
        log.warning("%s failed and was tolerated (%d so far): %s", what, tolerated[what], error)


def note_logged(error: BaseException) -> None:
    """Notes that a failure was logged, with its traceback: whoever meets it further up need not do so."""
    setattr(error, _LOGGED, True)


def was_logged(error: BaseException) -> bool:
    """Whether that was noted."""
    return getattr(error, _LOGGED, False)


_LOGGED = "logged_by_citable"
_process = secrets.token_hex(8)
_requests = count(1 << 60)  # so that each has sixteen digits


def request_id() -> str:
    """A new name for a request: 32 hexadecimal digits, the first half this process's own."""
    return f"{_process}{next(_requests):x}"
