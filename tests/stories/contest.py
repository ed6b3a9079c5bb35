"""Writers who revise one claim at once, each from the version it has read, and what must be true afterwards."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import msgspec

from db.digest import digest_of
from db.log import whole_log
from db.pool import open_pool, unhurried
from schemas.claims import ClaimVersion
from tests.cli.programs import WITHIN
from tests.stories.deployment import Deployment, editors

ID = "automated-cranes"
START = 4100
PATH = f"/v1/claims/{ID}"
FIRST = {
    "id": ID, "statement": "Harbours run automated cranes.", "quantity": {"value": str(START), "unit": "cranes"},
    "measure": "automated-cranes", "geography": "WORLD", "attributed_to": "Port Register",
}  # fmt: skip
IMPATIENT = 0.1
"""The part of requests whose answer, where faults are expected, is not waited for long."""

Tell = Callable[[str], None]


class Contest:
    """Writers, half of them at each process, each with revisions of its own to make.

    When `faults` are expected, every request has an `Idempotency-Key`, some are given up before they are answered, and
    one whose outcome is unknown is sent again as it was, to the next process. Who is late pauses up to `pause` seconds.
    """

    def __init__(self, deployment: Deployment, writers: int, revisions: int, *, faults: bool, pause: float) -> None:
        self.deployment = deployment
        self.writers = writers
        self.revisions = revisions
        self.faults = faults
        self.pause = pause
        self.acknowledged: dict[int, tuple[int, int, bytes]] = {}
        self.counted: Counter[str] = Counter()
        self.seconds = 0.0
        self._news = asyncio.Condition()
        self._clients = [deployment.client(number) for number in range(len(deployment.apis))]
        self._secrets: dict[str, str] = {}

    async def run(self, crashes: list[Callable[[], Awaitable[None]]] = (), tell: Tell = lambda _: None) -> None:
        """Every writer to its end, with the crashes spread over the run."""
        self._secrets = await editors(self.deployment.database_url, [_name(n) for n in range(self.writers)])
        created = await self._clients[0].post("/v1/claims", json=FIRST, headers=self._who(0))
        assert created.status_code == 201, created.text
        begun = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(self._tell(tell, begun))
                crashing = group.create_task(self._crash(crashes, tell))
                writing = [group.create_task(self._write(number, created)) for number in range(self.writers)]
                await asyncio.gather(crashing, *writing)
                telling.cancel()
        finally:
            for client in self._clients:
                await client.aclose()
        self.seconds = time.monotonic() - begun

    def figures(self) -> str:
        """What happened, in numbers."""
        kills = self.deployment.kills
        counted = ", ".join(f"{count} {what}" for what, count in sorted(self.counted.items()))
        return (
            f"{self.seconds:.1f} s, {len(self.acknowledged)} acknowledged, {len(self.acknowledged) + 1} versions, "
            f"kills: {kills['api']} API and {kills['postgres']} PostgreSQL; {counted}"
        )

    async def _write(self, number: int, newest: httpx.Response) -> None:
        """One writer: each revision is made from the newest version it knows, until it is taken."""
        chance = random.Random(f"writer {number}")
        current, tag = newest.json(), newest.headers["etag"]
        for revision in range(self.revisions):
            for attempt in range(100_000):
                value = str(int(current["quantity"]["value"]) + 1)
                body = {"quantity": {"value": value}, "change": {"note": f"writer {number}, revision {revision}"}}
                headers = {**self._who(number), "if-match": tag, "content-type": "application/merge-patch+json"}
                if self.faults:
                    headers["idempotency-key"] = f'"{number}-{revision}-{attempt}"'
                answer = await self._definite(number, chance, headers, msgspec.json.encode(body))
                tag = answer.headers["etag"]
                if answer.status_code == 200:
                    current = answer.json()
                    assert current["quantity"]["value"] == value
                    await self._acknowledge(current["version"], (number, revision, answer.content))
                    break
                current = answer.json()["current"]
                await asyncio.sleep(chance.random() * self.pause)

    async def _definite(self, number: int, chance: random.Random, headers: dict[str, str], body: bytes):
        """200 or 412 to one request, sent as often as it takes."""
        resent = 0
        while True:
            client = self._clients[(number + resent) % len(self._clients)]
            is_impatient = self.faults and chance.random() < IMPATIENT
            within = chance.random() * 0.1 if is_impatient else WITHIN
            try:
                answer = await client.patch(PATH, content=body, headers=headers, timeout=within)
            except httpx.TransportError as error:
                if not self.faults:
                    raise
                outcome: str = type(error).__name__
            else:
                replayed = answer.headers.get("idempotent-replayed") == "true"
                self.counted["replayed"] += replayed
                assert resent or not replayed, "the first request is answered as a repetition"
                if answer.status_code in (200, 412):
                    self.counted[str(answer.status_code)] += 1
                    return answer
                outcome = answer.json()["type"].removeprefix("/problems/")
                assert outcome in ("store-unavailable", "idempotency-key-in-use"), f"{headers} {body} {answer.text}"
                assert self.faults or outcome == "store-unavailable", answer.text
            self.counted[f"resent after {outcome}"] += 1
            resent += 1
            await asyncio.sleep(chance.random() * 0.2)

    async def _acknowledge(self, version: int, written: tuple[int, int, bytes]) -> None:
        async with self._news:
            assert version not in self.acknowledged, f"version {version} was acknowledged to two writers"
            self.acknowledged[version] = written
            self._news.notify_all()

    async def _crash(self, crashes: list[Callable[[], Awaitable[None]]], tell: Tell) -> None:
        """Each crash once its part of the revisions is made, while the writers go on."""
        for number, crash in enumerate(crashes, 1):
            due = self.writers * self.revisions * number // (len(crashes) + 1)
            async with self._news:
                await self._news.wait_for(lambda due=due: len(self.acknowledged) >= due)
            await crash()
            tell(f"crash {number} of {len(crashes)} is over")

    async def _tell(self, tell: Tell, begun: float) -> None:
        while True:
            await asyncio.sleep(5)
            self.seconds = time.monotonic() - begun
            tell(self.figures())

    def _who(self, number: int) -> dict[str, str]:
        return {"authorization": f"Bearer {self._secrets[_name(number)]}"}

    async def check(self) -> None:
        """Nothing acknowledged is lost or changed, nothing was done twice, and no revision overwrote another."""
        total = self.writers * self.revisions
        assert len(self.acknowledged) == total
        pool = await open_pool(self.deployment.database_url, 1)
        try:
            async with unhurried(pool, readonly=True) as connection:
                log = [version async for version in whole_log(connection)]
        finally:
            await pool.close()
        assert len(log) == total + 1
        assert [version.position for version in log] == list(range(1, total + 2))
        assert [version.version for version in log] == list(range(1, total + 2))
        assert [int(version.quantity.value) for version in log] == list(range(START, START + total + 1))
        made = {(number, revision) for number in range(self.writers) for revision in range(self.revisions)}
        assert {(number, revision) for number, revision, _ in self.acknowledged.values()} == made
        for version in log[1:]:
            number, revision, acknowledged = self.acknowledged[version.version]
            assert msgspec.json.encode(version) == acknowledged
            assert version.change.note == f"writer {number}, revision {revision}"
            assert version.change.by == _name(number)
        assert all(version.digest == digest_of(version) for version in log)
        for process in range(len(self.deployment.apis)):
            async with self.deployment.client(process, WITHIN) as client:
                assert await _walked(client) == list(reversed(log))
                await self._check_bytes(client, process)

    async def _check_bytes(self, client: httpx.AsyncClient, process: int) -> None:
        """Each process is asked for its part of the versions, whoever acknowledged them."""
        for number, (*_, acknowledged) in self.acknowledged.items():
            if number % len(self.deployment.apis) != process:
                continue
            served = await client.get(f"{PATH}/versions/{number}")
            assert served.status_code == 200, served.text
            assert served.content == acknowledged
            version = msgspec.json.decode(served.content, type=ClaimVersion)
            assert version.digest == digest_of(version)


async def _walked(client: httpx.AsyncClient) -> list[ClaimVersion]:
    """Every version of the claim, newest first, page by page."""
    found: list[ClaimVersion] = []
    path = f"{PATH}/versions?limit=100"
    while path:
        page = (await client.get(path)).raise_for_status().json()
        found += msgspec.convert(page["items"], list[ClaimVersion])
        path = page["next"] and f"{PATH}/versions?limit=100&cursor={page['next']}"
    return found


def _name(number: int) -> str:
    return f"Writer {number}"
