"""The connections of a process: how many there may be, and which of them are not worth keeping.

A connection that begins a request and does not end it, or does not take its answer, costs a little memory for as long
as it likes: so none of that lasts. Where there are as many as there may be, the one that has been idle the longest
makes room for a new one; where none is idle, the new one is told that there is no room.
"""

import resource
from collections import Counter
from collections.abc import Callable
from typing import Protocol

HEAD_WITHIN = 10.0
"""Seconds a request's head may take to arrive, and a new connection to begin one."""
TAKEN_WITHIN = 30.0
"""Seconds in which a reader must take something of what was sent."""
PARTED_WITHIN = 5.0
"""Seconds in which who was refused may still send, so that they get to read why (RFC 9112, section 9.6)."""
KEPT_FOR = 75
"""Seconds an idle connection is kept: longer than proxies keep theirs, so that they never send into one that closes."""

WHY_CUT = ("idle", "silent", "slow-head", "slow-reader", "parted")
"""Why we end a connection: another needed the room; it never asked, or not in time; it took no answer; it went on after
it was refused."""

_OTHER_FILES = 300
"""Files besides connections of clients: to Postgres and Redis, the log, what Python reads."""
_MOST_TOLD = 100
"""How many beyond those there is room for are told that there is none."""


class Connection(Protocol):
    """What is known of one."""

    def look(self, now: float) -> str | None:
        """Ends it, if it is not worth keeping, and says why."""

    def make_way(self) -> None:
        """Ends it, since another needs the room."""


def allowed(most: int) -> int:
    """How many connections this process can have, of so many: each is a file, of which it may open a number."""
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return most
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    return max(1, min(most, files - _OTHER_FILES - _MOST_TOLD))


class Connections:
    """The open connections. `is_leaving` says whether each is to end after the answer it waits for."""

    def __init__(self, most: int, is_leaving: Callable[[], bool]) -> None:
        self.cut: Counter[str] = Counter()
        """How many were ended by us, by why."""
        self.is_leaving = is_leaving
        self.most = most
        self._open: set[Connection] = set()
        self._idle: dict[Connection, None] = {}

    @property
    def is_overrun(self) -> bool:
        """Whether there are so many that one more is not even told so."""
        return len(self._open) > self.most + _MOST_TOLD

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._open)

    def opened(self, connection: Connection) -> bool:
        """Notes a new one, which is idle; whether there is room for it."""
        has_room = len(self._open) < self.most
        if not has_room and self._idle:
            oldest = next(iter(self._idle))
            self.closed(oldest)
            oldest.make_way()
            self.cut["idle"] += 1
            has_room = True
        self._open.add(connection)
        self._idle[connection] = None
        return has_room

    def busy(self, connection: Connection) -> None:
        """Notes that one has begun a request."""
        self._idle.pop(connection, None)

    def idle(self, connection: Connection) -> None:
        """Notes that one waits for its next request."""
        self._idle[connection] = None

    def closed(self, connection: Connection) -> None:
        """Forgets one."""
        self._open.discard(connection)
        self._idle.pop(connection, None)

    def sweep(self, now: float) -> None:
        """Ends those that are not worth keeping; `now` is the event loop's time."""
        for connection in list(self._open):
            why = connection.look(now)
            if why is not None:
                self.cut[why] += 1
