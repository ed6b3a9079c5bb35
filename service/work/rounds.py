"""One piece of work on a webhook: what is due is read, sent and followed, several claims at once, each in its order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from db.changes import changes_between
from db.deliveries import Held, Results, Taken, change_at, held_claims, held_due, next_change_of
from schemas.changes import LoggedChange
from schemas.failures import StoreUnavailable
from service.work.decisions import Chain, Tried, ends_work, in_a_row, results_of
from service.work.messages import message_of, send_now
from service.work.retries import IN_A_ROW
from service.work.sending import SENT_WITHIN, Sender
from service.work.store import Store

MOST_CHANGES = 100
"""How many new changes are read at once, and how many held ones."""
MOST_AT_ONCE = 8
"""How many claims' changes are under way to one endpoint."""
MOST_OF_A_CLAIM = 20
"""How many changes of a held claim follow each other in one piece of work."""
_LEAST = 0.5
"""Seconds that must be left of a lease to send anything."""


@dataclass(frozen=True)
class Tools:
    """What the work needs. `origin` is what addresses in messages begin with."""

    store: Store
    sender: Sender
    origin: str
    now: Callable[[], datetime]
    chance: Random


@dataclass
class Round:
    """The work on one webhook that was taken.

    It ends early when it is stopped, and when the webhook is no longer this worker's for certain: `leased_until`.
    """

    tools: Tools
    taken: Taken
    monotonic: Callable[[], float]
    leased_until: float
    failures: int = field(init=False)
    is_ended: bool = False
    is_lost: bool = False
    _chains: list[Chain] = field(default_factory=list)
    _tried: list[Tried] = field(default_factory=list)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)
    _until: int = 0

    def __post_init__(self) -> None:
        self.failures = self.taken.failures

    async def work(self) -> Results:
        """Sends what is due; what came of it. StoreUnavailable if nothing was sent since Postgres does not answer."""
        waiting = deque(await self._due())
        self._chains = [chain for chain, _ in waiting]

        async def follow() -> None:
            while waiting:
                chain, changes = waiting.popleft()
                await self._follow(chain, changes)

        self._sending = {asyncio.create_task(follow()) for _ in range(min(MOST_AT_ONCE, len(waiting)))}
        ended = await asyncio.gather(*self._sending, return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error
        return results_of(self.taken, self._until, self._chains, self._tried, self.tools.now(), self.tools.chance)

    def stop(self) -> None:
        """Sends nothing more; what is under way goes on."""
        self.is_ended = True

    def lose(self) -> None:
        """Ends, and nothing that came of it counts: the webhook was taken again."""
        self.is_ended = self.is_lost = True

    def give_up(self) -> None:
        """Waits no longer for what is under way: it is sent again another time."""
        self.is_ended = True
        for task in self._sending:
            task.cancel()

    async def _due(self) -> list[tuple[Chain, AsyncGenerator[LoggedChange]]]:
        """The claims of which something is due, in the order of the log, each with its changes."""
        taken, is_failing = self.taken, self.failures >= IN_A_ROW
        most = 1 if is_failing else MOST_CHANGES  # one finds out whether the endpoint takes any again
        async with self.tools.store.reading() as connection:
            due = await held_due(connection, taken.id, most, now=self.tools.now())
            held = await held_claims(connection, taken.id)
            new: dict[str, list[LoggedChange]] = {}
            self._until = taken.position
            if taken.position < taken.head and not (is_failing and due):
                stretch = await changes_between(connection, taken.wanted, taken.position, taken.head, most)
                self._until = stretch.until
                for change in stretch.items:
                    if change.claim not in held:
                        new.setdefault(change.claim, []).append(change)
        return [
            *((Chain(claim=one.claim, held=one), self._changes_held(one)) for one in due),
            *((Chain(claim=claim), _each(changes)) for claim, changes in new.items()),
        ]

    async def _changes_held(self, held: Held) -> AsyncGenerator[LoggedChange]:
        """The change that is held, and those of the claim that wait behind it."""
        async with self.tools.store.reading() as connection:
            change = await change_at(connection, held.position)
        while change is not None:
            yield change
            change = await self._after(change)

    async def _after(self, change: LoggedChange) -> LoggedChange | None:
        """The next change of a claim that was passed over."""
        async with self.tools.store.reading() as connection:
            return await next_change_of(connection, self.taken.wanted, change.claim, change.position, self._until)

    async def _follow(self, chain: Chain, changes: AsyncGenerator[LoggedChange]) -> None:
        """Sends the changes of a claim one after the other, as long as they are taken."""
        if chain.held is not None and self._is_over(chain):
            chain.waits_at = chain.held.position
            return
        try:
            async for change in changes:
                tried = None if self._is_over(chain) else await self._try(chain, change)
                if tried is None:
                    chain.waits_at = change.position
                    return
                chain.tried.append(tried)
                self._tried.append(tried)
                self.failures = in_a_row(self.failures, tried, self.taken.failures)
                self.is_ended |= ends_work(self.failures, tried, self.tools.now())
                if tried.is_exhausted:
                    follows = await self._after(change)
                    chain.follows = follows.position if follows else None
                if not tried.attempt.is_delivered:
                    return
        except StoreUnavailable:
            chain.is_unknown = True
            chain.waits_at = chain.held.position if chain.held else None

    def _lease_left(self) -> float:
        return self.leased_until - self.monotonic()

    def _is_over(self, chain: Chain) -> bool:
        """Whether no more of a claim is sent in this piece of work."""
        is_long = chain.held is not None and len(chain.tried) >= MOST_OF_A_CLAIM
        return self.is_ended or is_long or self._lease_left() < _LEAST

    async def _try(self, chain: Chain, change: LoggedChange) -> Tried | None:
        """Sends a change once. None if that was given up, and nobody knows what came of it."""
        held = chain.held if chain.held and chain.held.position == change.position else None
        at = self.tools.now()
        message = message_of(self.taken.id, change, self.tools.origin)
        within = min(SENT_WITHIN, self._lease_left())
        try:
            attempt = await send_now(self.tools.sender, self.taken.url, message, self.taken.secrets, at, within=within)
        except asyncio.CancelledError:
            if self.is_ended:
                return None
            raise
        number = held.attempts + 1 if held else 1
        first_at = held.first_attempt_at if held and held.attempts else at
        return Tried(change=change, number=number, at=at, first_at=first_at, attempt=attempt)


async def _each(changes: list[LoggedChange]) -> AsyncGenerator[LoggedChange]:
    for change in changes:
        yield change
