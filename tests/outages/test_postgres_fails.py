"""Whatever becomes of PostgreSQL, what is kept goes on being answered, and nothing acknowledged is lost.

Real processes, real faults, and nobody restarts anything of ours.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest

from db.keys import issue_key
from db.pool import WRITE_WITHIN, open_pool, writing
from schemas.keys import NewKey, Role
from tests.cli.programs import Program
from tests.outages import postgres_faults
from tests.outages.deployed import curated_deployment
from tests.outages.desk import Desk, told
from tests.outages.figures import write_down
from tests.outages.followers import Follower, following
from tests.outages.postgres_faults import Fault
from tests.outages.readers import Readers
from tests.stories.deployment import Deployment, editors
from tests.stories.line import Line
from tests.telling import tell
from tests.work.receivers import Receiver, receiving

NOWHERE = "unix:///nonexistent/valkey.sock"
PROCESSES = ({"webhook_loopback": "true"}, {"memory_cache_mb": 0, "redis_url": NOWHERE})
"""The one that is looked at, and the control: it keeps nothing, so its readers must be seen to fail."""
FEW = ("max_connections=40",)
RATE = 40
AVAILABLE = 0.999
RECOVERED = 5.0
"""Seconds after which everything works that did before, once PostgreSQL is back."""
HANGS = 10.0
"""Seconds any read may take. It is a bound on hanging, not a measure of speed."""
DEADLINE = WRITE_WITHIN + 10
"""Seconds after which every write was answered: its own deadline, and those of what is done before it."""

FAULTS: dict[str, tuple[Fault, float]] = {
    "killed": (postgres_faults.killed, 1.5),
    "hung": (postgres_faults.hung, 6),
    "restarted": (postgres_faults.restarted, 0),
    "crowded": (postgres_faults.crowded, 2),
    "locked": (postgres_faults.locked, 3),
}
"""What happens to it, and for how many seconds."""


LONG: dict[str, tuple[Fault, float]] = {
    "killed": (postgres_faults.killed, 10),
    "killed with all": (postgres_faults.killed_with_all, 10),
    "hung": (postgres_faults.hung, 20),
    "crowded": (postgres_faults.crowded, 15),
    "locked": (postgres_faults.locked, 10),
}
AWAY = ("PostgreSQL is away", "PostgreSQL is back")
REDIS = ("Redis is away", "Redis is back")
"""What a machine may be too busy for at times."""
WAITING = ("deliveries wait", "deliveries go on")
MOST_OUTAGES = 2 * (len(FAULTS) + len(LONG) + 1)
"""Outages that an operator may read of in all: one a fault, and as many again for what a busy machine adds."""


@dataclass(frozen=True)
class Operated:
    """A deployment, and everyone who uses it from the beginning to the end."""

    deployment: Deployment
    desk: Desk
    streaming: Follower
    polling: Follower
    receiver: Receiver
    worker: Program
    began: int
    """The position after which everything was heard by all."""


@pytest.fixture(scope="module")
async def operated(tmp_path_factory) -> AsyncIterator[Operated]:
    folder = tmp_path_factory.mktemp("postgres-fails")
    async with AsyncExitStack() as stack:
        deployment = await stack.enter_async_context(curated_deployment(folder, PROCESSES, FEW))
        database_url, api = deployment.database_url, deployment.apis[0]
        worker = Program(folder, "work", database_url=database_url, webhook_loopback="true", public_url=api.url)
        stack.callback(worker.kill)
        await asyncio.to_thread(worker.says, "delivering")
        receiver = await stack.enter_async_context(receiving())
        await _register(api.url, receiver.url, await _partner(database_url))
        async with httpx.AsyncClient(base_url=api.url) as client:
            began = (await client.get("/v1/claims?limit=1")).json()["position"]
        streaming, polling = await stack.enter_async_context(following(api.url, began))
        desk = Desk(api.url, (await editors(database_url, ["Desk"]))["Desk"], "outage")
        stack.push_async_callback(desk.close)
        yield Operated(deployment, desk, streaming, polling, receiver, worker, began)


async def outage(operated: Operated, name: str, fault: Fault, seconds: float, length: str = "") -> None:
    """A fault under readers and a desk; what they met before it, during it, and after it."""
    deployment, desk = operated.deployment, operated.desk
    readers, control = (Readers(api.port, RATE, 4, f"{name} {number}") for number, api in enumerate(deployment.apis))
    async with readers.reading(), control.reading(), desk.publishing(0.2):
        begun = time.monotonic()
        await asyncio.sleep(0.7 + seconds / 10)
        async with AsyncExitStack() as failing:
            async with desk.resting:  # so that what is hot is kept as of the last write
                await readers.warm()
                broken = time.monotonic()
                await failing.enter_async_context(fault(deployment))
            down = time.monotonic()
            health = await _health(deployment) if seconds else {}
            await asyncio.sleep(max(0.0, down + seconds - time.monotonic()))
            ending = time.monotonic()
        back = time.monotonic()
        recovered = await _recovered(operated, back)
        await asyncio.sleep(0.5)
    over = time.monotonic()
    hot, cold = readers.between(broken, back, hot=True), readers.between(broken, back, hot=False)
    refused = [one for one in desk.between(down, ending) if one.status != 201]
    write_down(
        f"postgres-{name.replace(' ', '-')}{length}",
        before=readers.between(begun, broken).told(),
        kept=hot.told() | {"available": round(hot.available, 5)},
        unkept=cold.told(),
        after=readers.between(back, over).told(),
        control=control.between(down, ending).told() if seconds else {},
        writes_before=told(desk.between(begun, broken)),
        writes_during=told(desk.between(broken, back)),
        writes_after=told(desk.between(back, over)),
        health=health,
        recovered={what: round(after, 3) for what, after in recovered.items()},
    )
    assert hot.available >= AVAILABLE, hot.failed[:5]
    assert readers.between(begun, over).quantile(1.0) <= HANGS
    assert {one.status for one in cold.asked} <= {200, 503}
    assert not readers.between(begun, broken).failed
    for one in refused:
        assert (one.status, one.problem) == (503, "/problems/store-unavailable"), one
        assert int(one.wait) > 0
    assert all(one.took <= DEADLINE for one in desk.between(begun, over))
    assert max(recovered.values()) <= RECOVERED
    if seconds:
        assert refused, "no write was refused: nothing was wrong"
        assert control.between(down, ending, hot=True).failed, "the control noticed nothing"


async def _health(deployment: Deployment) -> dict[str, float]:
    """Milliseconds that health checks take; each is answered, whatever it says."""
    took = {}
    for path, statuses in (("/livez", {200}), ("/readyz", {200, 503})):
        async with deployment.client(0, HANGS) as client:
            begun = time.monotonic()
            assert (await client.get(path)).status_code in statuses
            took[path] = round((time.monotonic() - begun) * 1000, 1)
    return took


async def _recovered(operated: Operated, back: float) -> dict[str, float]:
    """Seconds since PostgreSQL is back until everything works again that it takes."""
    found: dict[str, float] = {}
    number = int(back * 1000)
    async with Line(operated.deployment.apis[0].port) as line, asyncio.timeout(60):
        while len(found) < 4:
            fresh = await line.get("/v1/claims?limit=7")
            if fresh.status == 200 and not fresh.is_stale:
                found.setdefault("kept answers are fresh", time.monotonic() - back)
            number += 1
            if (await line.get(f"/v1/claims?limit=3&geography=C{number}")).status in (200, 400):
                found.setdefault("what nobody asked for is read", time.monotonic() - back)
            if (await line.get("/readyz")).status == 200:
                found.setdefault("it is ready", time.monotonic() - back)
            if any(one.status == 201 for one in operated.desk.between(back, time.monotonic())):
                found.setdefault("writes are taken", time.monotonic() - back)
            await asyncio.sleep(0.02)
    return found


@pytest.mark.parametrize("name", FAULTS)
async def test_kept_answers_go_on_and_all_works_again_when_postgres_is(name, operated):
    await outage(operated, name, *FAULTS[name])


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", LONG)
async def test_kept_answers_go_on_through_a_long_outage(name, operated):
    await outage(operated, name, *LONG[name], "-long")


async def test_nothing_acknowledged_is_lost_when_it_is_killed_among_writers(operated):
    """Writes are under way when every process of it is killed; whoever heard nothing asks again with the same key."""
    deployment = operated.deployment
    secrets = await editors(deployment.database_url, [f"Writer {n}" for n in range(4)])
    desks = [Desk(deployment.apis[0].url, secret, name.lower().replace(" ", "-")) for name, secret in secrets.items()]
    async with AsyncExitStack() as stack:
        for desk in desks:
            stack.push_async_callback(desk.close)
        async with AsyncExitStack() as publishing:
            for desk in desks:
                await publishing.enter_async_context(desk.publishing(0.03))
            await asyncio.sleep(1)
            async with postgres_faults.killed_with_all(deployment):
                pass
            await _until_all_write(desks, time.monotonic())
        for desk in desks:
            tell(f"killed among writers: {told(desk.written)}, {dict(await desk.settle())}")
        assert any(one.status != 201 for desk in desks for one in desk.written)


async def test_nothing_acknowledged_was_lost_and_everyone_heard_of_it(operated):
    """After all of the above: who follows has every change once and in order, though PostgreSQL was away."""
    counted = await operated.desk.settle()
    async with operated.deployment.client() as client:
        head = (await client.get("/v1/claims?limit=1")).json()["position"]
    wanted = list(range(operated.began + 1, head + 1))
    async with asyncio.timeout(60):
        while any(who.heard[-1:] != [head] for who in (operated.streaming, operated.polling)):
            await asyncio.sleep(0.05)
        while {one.message["data"]["position"] for one in operated.receiver.received} != set(wanted):
            await asyncio.sleep(0.05)
    messages = {}
    for one in operated.receiver.received:
        messages.setdefault(one.message["data"]["position"], set()).add(one.id)
    again = len(operated.receiver.received) - len(wanted)
    write_down(
        "postgres-all",
        writes=dict(counted),
        stream={"heard": len(operated.streaming.heard), "cut": operated.streaming.cut},
        polls={"heard": len(operated.polling.heard), "cut": operated.polling.cut, "refused": operated.polling.refused},
        webhook={"heard": len(operated.receiver.received), "again": again},
    )
    assert operated.streaming.heard == wanted
    assert operated.polling.heard == wanted
    assert operated.streaming.cut == 0
    assert operated.polling.cut == 0
    assert all(len(ids) == 1 for ids in messages.values()), "a message that came twice came under another id"


async def test_an_operator_reads_one_line_when_it_fails_and_one_when_it_is_back(operated):
    """Of everything above, however many requests met it, and no traceback."""
    for said, lines in (
        (operated.deployment.apis[0].said, (AWAY, REDIS)),
        (operated.worker.said, (WAITING,)),
    ):
        tell(said)
        found = [line.split("] ", 1)[1] for line in said.splitlines() if not line.startswith("·")]
        kinds = [line.partition(":")[0].partition(",")[0] for line in found]
        assert set(kinds) <= {kind for both in lines for kind in both}, said
        for begins, ends in lines:
            of_these = [kind for kind in kinds if kind in (begins, ends)]
            assert of_these[::2] == [begins] * len(of_these[::2])
            assert of_these[1::2] == [ends] * len(of_these[::2])
        assert 0 < kinds.count(lines[0][0]) <= MOST_OUTAGES


async def _until_all_write(desks: list[Desk], since: float) -> None:
    async with asyncio.timeout(60):
        while not all(any(one.status == 201 and one.due > since for one in desk.written) for desk in desks):
            await asyncio.sleep(0.02)


async def _partner(database_url: str) -> str:
    pool = await open_pool(database_url, 1)
    try:
        async with writing(pool) as connection:
            return (await issue_key(connection, NewKey(name="News", role=Role.PARTNER), "a test")).secret
    finally:
        await pool.close()


async def _register(url: str, endpoint: str, secret: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        created = await client.post(
            "/v1/webhooks", json={"url": endpoint}, headers={"authorization": f"Bearer {secret}"}
        )
        assert created.status_code == 201, created.text
