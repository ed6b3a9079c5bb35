"""Whether what processes answered can be what one log held: a checker of recorded histories. Pure.

What an answer shows is what the log was between two positions: a list, exactly at the one it names; a claim at version
2, from that version's position until just before version 3's. So every rule is about those two positions:

* `goes back`: an answer of a process is older than one it gave before the request was sent;
* `own write unseen`: it is older than a write which that process acknowledged before;
* `too old`: it is older than a write anyone acknowledged `bound` seconds before, unless it says that Postgres is down;
* `from the future`, `never written`, `other bytes`: it shows what nobody had asked for yet, what is not in the log, or
  not the bytes that were acknowledged and that its tag or digest names;
* `torn`: a list does not show what the log held at the list's own position;
* `lost`: an acknowledged write is not in the log, or the log holds one that nobody sent.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from typing import NamedTuple


class Logged(NamedTuple):
    """One version in the log: its place, the hash of its bytes, the mark of its write, and the lists it stands in."""

    position: int
    claim: str
    version: int
    body: str
    mark: str
    groups: frozenset[str]


class Write(NamedTuple):
    """One request to write. `position` is None if nobody knows whether it was done: then it never `returned`."""

    process: int
    invoked: float
    returned: float
    mark: str
    claim: str
    version: int | None = None
    position: int | None = None
    tag: str = ""
    body: str | None = None


class About(NamedTuple):
    """What an answer is about: a `claim` now, one `version` of it, its `history`, or a `group` of claims."""

    kind: str
    name: str
    version: int = 0


class Shown(NamedTuple):
    """A version inside an answer, with the hash of the bytes it is shown in."""

    claim: str
    version: int
    body: str


class Read(NamedTuple):
    """One answered request to read. `position` is that of the list, or of the version shown; None if there is nothing.

    `shown` and `body` are None for an answer without content (304, HEAD). `body` hashes the bytes as they were sent,
    `digest` is the hash that the answer itself names. `stale` says that it admits that Postgres is down.
    """

    process: int
    invoked: float
    returned: float
    about: About
    position: int | None
    shown: tuple[Shown, ...] | None = None
    tag: str = ""
    body: str | None = None
    digest: str | None = None
    stale: bool = False


class Violation(NamedTuple):
    """A rule that does not hold, what broke it, and how."""

    rule: str
    operation: Read | Write | Logged
    sentence: str


class Finding(NamedTuple):
    """What is wrong with a history, and the longest that an acknowledged write was not shown to anyone who asked."""

    violations: list[Violation]
    staleness: float

    def told(self) -> str:
        """How often each rule was broken, and how for the first time."""
        first = {violation.rule: violation for violation in reversed(self.violations)}
        counted = Counter(violation.rule for violation in self.violations)
        return "\n".join(f"{rule} ({times}): {first[rule]}" for rule, times in counted.items())


class Log:
    """The versions there are, by position and by claim."""

    def __init__(self, rows: Iterable[Logged]) -> None:
        self.rows = {row.position: row for row in rows}
        self.versions: dict[str, list[Logged]] = defaultdict(list)
        for position in sorted(self.rows):
            self.versions[self.rows[position].claim].append(self.rows[position])
        self._places = {claim: [row.position for row in rows] for claim, rows in self.versions.items()}
        self._expected: dict[tuple[str, int], frozenset[Shown]] = {}

    def span(self, read: Read) -> tuple[float, float]:
        """The first and the last position at which the log was what an answer shows."""
        about, position = read.about, read.position
        places = self._places.get(about.name, [])
        if about.kind == "version":
            place = places[about.version - 1] if len(places) >= about.version else inf
            return (0, place - 1) if position is None else (position, inf)
        if position is None:
            return 0, (places[0] if places else inf) - 1
        if about.kind == "claim":
            later = places[bisect_left(places, position + 1) :]
            return position, later[0] - 1 if later else inf
        return position, position

    def expected(self, about: About, position: int, size: int) -> frozenset[Shown] | tuple[Shown, ...]:
        """What a list shows at a position: the claims of a group in any order, or the newest `size` of a history."""
        if about.kind == "history":
            return tuple(map(_shown, self._until(about.name, position)[::-1][:size]))
        key = (about.name, position)
        if key not in self._expected:
            newest = [rows[-1] for claim in self.versions if (rows := self._until(claim, position))]
            self._expected[key] = frozenset(_shown(row) for row in newest if about.name in row.groups)
        return self._expected[key]

    def _until(self, claim: str, position: int) -> list[Logged]:
        return self.versions.get(claim, [])[: bisect_left(self._places.get(claim, []), position + 1)]


def check(log: Sequence[Logged], writes: Sequence[Write], reads: Sequence[Read], bound: float) -> Finding:
    """Every violation of the rules in a history, in the order of time."""
    held = Log(log)
    found = [*_lost(held, writes), *_false(held, writes, reads)]
    late, staleness = _late(held, writes, reads, bound)
    return Finding(
        sorted([*found, *late], key=lambda violation: getattr(violation.operation, "returned", 0)), staleness
    )


def _lost(log: Log, writes: Sequence[Write]) -> Iterable[Violation]:
    """Acknowledged and not in the log, or there and never sent."""
    for write in writes:
        if write.position is None:
            continue
        row = log.rows.get(write.position)
        if row is None or row[:5] != (write.position, write.claim, write.version, write.body, write.mark):
            yield Violation("lost", write, f"the log has {row} there")
    sent = {write.mark for write in writes}
    for row in log.rows.values():
        if row.mark not in sent:
            yield Violation("lost", row, "nobody sent it")


def _false(log: Log, writes: Sequence[Write], reads: Sequence[Read]) -> Iterable[Violation]:
    """Answers that show what was not so, whenever it was asked for."""
    asked = {write.mark: write.invoked for write in writes}
    tagged = {write.tag: write.body for write in writes if write.tag}
    for read in reads:
        if read.body is not None:
            if tagged.setdefault(read.tag, read.body) != read.body and read.tag:
                yield Violation("other bytes", read, f"{read.tag} was the tag of other bytes before")
            if read.digest is not None and read.digest != read.body:
                yield Violation("other bytes", read, f"it names the digest {read.digest}")
        for shown in read.shown or ():
            versions = log.versions.get(shown.claim, [])
            row = versions[shown.version - 1] if 0 < shown.version <= len(versions) else None
            if row is None:
                yield Violation("never written", read, f"there is no version {shown.version} of {shown.claim}")
            elif row.body != shown.body:
                yield Violation("other bytes", read, f"version {shown.version} of {shown.claim} was written otherwise")
        if read.position is None:
            continue
        newest = log.rows.get(read.position)
        if newest is None and read.position > 0:
            yield Violation("never written", read, "the log has no such position")
        elif newest is not None and asked.get(newest.mark, -inf) > read.returned:
            yield Violation("from the future", read, f"{newest.mark} was sent later")
        if read.about.kind in ("claim", "version"):
            if newest is None or newest.claim != read.about.name:
                yield Violation("never written", read, f"{read.about.name} has no version at that position")
            elif read.about.kind == "version" and newest.version != read.about.version:
                yield Violation("torn", read, f"it is version {newest.version}")
            elif read.shown and read.shown[0][:2] != (newest.claim, newest.version):
                yield Violation("torn", read, f"its tag is that of version {newest.version}")
        elif read.shown is not None:
            expected = log.expected(read.about, read.position, len(read.shown))
            shown_as = read.shown if read.about.kind == "history" else frozenset(read.shown)
            if shown_as != expected or len(read.shown) != len(expected):
                yield Violation("torn", read, f"the log held {_told(expected)}")


def _late(log: Log, writes: Sequence[Write], reads: Sequence[Read], bound: float) -> tuple[list[Violation], float]:
    """Answers older than they may be, and the longest that an acknowledged write went unseen."""
    acknowledged = [write for write in writes if write.position is not None]
    spans = [log.span(read) for read in reads]
    everyone = _Floor((write.returned, write.position or 0) for write in acknowledged)
    own = {
        process: _Floor((write.returned, write.position or 0) for write in acknowledged if write.process == process)
        for process in {read.process for read in reads}
    }
    answered = {
        process: _Floor((r.returned, first) for r, (first, _) in zip(reads, spans, strict=True) if r.process == process)
        for process in own
    }
    by_position = sorted((write.position or 0, write.returned) for write in acknowledged)
    places = [position for position, _ in by_position]
    earliest = list(accumulate((returned for _, returned in reversed(by_position)), min))[::-1]
    found, staleness = [], 0.0
    for read, (_, last) in zip(reads, spans, strict=True):
        for rule, floor in (
            ("goes back", answered[read.process].before(read.invoked)),
            ("own write unseen", own[read.process].before(read.invoked)),
            ("too old", -inf if read.stale else everyone.before(read.invoked - bound)),
        ):
            if last < floor:
                found.append(Violation(rule, read, f"it shows the log before {last + 1}, and {floor} was known"))
        unseen = bisect_left(places, last + 1)
        if unseen < len(places) and not read.stale:
            staleness = max(staleness, read.invoked - earliest[unseen])
    return found, staleness


class _Floor:
    """The highest position known by an instant."""

    def __init__(self, known: Iterable[tuple[float, float]]) -> None:
        ordered = sorted(known)
        self._instants = [instant for instant, _ in ordered]
        self._highest = list(accumulate((position for _, position in ordered), max))

    def before(self, instant: float) -> float:
        """The highest position known before an instant."""
        count = bisect_left(self._instants, instant)
        return self._highest[count - 1] if count else -inf


def _shown(row: Logged) -> Shown:
    return Shown(row.claim, row.version, row.body)


def _told(expected: Iterable[Shown]) -> str:
    return ", ".join(f"{shown.claim} {shown.version}" for shown in expected) or "nothing"
