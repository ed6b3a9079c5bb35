"""The lines of an export, each checked against the ones before it."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import IO

import msgspec

from db.digest import digest_of
from db.log import Taken
from schemas.claims import ClaimVersion
from schemas.failures import FileRefused, InvalidRequest
from schemas.fields import Instant, Position
from service.screening import read_screened, read_strictly

BATCH = 25
BATCH_BYTES = 2**23
"""Lines that are checked without a pause, about a millisecond's work; and the bytes after which there are enough."""
LONGEST_LINE = 2**22


class _End(msgspec.Struct, frozen=True):
    position: Position
    recorded_at: Instant


class ExportedLines:
    """The lines of an export, each checked against the ones before it."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], None]) -> None:
        """Reads a file that can be read twice; `progress` hears of the bytes that are checked."""
        self._file = file
        self._progress = progress
        self._number = 0
        self._newest: dict[str, int] = {}
        self._recorded_at: datetime | None = None

    def last(self) -> Taken | None:
        """Where the log of the file ends, as its last line says; None if that cannot be read."""
        size = self._file.seek(0, 2)
        self._file.seek(max(0, size - LONGEST_LINE))
        tail = self._file.read().rstrip(b"\n").rpartition(b"\n")[2]
        self._file.seek(0)
        try:
            end = msgspec.json.decode(tail, type=_End)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return Taken(position=end.position, recorded_at=end.recorded_at)

    def next_lines(self) -> list[bytes]:
        """The next lines, checked; none at the end. FileRefused for the first that fails."""
        lines: list[bytes] = []
        size = 0
        for line in islice(self._file, BATCH):
            lines.append(line)
            size += len(line)
            self._number += 1
            fault = self._fault(line)
            if fault:
                raise FileRefused("Nothing was restored: the file is no export of a log.", [(self._number, *fault)])
            if size >= BATCH_BYTES:
                break
        self._progress(size)
        return lines

    def _fault(self, line: bytes) -> tuple[str, str] | None:
        """A JSON Pointer to what is wrong with a line, and what is."""
        try:
            version = read_screened(line, ClaimVersion)
            is_as_exported = line.rstrip(b"\n") == msgspec.json.encode(version)
            if not is_as_exported:
                read_strictly(line, ClaimVersion)  # which may know better what is wrong
        except InvalidRequest as refused:
            return refused.faults[0].pointer or "", refused.faults[0].detail
        if not is_as_exported:
            return "", "The line is not as an export writes it: something was added or changed."
        newest = self._newest.get(version.id, 0)
        if version.position != self._number:
            return "/position", f"Position {version.position} stands where {self._number} belongs."
        if version.version != newest + 1:
            return "/version", f"Version {version.version} of {version.id} stands where {newest + 1} belongs."
        if self._recorded_at and version.recorded_at < self._recorded_at:
            return "/recorded_at", "It was recorded before the version in front of it."
        if version.digest != digest_of(version):
            return "/digest", "The digest is not that of this version: the line was changed."
        self._newest[version.id] = version.version
        self._recorded_at = version.recorded_at
        return None
