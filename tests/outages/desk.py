"""A desk that publishes claims while servers fail, and remembers what it was told of each."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import msgspec

from tests.cli.programs import WITHIN


class Written(NamedTuple):
    """A claim that was sent, when, for how many seconds its answer was waited for, and what that was.

    `status` is 0 if there was no answer. `problem` is the type of the problem, `wait` its `Retry-After`.
    """

    id: str
    due: float
    took: float
    status: int
    problem: str
    wait: str
    body: bytes


class Desk:
    """An editor who publishes one claim after the other at a process, each under an `Idempotency-Key` of its own."""

    def __init__(self, url: str, secret: str, name: str) -> None:
        self.written: list[Written] = []
        self.resting = asyncio.Lock()
        """Held while a write is under way: who has it knows that there is none."""
        self._published: list[str] = []
        self._client = httpx.AsyncClient(base_url=url, timeout=WITHIN)
        self._secret = secret
        self._name = name
        self._numbers = itertools.count()

    @asynccontextmanager
    async def publishing(self, pause: float) -> AsyncIterator["Desk"]:
        """Publishes until the block ends, with pauses of some seconds."""
        work = asyncio.create_task(self._publish_on(pause))
        try:
            yield self
        finally:
            async with self.resting:  # what is under way is answered first
                work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def publish(self) -> Written:
        """Publishes one more claim, or tries to."""
        async with self.resting:
            return await self._send(f"{self._name}-{next(self._numbers)}")

    async def publish_many(self, claims: int) -> httpx.Response:
        """Publishes so many claims in one request, long ones, or tries to."""
        async with self.resting:
            number = next(self._numbers)
            lines = [msgspec.json.encode(_claim(f"{self._name}-{number}-{n}") | _LONG) for n in range(claims)]
            kind = {"authorization": f"Bearer {self._secret}", "content-type": "application/x-ndjson"}
            answer = await self._client.post("/v1/claims/bulk", content=b"\n".join(lines), headers=kind)
            self._published += [item["id"] for item in answer.json()["items"]] if answer.status_code == 201 else []
            return answer

    async def settle(self) -> Counter[str]:
        """Sends what was not acknowledged again, with its key, until it is; and reads everything there is.

        Each claim must be there once, as it was acknowledged. How often what happened, in words.
        """
        counted: Counter[str] = Counter()
        acknowledged = {one.id: one.body for one in self.written if one.status == 201}
        for id in {one.id for one in self.written} - {*acknowledged}:
            answer = await self._answer(id)
            assert answer.status_code == 201, answer.text
            counted["found done" if "idempotent-replayed" in answer.headers else "done now"] += 1
            acknowledged[id] = answer.content
        for id, body in acknowledged.items():
            served = await self._client.get(f"/v1/claims/{id}/versions/1")
            assert served.content == body, f"{id} was acknowledged: {served.text}"
            history = await self._client.get(f"/v1/claims/{id}/versions")
            assert len(history.json()["items"]) == 1
            counted["there, once"] += 1
        for begin in range(0, len(self._published), 50):
            ids = self._published[begin : begin + 50]
            there = await self._client.get("/v1/claims", params={"ids": ids})
            assert there.status_code == 200, there.text
            assert {item["id"] for item in there.json()["items"]} == {*ids}
            counted["there, of many"] += len(ids)
        return counted

    def between(self, begin: float, end: float) -> list[Written]:
        """What was sent in a time."""
        return [one for one in self.written if begin <= one.due < end]

    async def close(self) -> None:
        """Hangs up."""
        await self._client.aclose()

    async def _publish_on(self, pause: float) -> None:
        while True:
            await self.publish()
            await asyncio.sleep(pause)

    async def _send(self, id: str) -> Written:
        due, status, problem, wait, body = time.monotonic(), 0, "", "", b""
        try:
            answer = await self._answer(id)
        except httpx.TransportError as error:
            problem = type(error).__name__
        else:
            status, body, wait = answer.status_code, answer.content, answer.headers.get("retry-after", "")
            problem = answer.json()["type"] if status >= 400 else ""
        self.written.append(Written(id, due, time.monotonic() - due, status, problem, wait, body))
        return self.written[-1]

    async def _answer(self, id: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._secret}", "idempotency-key": f'"{id}"'}
        return await self._client.post("/v1/claims", json=_claim(id), headers=headers)


_LONG = {"scope": "As far as anyone has counted them. " * 20}


def _claim(id: str) -> dict[str, Any]:
    return {
        "id": id, "statement": f"Harbours run automated cranes, as {id} says.", "measure": "automated-cranes",
        "quantity": {"value": "4100", "unit": "cranes"}, "geography": "WORLD", "attributed_to": "Port Register",
    }  # fmt: skip


def told(written: list[Written]) -> dict[str, Any]:
    """What was sent in a time, in figures; milliseconds."""
    answers = Counter(f"{one.status} {one.problem}".strip() for one in written)
    return {"writes": len(written), **answers, "max": round(max((one.took for one in written), default=0) * 1000, 1)}
