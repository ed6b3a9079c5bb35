"""Lines of the log on their way out: a thread writes them, many at once, so that no request ever waits for the log.

There are so many at most. When whoever reads the log is slower than that, lines are dropped and counted, and a line
says how many when there is room again.
"""

import os
from collections import deque
from collections.abc import Callable
from select import select
from threading import Event, Thread

from service.trace import Trace

MOST = 10_000
"""How many lines may wait."""
EVERY = 0.1
"""Seconds between two looks at what waits: what is lost if the process is killed."""
_AT_ONCE = 64
"""How many lines are put into words before the others in the process have their turn."""
_TURN = 0.0005
"""Seconds the others have then: Python runs one thread at a time, and would let them wait for ten times as long."""
_FLUSHED_WITHIN = 5.0


Answered = tuple[
    float,
    float,
    str | None,
    bytes | None,
    str | None,
    tuple[bytes, ...],
    str,
    int,
    int,
    str,
    str,
    str | None,
    Trace | None,
]
"""A request that was answered, as it is noted down.

When it ended and began, by the monotonic clock; its method, path and client; the `traceparent` fields it came with; its
route, status, bytes, and level of the cache; its id, its key's, and our own span. A plain tuple of plain values: what
lives until the line is written is not looked through by the collector of garbage again and again, as a scope would be.
"""

Line = bytes | Answered
Render = Callable[[list[Line]], bytes]


class Lines:
    """A queue to a thread that writes to a file. `render` puts what waits into words, in that thread."""

    def __init__(self, file: int, render: Render, dropped: Callable[[int], bytes], most: int = MOST) -> None:
        """`dropped` is the line that says how many are missing."""
        self.dropped = 0
        """How many lines were dropped so far."""
        self._file = file
        self._render = render
        self._dropped = dropped
        self._most = most
        self._said = 0
        self._is_cut = False
        """Whether what was written last ends in the middle of a line."""
        self._waiting: deque[Line] = deque()
        self._ending = Event()
        self._thread = Thread(target=self._write, name="citable log", daemon=True)
        self._thread.start()

    def put(self, line: Line) -> None:
        """Has a line written soon. It is dropped if too many wait."""
        if len(self._waiting) < self._most:
            self._waiting.append(line)
        else:
            self.dropped += 1

    def close(self) -> None:
        """Writes what waits, and ends; nobody waits for a reader who does not read."""
        self._ending.set()
        self._thread.join(_FLUSHED_WITHIN)

    def _write(self) -> None:
        while not self._ending.wait(EVERY):
            self._write_waiting()
        self._write_waiting()

    def _write_waiting(self) -> None:
        for _ in range(-(-len(self._waiting) // _AT_ONCE)):
            lines = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            if not self._out(self._rendered(lines)):
                self.dropped += len(lines)
            self._ending.wait(_TURN)
        missing = self.dropped - self._said
        if missing and self._out(self._dropped(missing)):
            self._said += missing

    def _rendered(self, lines: list[Line]) -> bytes:
        """Lines in words; those are dropped that cannot be put into any."""
        try:
            return self._render(lines)
        except Exception:  # noqa: BLE001 - a thread that ended here would log nothing more; what is missing is counted
            if len(lines) > 1:
                return b"".join(self._rendered([line]) for line in lines)
            self.dropped += 1
            return b""

    def _out(self, text: bytes) -> bool:
        """Writes all of a text, after the rest of a line that was cut off; False if there is no place for it."""
        whole = len(text)
        if self._is_cut and text:
            text = b"\n" + text
        while text:
            try:
                text = text[os.write(self._file, text) :]
            except BlockingIOError:
                select([], [self._file], [], EVERY)
            except OSError:
                self._is_cut |= len(text) < whole
                return False
        self._is_cut &= not whole
        return True
