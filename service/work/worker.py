"""The worker: takes webhooks that are due, one piece of work at a time for each, many webhooks at once.

Nothing is lost with it. A webhook is leased for a few seconds, again and again while the work lasts; who is killed lets
its leases run out, and another worker goes on from what was kept last.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from db.deliveries import (
    Results,
    delete_old_deliveries,
    next_due,
    record_results,
    renew_leases,
    return_webhook,
    take_webhook,
)
from db.listening import Listener
from schemas.deliveries import DAYS_KEPT
from schemas.failures import StoreUnavailable
from schemas.webhooks import DisabledReason
from service.telemetry import Outage, count
from service.work.rounds import Round, Tools

log = logging.getLogger("citable")

_DISABLED = {
    DisabledReason.GONE: "webhook %s of %s is disabled: its endpoint answered 410",
    DisabledReason.FAILING: "webhook %s of %s is disabled: its endpoint took nothing for 24 hours",
}

MOST_WEBHOOKS = 64
"""How many webhooks a worker works on at once."""
LEASE = 20
"""Seconds a webhook is leased for: as long as the webhooks of a worker that was killed wait for another."""
LOOK_EVERY = 1.0
"""Seconds between two looks for what is due, when nothing is heard."""
ENDED_WITHIN = 5.0
"""Seconds that what is under way has when the worker stops; what does not end is sent again by the next one."""
_RECORDED_WITHIN = 2.0
_MARGIN = 1.0
_RENEWED_EVERY = 3.0
_HEARD_EVERY = 5.0
_AGAIN = 0.5
_SWEPT_EVERY = 3600.0


@dataclass
class Worker:
    """Delivers changes until it is told to stop."""

    id: UUID
    tools: Tools
    listen: Callable[[], AbstractAsyncContextManager[Listener]]
    monotonic: Callable[[], float]
    _rounds: dict[str, Round] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _unreturned: dict[str, float] = field(default_factory=dict)
    """Webhooks whose work failed, and when they are given back."""
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _is_stopping: bool = False
    _unkept: set[str] = field(default_factory=set)
    """Webhooks whose results wait for Postgres."""
    _away: Outage = field(init=False)
    _swept_at: float | None = None

    def __post_init__(self) -> None:
        self._away = Outage("deliveries wait", "deliveries go on", self.monotonic)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, and then lets what is under way end, for some seconds at most."""
        beside = [asyncio.create_task(self._always(each)) for each in (self._hear, self._renew)]
        beside.append(asyncio.create_task(self._stop_at(stop)))
        try:
            while not self._is_stopping:
                self._woken.clear()
                wait = await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._woken.wait()
        finally:
            await self._end()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _stop_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._is_stopping = True
        for work in self._rounds.values():
            work.stop()
        self._woken.set()

    async def _end(self) -> None:
        """Lets what is under way end in time, and gives back what was taken."""
        for work in self._rounds.values():
            work.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=ENDED_WITHIN)
        for work in self._rounds.values():
            work.give_up()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_RECORDED_WITHIN)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look(self) -> float:
        """Takes what is due, as far as there are places; in how many seconds to look again."""
        try:
            await self._give_back()
            while len(self._tasks) < MOST_WEBHOOKS and not self._is_stopping:
                if not await self._take():
                    break
            await self._sweep()
            async with self.tools.store.reading() as connection:
                due = await next_due(connection)
        except StoreUnavailable as error:
            self._away.begin(error)
            return LOOK_EVERY
        except Exception:  # whatever it is: the other webhooks need a worker that goes on
            log.exception("looking for due webhooks failed")
            return LOOK_EVERY
        if not self._unkept:
            self._away.end()
        wait = (due - self.tools.now()).total_seconds() if due else LOOK_EVERY
        return wait if 0 < wait < LOOK_EVERY else LOOK_EVERY

    async def _take(self) -> bool:
        """Takes one webhook that is due, and begins to work on it; False if none is due."""
        leased_until = self.monotonic() + LEASE - _MARGIN
        async with self.tools.store.writing() as connection:
            taken = await take_webhook(connection, self.id, LEASE, now=self.tools.now())
        if taken is None:
            return False
        if taken.id in self._rounds:  # its lease ran out in our own hands: what was begun counts no more
            self._rounds[taken.id].lose()
        work = Round(self.tools, taken, self.monotonic, leased_until)
        self._rounds[taken.id] = work
        self._unreturned.pop(taken.id, None)
        task = asyncio.create_task(self._work(work))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._woken.set()

    async def _work(self, work: Round) -> None:
        """One piece of work, and keeping what came of it."""
        webhook = work.taken.id
        try:
            await self._keep(work, await work.work())
        except StoreUnavailable as error:
            self._away.begin(error)
            self._unreturned[webhook] = self.monotonic()
        except Exception:  # a mistake of ours, about one webhook: not at once again
            log.exception("the work on webhook %s failed", webhook)
            self._unreturned[webhook] = self.monotonic() + LEASE
        finally:
            if self._rounds.get(webhook) is work:
                del self._rounds[webhook]

    async def _keep(self, work: Round, results: Results) -> None:
        """Keeps what came of a piece of work, as soon as Postgres takes it."""
        webhook = work.taken.id
        try:
            while not work.is_lost:
                try:
                    async with self.tools.store.writing() as connection:
                        is_kept = await record_results(connection, self.id, webhook, results)
                except StoreUnavailable as error:
                    self._unkept.add(webhook)
                    self._away.begin(error)
                    await asyncio.sleep(_AGAIN)
                else:
                    if is_kept and results.disabled:
                        log.warning(_DISABLED[results.disabled], webhook, work.taken.owner)
                    return
        finally:
            self._unkept.discard(webhook)

    async def _give_back(self) -> None:
        """Gives back webhooks whose work failed."""
        for webhook, at in list(self._unreturned.items()):
            if at <= self.monotonic():
                async with self.tools.store.writing() as connection:
                    await return_webhook(connection, self.id, webhook)
                self._unreturned.pop(webhook, None)

    async def _sweep(self) -> None:
        """Forgets old attempts, once an hour."""
        if self._swept_at is not None and self.monotonic() < self._swept_at + _SWEPT_EVERY:
            return
        async with self.tools.store.writing() as connection:
            found = await delete_old_deliveries(connection, self.tools.now() - timedelta(days=DAYS_KEPT))
        if not found:
            self._swept_at = self.monotonic()

    async def _always(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does something again and again, whatever becomes of it."""
        while True:
            try:
                await work()
            except StoreUnavailable:
                count("a worker's own work")  # who looks for what is due says so, if that fails, too
                await asyncio.sleep(_AGAIN)
            except Exception:  # as above
                log.exception("a worker's own work failed")
                await asyncio.sleep(_AGAIN)

    async def _hear(self) -> None:
        """Is woken by commits. A connection that died is noticed by asking it."""
        async with self.listen() as listener:
            position = 0
            while True:
                position = (await listener.news_since(position, 0)).position
                self._woken.set()  # the first time, too: what was told before was told to nobody
                await listener.woken(_HEARD_EVERY)

    async def _renew(self) -> None:
        """Keeps what is being worked on leased; ends the work on what is not ours any more."""
        await asyncio.sleep(_RENEWED_EVERY)
        held = dict(self._rounds)
        if not held:
            return
        leased_until = self.monotonic() + LEASE - _MARGIN
        async with self.tools.store.reading() as connection:
            ours = await renew_leases(connection, self.id, LEASE)
        for webhook, work in held.items():
            if webhook in ours:
                work.leased_until = leased_until
            else:
                work.stop()
