"""Writers, and everyone who wants to hear of what they write: three kinds of reader, a webhook and a mirror.

Readers, the worker and the mirror are processes that are killed and started again while the writers go on.
"""

import asyncio
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from db.log import whole_log
from db.pool import open_pool, unhurried
from schemas.claims import ClaimVersion
from schemas.keys import Role
from tests.cast import key_for
from tests.cli.programs import WITHIN, Program, free_port
from tests.databases import Cluster
from tests.stories.contest import FIRST
from tests.stories.deployment import PLENTY, Deployment, deployed, editors
from tests.stories.follower import positions
from tests.telling import tell
from tests.work.receivers import Receiver, receiving

MODES = ("poll", "wait", "stream")
CLAIMS = 5
"""How many claims each writer revises in turn."""
QUIET = 90.0
"""Seconds within which everyone must have heard of everything once the last write is done."""

Tell = Callable[[str], None]


class Hearing:
    """Everyone who hears, on a deployment; what each has heard is looked at when the writers are done."""

    def __init__(
        self, deployment: Deployment, receiver: Receiver, folder: Path, redis_url: str, writers: int, changes: int
    ) -> None:
        """`changes` is how many all writers make together; `redis_url` is for the mirror."""
        self._redis_url = redis_url
        self.deployment = deployment
        self.receiver = receiver
        self.writers = writers
        self.each = changes // writers
        self.counted: Counter[str] = Counter()
        self.written = 0
        self._folder = folder
        self._programs: dict[str, Program] = {}
        self._keeping: asyncio.Task[None] | None = None
        self._secret = ""
        self._mirrored = ""
        self._clients = [deployment.client(number) for number in range(len(deployment.apis))]

    @property
    def total(self) -> int:
        """How many changes there will be."""
        return self.writers * self.each

    async def run(self, mirror_url: str, kills: int, tell: Tell = lambda _: None) -> None:
        """Writes everything, with so many kills of each listener spread over it and one of PostgreSQL in the middle.

        The mirror, on a database of its own, begins when a third is written.
        """
        self._mirrored = mirror_url
        secrets = await editors(self.deployment.database_url, [f"Writer {n}" for n in range(self.writers)])
        await self._subscribe()
        for listener in (*MODES, "work"):
            self._start(listener)
        begun = time.monotonic()
        self._keeping = asyncio.create_task(self._keep_running())
        async with asyncio.TaskGroup() as group:
            disturbing = group.create_task(self._disturb(kills, tell))
            writing = [group.create_task(self._write(n, secrets[f"Writer {n}"])) for n in range(self.writers)]
            await asyncio.gather(disturbing, *writing)
        tell(f"{self.written} changes are written in {time.monotonic() - begun:.1f} s")
        await self._until_quiet()
        tell(f"everyone has heard of them, {time.monotonic() - begun:.1f} s after the first")

    async def close(self) -> None:
        """Ends everyone."""
        if self._keeping is not None:
            self._keeping.cancel()
        for program in self._programs.values():
            program.kill()
        for client in self._clients:
            await client.aclose()

    def figures(self) -> str:
        """What happened, in numbers."""
        kills = ", ".join(f"{count} {what}" for what, count in sorted(self.counted.items()))
        sent = len(self.receiver.received)
        return f"{self.total} changes; the endpoint was sent {sent} messages; {kills}"

    async def check(self) -> None:
        """Every reader heard 1…N in order; the endpoint each change at least once, in order per claim, and signed."""
        log = await _log(self.deployment.database_url)
        assert len(log) == self.total
        told = [(version.position, version.id, version.version) for version in log]
        for mode in MODES:
            assert positions(self._file(mode)) == told, f"who reads by {mode} heard something else"
        assert await _log(self._mirrored) == log
        heard = [received.verified(self._secret)["data"] for received in self.receiver.received]
        assert {(each["position"], each["claim"], each["version"]) for each in heard} == set(told)
        first: dict[str, list[int]] = defaultdict(list)
        for each in heard:
            if each["version"] not in first[each["claim"]]:
                first[each["claim"]].append(each["version"])
        for claim, versions in first.items():
            assert versions == sorted(versions), f"versions of {claim} came out of order"
        ids = {received.id: received.message["data"]["position"] for received in self.receiver.received}
        assert len(ids) == self.total, "a message is known by one id, however often it is sent"

    def _start(self, listener: str) -> None:
        urls = [api.url for api in self.deployment.apis]
        here: dict[str, Any] = {"database_url": self.deployment.database_url, **PLENTY}
        if listener in MODES:
            file = str(self._file(listener))
            program = Program(self._folder, listener, file, *urls, module="tests.stories.follower")
        elif listener == "work":
            program = Program(self._folder, "work", webhook_loopback=True, **here)
        else:
            there = {"database_url": self._mirrored, "redis_url": self._redis_url, "port": free_port()}
            program = Program(self._folder, "mirror", urls[0], **there)
        self._programs[listener] = program

    def _file(self, mode: str) -> Path:
        return self._folder / f"heard-by-{mode}"

    async def _subscribe(self) -> None:
        pool = await open_pool(self.deployment.database_url, 1)
        secret = await key_for(pool, "Newsroom", Role.PARTNER)
        await pool.close()
        answer = await self._clients[0].post(
            "/v1/webhooks", json={"url": self.receiver.url}, headers={"Authorization": f"Bearer {secret}"}
        )
        assert answer.status_code == 201, answer.text
        self._secret = answer.json()["secret"]

    async def _write(self, number: int, secret: str) -> None:
        """One writer: new claims first, then revision after revision of each in turn."""
        tags: dict[str, str] = {}
        for made in range(self.each):
            id = f"cranes-{number}-{made % CLAIMS}"
            value = {"value": str(4100 + made), "unit": "cranes"}
            headers = {"authorization": f"Bearer {secret}", "idempotency-key": f'"{number}-{made}"'}
            if id not in tags:
                answer = await self._definite("POST", "/v1/claims", {**FIRST, "id": id, "quantity": value}, headers)
            else:
                headers |= {"if-match": tags[id], "content-type": "application/merge-patch+json"}
                answer = await self._definite("PATCH", f"/v1/claims/{id}", {"quantity": value}, headers)
            tags[id] = answer.headers["etag"]
            self.written += 1

    async def _definite(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        """A request that succeeds, sent as it is until it does."""
        content = msgspec.json.encode(body)
        headers = {"content-type": "application/json", **headers}
        for attempt in itertools.count():
            client = self._clients[attempt % len(self._clients)]
            try:
                answer = await client.request(method, path, content=content, headers=headers)
            except httpx.TransportError as error:
                self.counted[f"writes sent again after {type(error).__name__}"] += 1
            else:
                if answer.status_code in (200, 201):
                    return answer
                assert answer.status_code in (503, 409), answer.text
                self.counted[f"writes sent again after {answer.status_code}"] += 1
            await asyncio.sleep(0.1)
        raise AssertionError

    async def _disturb(self, kills: int, tell: Tell) -> None:
        """Kills whoever hears, in turn; PostgreSQL once; each when its part of the changes is written."""
        chance = random.Random(6)
        listeners = [listener for listener in (*MODES, "work", "mirror") for _ in range(kills)]
        chance.shuffle(listeners)
        faults = [*listeners[: len(listeners) // 2], "PostgreSQL", *listeners[len(listeners) // 2 :]]
        for number, fault in enumerate(faults, 1):
            due = self.total * number // (len(faults) + 1)
            while self.written < due:
                await asyncio.sleep(0.01)
            if "mirror" not in self._programs and number > len(faults) // 3:
                self._start("mirror")
            if fault == "PostgreSQL":
                await self.deployment.crash_postgres()
            elif fault in self._programs:
                self._programs[fault].kill()
                self._start(fault)
            self.counted[f"kills of {fault}"] += 1
            tell(f"{fault} was killed when {self.written} changes were written")

    async def _keep_running(self) -> None:
        """Starts again what ended by itself, as whoever runs it would: what starts while PostgreSQL is away, ends."""
        while True:
            for listener, program in list(self._programs.items()):
                if program.process.poll() is not None:
                    self._start(listener)
                    self.counted[f"starts of {listener} again"] += 1
            await asyncio.sleep(0.5)

    async def _until_quiet(self) -> None:
        """Waits until everyone has heard of the last change."""
        async with asyncio.timeout(QUIET):
            for mode in MODES:
                while len(positions(self._file(mode))) < self.total:
                    await asyncio.sleep(0.1)
            while len({received.id for received in self.receiver.received}) < self.total:
                await asyncio.sleep(0.1)
            while len(await _log(self._mirrored)) < self.total:
                await asyncio.sleep(0.5)


async def everyone_hears(cluster: Cluster, folder: Path, changes: int, kills: int) -> None:
    """The story from beginning to end, told while it goes on: eight writers, two processes, a database a log."""
    mirror, redis_url = cluster.url(await cluster.new_database("bare")), cluster.servers.redis_url
    async with deployed(folder, redis_url, webhook_loopback=True) as deployment, receiving() as receiver:
        hearing = Hearing(deployment, receiver, folder, f"{redis_url}?db=7", 8, changes)
        try:
            await hearing.run(mirror, kills, tell)
            await hearing.check()
        finally:
            await hearing.close()
        tell(hearing.figures())


async def _log(database_url: str) -> list[ClaimVersion]:
    pool = await open_pool(database_url, 1, within=WITHIN)
    try:
        async with unhurried(pool, readonly=True) as connection:
            return [version async for version in whole_log(connection)]
    finally:
        await pool.close()
