"""What time it is: the only file that reads a clock, so that everything else can be told another time."""

import time
from datetime import UTC, datetime

monotonic = time.monotonic
"""Seconds since some moment, which nobody sets."""


def now() -> datetime:
    """What time it is, in UTC."""
    return datetime.now(UTC)


def clocks() -> tuple[datetime, float]:
    """What time it is, in UTC, and on the monotonic clock."""
    return now(), monotonic()
