"""Who waits for changes in this process: how many there are, how many one caller has, and that they must go."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.failures import Overloaded, RateLimited

MOST_OF_ONE = 200
"""How many readers of one caller may wait at once: the front ends of an office share an address."""
_WAIT = 10
"""Seconds after which a caller who has too many may try again."""


class Followers:
    """The readers who wait for changes. `leaving` is set when they are to end, since the process does."""

    def __init__(self, most: int) -> None:
        self.leaving = asyncio.Event()
        self.most = most
        """How many there may be."""
        self._of: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many there are."""
        return self._of.total()

    @contextmanager
    def one_more(self, caller: str) -> Iterator[None]:
        """Room for one more until the block ends. Overloaded if there is none; RateLimited if the caller has many."""
        if self.count >= self.most:
            raise Overloaded("As many readers wait for changes here as there is room for: try again, or do not wait.")
        if self._of[caller] >= MOST_OF_ONE:
            sentence = f"You have {MOST_OF_ONE} readers waiting for changes: end some, or wait {_WAIT}."
            raise RateLimited(sentence, "followers", _WAIT)
        self._of[caller] += 1
        try:
            yield
        finally:
            self._of[caller] -= 1
            if not self._of[caller]:
                del self._of[caller]
