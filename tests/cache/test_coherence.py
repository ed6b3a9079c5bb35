"""What a process takes for the newest is the newest, or it does not say so. Clock and log are the test's own."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from db.listening import News
from db.log import Head
from schemas.failures import StoreUnavailable
from service.cache import coherence as module
from service.cache.coherence import LEASE, Coherence, Standing
from service.cache.shared import Point


class Log:
    """A log to follow: what a look finds, and whether there can be one."""

    def __init__(self) -> None:
        self.name, self.versions, self.answers, self.looks = "log", [("first", "a" * 64)], True, 0
        self.now = 100.0
        self.fails_once = self.is_deaf = False
        self._woken = asyncio.Event()
        self.reached = asyncio.Event()
        self.holding: asyncio.Event | None = None

    def append(self, claim: str, digest: str = "b") -> None:
        self.versions.append((claim, f"{len(self.versions):03}{digest}".ljust(64, "0")))

    def _digest(self, position: int) -> str:
        return self.versions[position - 1][1] if 0 < position <= len(self.versions) else ""

    @property
    def head(self) -> Head:
        return Head(self.name, len(self.versions), self._digest(len(self.versions)))

    @property
    def point(self) -> Point:
        return Point(self.head.position, self.head.digest[:16])

    async def ask(self) -> Head:
        if not self.answers:
            raise StoreUnavailable("down")
        return self.head

    @asynccontextmanager
    async def listen(self):
        if not self.answers or self.is_deaf:
            raise StoreUnavailable("down")
        yield self

    def wake(self, *_: object) -> None:
        self._woken.set()

    async def woken(self, within: float) -> None:
        self.reached.set()
        await self._woken.wait()
        self._woken.clear()

    async def news_since(self, position: int, most: int) -> News:
        self.looks += 1
        if not self.answers or self.fails_once:
            self.fails_once = False
            raise StoreUnavailable("down")
        changed = sorted({claim for claim, _ in self.versions[max(position, 0) :]})[:most]
        news = News(self.name, self.head.position, self.head.digest, self._digest(position), changed)
        if self.holding is not None:
            await self.holding.wait()
        return news

    async def looked(self, coherence: Coherence) -> None:
        """Waits for a look that begins now, or an attempt that fails."""
        coherence._wake()
        for _ in range(200):
            await asyncio.sleep(0)


@pytest.fixture
async def log(monkeypatch):
    monkeypatch.setattr(module, "_AGAIN", 0)
    return Log()


@pytest.fixture
async def followed(log):
    coherence = Coherence(log.listen, log.ask, lambda: log.now)
    async with coherence.following():
        assert await coherence.standing() is Standing.CONFIRMED
        yield coherence


async def test_what_was_read_at_the_head_counts_until_it_moves(log, followed):
    read = log.point
    assert followed.is_current(read, None, pinned=False)
    log.append("second")
    await log.looked(followed)
    assert followed.head == log.point
    assert not followed.is_current(read, None, pinned=False)
    assert followed.is_current(read, None, pinned=True)


async def test_an_answer_about_one_claim_counts_until_that_claim_changes(log, followed):
    read = log.point
    log.append("second")
    await log.looked(followed)
    log.append("third")
    await log.looked(followed)
    assert followed.is_current(read, "first", pinned=False)
    assert not followed.is_current(read, "second", pinned=False)
    assert not followed.is_current(read, "third", pinned=False)
    between = log.point
    log.append("first")
    await log.looked(followed)
    assert not followed.is_current(between, "first", pinned=False)
    assert followed.is_current(between, "second", pinned=False)


async def test_a_look_is_good_for_its_lease_from_when_it_began(log, followed):
    """So a process that was stopped finds out, whatever it did not hear."""
    log.now += LEASE - 0.01
    assert await followed.standing() is Standing.CONFIRMED
    log.now += 0.02
    looks = log.looks
    log.append("second")
    assert await followed.standing() is Standing.CONFIRMED
    assert log.looks == looks + 1
    assert followed.head == log.point


async def test_after_a_doubt_only_a_look_that_began_later_counts(log, followed):
    log.holding = asyncio.Event()
    await log.looked(followed)  # this one has read the log already
    log.append("second")
    log.now += 0.01
    followed.doubt()
    waiting = asyncio.create_task(followed.standing())
    first, log.holding = log.holding, asyncio.Event()
    first.set()
    await log.looked(followed)
    assert not waiting.done()
    log.holding.set()
    assert await waiting is Standing.CONFIRMED
    assert followed.head == log.point


async def test_another_history_makes_everything_old(log, followed):
    read = log.point
    log.append("second")
    await log.looked(followed)
    log.versions[1:] = [("other", "c" * 64), ("another", "d" * 64)]
    await log.looked(followed)
    assert followed.head == log.point
    assert not followed.is_current(read, "first", pinned=True)
    log.name = "another log"
    read = log.point
    await log.looked(followed)
    assert followed.log == "another log"
    assert followed.is_current(read, None, pinned=False)


async def test_more_changes_than_are_looked_at_make_everything_old(log, followed, monkeypatch):
    monkeypatch.setattr(module, "_MOST_CHANGED", 3)
    read = log.point
    for claim in ("b", "c", "d", "e"):
        log.append(claim)
    await log.looked(followed)
    assert not followed.is_current(read, "first", pinned=False)
    assert not followed.is_current(read, None, pinned=True)
    assert followed.is_current(log.point, None, pinned=False)


async def test_what_is_remembered_is_bounded(log, followed, monkeypatch):
    monkeypatch.setattr(module, "_MOST_POINTS", 10)
    monkeypatch.setattr(module, "_MOST_REMEMBERED", 50)
    for number in range(200):
        log.append(f"claim-{number}")
        await log.looked(followed)
        assert len(followed._seen) <= 10
        assert len(followed._changed) <= 50


async def test_one_failure_is_not_an_outage(log, followed):
    """A killed connection is replaced, and whoever waits hears nothing of it."""
    log.now += LEASE + 0.1
    log.fails_once = True
    assert await followed.standing() is Standing.CONFIRMED
    assert not log.fails_once


async def test_an_outage_is_said_and_what_was_known_stays(log, followed):
    read = log.point
    log.answers = False
    await log.looked(followed)
    log.now += LEASE + 0.1
    await log.looked(followed)
    assert await followed.standing() is Standing.DOWN
    assert followed.is_current(read, None, pinned=False)
    assert followed.age > LEASE
    log.answers = True
    await log.looked(followed)
    assert await followed.standing() is Standing.CONFIRMED
    assert followed.is_current(read, None, pinned=False)


async def test_what_is_told_while_an_outage_is_still_believed_in_ends_that(log, followed):
    """Postgres is back, and a write is done, before the next look at the log."""
    log.answers = False
    log.now += LEASE + 0.1
    await log.looked(followed)
    assert await followed.standing() is Standing.DOWN
    log.append("second")
    log.now += 0.01
    log.answers = True
    followed.doubt()
    assert await followed.standing() is Standing.CONFIRMED
    assert followed.head == log.point


async def test_in_an_outage_nothing_counts_that_a_write_may_have_made_old(log, followed):
    read = log.point
    log.now += 0.1
    log.answers = False
    followed.doubt()
    await log.looked(followed)
    assert await followed.standing() is Standing.DOWN
    assert not followed.is_current(read, None, pinned=False)


async def test_a_newer_head_met_elsewhere_is_looked_for_and_in_an_outage_ends_what_was_known(log, followed):
    read = log.point
    assert followed.met(log.head)
    log.append("second")
    log.now += 0.01
    assert not followed.met(log.head)
    assert await followed.standing() is Standing.CONFIRMED
    assert followed.head == log.point
    read = log.point
    log.answers = False
    log.now += LEASE + 0.1
    await log.looked(followed)
    log.append("third")
    assert not followed.met(log.head)
    await log.looked(followed)
    assert await followed.standing() is Standing.DOWN
    assert not followed.is_current(read, None, pinned=False)


async def test_an_older_head_met_elsewhere_changes_nothing(log, followed):
    """A read that was slow, or a replica that is behind."""
    old = log.head
    log.append("second")
    await log.looked(followed)
    assert not followed.met(old)
    assert followed.head == log.point
    assert log.now < followed.confirmed_until


async def test_who_cannot_listen_looks_the_other_way(log, followed):
    """No listener to be had is no outage of Postgres: too many connections, or a pooler that cannot listen."""
    log.is_deaf = log.fails_once = True
    await log.looked(followed)
    log.append("second")
    log.now += LEASE + 0.1
    assert await followed.standing() is Standing.CONFIRMED
    assert followed.head == log.point


async def test_a_look_that_was_overtaken_is_not_taken_for_another_history(log, followed):
    log.holding = asyncio.Event()
    await log.looked(followed)
    log.append("second")
    read = followed.head
    log.now += 0.01
    followed.met(log.head)  # in an outage this is where what was known ends
    followed._forget(log.name, log.point)
    held, log.holding = log.holding, None
    held.set()
    await log.looked(followed)
    assert followed.head == log.point
    assert not followed.is_current(read, None, pinned=False)


async def test_whoever_writes_all_the_time_keeps_nobody_waiting(log, followed):
    """A doubt that comes after a question is about what happens beside it."""
    log.holding = asyncio.Event()
    followed.doubt()
    waiting = asyncio.create_task(followed.standing())
    await log.looked(followed)
    for _ in range(5):
        log.now += 0.01
        followed.doubt()
    held, log.holding = log.holding, asyncio.Event()
    held.set()
    assert await waiting is Standing.CONFIRMED
    assert not followed.is_confirmed
    log.holding.set()
