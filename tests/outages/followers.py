"""Readers of changes that stay through outages: on a stream, by long polls, and whom a worker delivers to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import msgspec

from tests.cli.programs import WITHIN

_AGAIN = 0.1


class Follower:
    """Who hears of changes. `cut` counts the connections that ended, `refused` the answers that were no changes."""

    def __init__(self, url: str) -> None:
        self.heard: list[int] = []
        self.cut = 0
        self.refused = 0
        self._url = url

    async def stream(self, after: int) -> None:
        """Follows the stream of changes after a position, and goes on where it was cut off."""
        async with httpx.AsyncClient(base_url=self._url, timeout=WITHIN) as client:
            while True:
                headers = {"Last-Event-ID": str(self.heard[-1] if self.heard else after)}
                with suppress(httpx.TransportError):
                    async with client.stream("GET", "/v1/changes/stream", headers=headers) as answer:
                        self.refused += answer.status_code != 200
                        async for line in answer.aiter_lines():
                            if line.startswith("data: "):
                                self.heard.append(msgspec.json.decode(line.removeprefix("data: "))["position"])
                self.cut += 1
                await asyncio.sleep(_AGAIN)

    async def poll(self, after: int) -> None:
        """Asks for the changes after a position, and waits for them, again and again."""
        async with httpx.AsyncClient(base_url=self._url, timeout=WITHIN) as client:
            while True:
                try:
                    answer = await client.get(f"/v1/changes?after={after}&wait=20")
                except httpx.TransportError:
                    self.cut += 1
                else:
                    if answer.status_code == 200:
                        page = answer.json()
                        self.heard += [item["position"] for item in page["items"]]
                        after = page["next_after"]
                        continue
                    self.refused += 1
                    assert answer.status_code == 503, answer.text
                    assert int(answer.headers["retry-after"]) > 0
                await asyncio.sleep(_AGAIN)


@asynccontextmanager
async def following(url: str, after: int) -> AsyncIterator[tuple[Follower, Follower]]:
    """One on a stream and one who polls, until the block ends; a failure of theirs is the test's."""
    streaming, polling = Follower(url), Follower(url)
    tasks = [asyncio.create_task(streaming.stream(after)), asyncio.create_task(polling.poll(after))]
    try:
        yield streaming, polling
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
