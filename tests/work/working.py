"""Workers in tests: a log of the test's own, webhooks on it, changes to it, and a clock that can be put forward."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec

from db.deliveries import Results, deliveries_page, record_results, take_webhook
from db.keys import issue_key
from db.listening import listening
from db.log import append_versions
from db.pool import Pool, reading, writing
from db.webhooks import hold_webhook, insert_webhook, update_webhook, webhook_by_id
from schemas.claims import ChangeKind
from schemas.deliveries import Delivery
from schemas.keys import NewKey, Role
from schemas.webhooks import CreatedWebhook, NewWebhook, Webhook, WebhookStatus
from service.work.rounds import Round, Tools
from service.work.sending import Sender
from service.work.store import Store
from service.work.worker import Worker
from tests.given import draft
from tests.work.receivers import Received

WITHIN = 60.0
"""Seconds anything here may take. It is a bound on hanging, not a measure of speed."""
ORIGIN = "https://citable.example"


@dataclass
class Clock:
    """The time, and as much more as a test wants."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """What time it is taken to be."""
        return datetime.now(UTC) + self.ahead

    def advance(self, **span: float) -> None:
        """Puts the clock forward."""
        self.ahead += timedelta(**span)


@dataclass
class Shop:
    """A log, and who delivers its changes. `written` are the positions of each claim's changes."""

    pool: Pool
    url: str
    clock: Clock = field(default_factory=Clock)
    sender: Sender = field(default_factory=lambda: Sender(time.monotonic, loopback=True))
    seed: int = 1
    written: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def tools(self) -> Tools:
        """What a worker here works with."""
        return Tools(Store(self.pool), self.sender, ORIGIN, self.clock.now, Random(self.seed))

    async def webhook(self, url: str, owner: str = "News", after: int = 0, **filters: Any) -> CreatedWebhook:
        """A new webhook; its owner gets a key."""
        async with writing(self.pool) as connection:
            await issue_key(connection, NewKey(name=owner, role=Role.PARTNER), "a test")
            made = await insert_webhook(connection, NewWebhook(url=url, after=after, **filters), owner)
        assert made is not None
        return made

    async def write(self, *claims: str) -> list[int]:
        """One change of each claim named, the first one its creation; their positions."""
        drafts = []
        for claim in claims:
            kind = ChangeKind.UPDATE if self.written[claim] or claim in [made.id for made in drafts] else "created"
            drafts.append(draft(id=claim, change={"kind": kind, "severity": "minor", "note": "A test.", "by": "desk"}))
        async with writing(self.pool) as connection:
            versions = await append_versions(connection, drafts)
        for version in versions:
            self.written[version.id].append(version.position)
        return [version.position for version in versions]

    async def step(self, worker: UUID | None = None) -> Results | None:
        """One piece of work, on the webhook that is due; None if none is."""
        worker = worker or uuid4()
        async with writing(self.pool) as connection:
            taken = await take_webhook(connection, worker, 20, now=self.clock.now())
        if taken is None:
            return None
        results = await Round(self.tools, taken, time.monotonic, time.monotonic() + 19).work()
        async with writing(self.pool) as connection:
            assert await record_results(connection, worker, taken.id, results)
        return results

    async def steps(self) -> int:
        """Pieces of work until nothing is due; how many they were."""
        count = 0
        while await self.step() is not None:
            count += 1
            assert count < 1000
        return count

    async def wait_for_the_next(self, webhook: Webhook) -> None:
        """Puts the clock forward to when something of a webhook is due, and a little more."""
        at = await self.pool.fetchval(
            "select greatest(w.paused_until, (select min(next_attempt_at) from webhook_held q where q.webhook = w.id)) "
            "from webhook w where w.id = $1",
            webhook.id,
        )
        if at is not None and at > self.clock.now():
            self.clock.ahead += at - self.clock.now() + timedelta(milliseconds=1)

    async def enable(self, webhook: Webhook) -> None:
        """What PATCH {"status": "active"} does."""
        await self.change(webhook, status=WebhookStatus.ACTIVE)

    async def change(self, webhook: Webhook, **said: Any) -> None:
        """What PATCH does that says so."""
        async with writing(self.pool) as connection:
            held = await hold_webhook(connection, webhook.id)
            assert held is not None
            wanted = msgspec.structs.replace(held, **said)
            await update_webhook(connection, wanted, restarts=True, moves="position" in said)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Worker]:
        """A worker until the block ends, which it ends in good order."""
        stop = asyncio.Event()
        worker = Worker(uuid4(), self.tools, lambda: listening(self.url, 1.0, 0.5), time.monotonic)
        task = asyncio.create_task(worker.run(stop))
        try:
            yield worker
        finally:
            stop.set()
            async with asyncio.timeout(WITHIN):
                await task

    async def state(self, webhook: Webhook) -> Webhook:
        """How far a webhook has come."""
        async with reading(self.pool) as connection:
            found = await webhook_by_id(connection, webhook.id)
        assert found is not None
        return found

    async def deliveries(self, webhook: Webhook) -> list[Delivery]:
        """What was attempted for a webhook, the oldest first."""
        async with reading(self.pool) as connection:
            return (await deliveries_page(connection, webhook.id, None, 100_000))[::-1]

    async def until_idle(self, *webhooks: Webhook) -> None:
        """Waits until webhooks have nothing more to come."""

        async def idle() -> bool:
            states = [await self.state(webhook) for webhook in webhooks]
            return all(state.behind == 0 and state.held == 0 for state in states)

        await until(idle, "nothing more is to come")

    def assert_complete(self, received: Iterable[Received], secret: str, claims: Iterable[str] | None = None) -> None:
        """Every change came at least once, of each claim in order, and every signature is verified."""
        first: dict[str, list[int]] = defaultdict(list)
        for one in received:
            data = one.verified(secret, self.clock.ahead)["data"]
            assert one.id.endswith(f"-{data['position']}")
            if data["position"] not in first[data["claim"]]:
                first[data["claim"]].append(data["position"])
        wanted = {claim: self.written[claim] for claim in (self.written if claims is None else claims)}
        assert dict(first) == wanted


async def until(holds: Any, what: str) -> None:
    """Waits until something holds: a function that answers, or an awaitable of its answer."""
    end = time.monotonic() + WITHIN
    while True:
        answer = holds()
        if (await answer) if asyncio.iscoroutine(answer) else answer:
            return
        assert time.monotonic() < end, f"it never happened that {what}"
        await asyncio.sleep(0.02)


def position_of(received: Received) -> int:
    """The position of the change a message tells of."""
    return received.message["data"]["position"]


def claim_of(received: Received) -> str:
    """The claim a message tells of."""
    return received.message["data"]["claim"]
