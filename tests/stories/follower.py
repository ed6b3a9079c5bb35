"""A reader of changes as a process of its own: it writes down each change, and goes on from there when it is started.

`python -m tests.stories.follower poll|wait|stream FILE URL…`: when an address fails, the next is asked.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import msgspec

AGAIN = 0.1


async def _poll(client: httpx.AsyncClient, url: str, after: int, wait: int) -> AsyncIterator[Any]:
    answer = await client.get(f"{url}/v1/changes?after={after}&limit=1000" + (f"&wait={wait}" if wait else ""))
    answer.raise_for_status()
    page = answer.json()
    for item in page["items"]:
        yield item
    if not page["has_more"] and not wait:
        await asyncio.sleep(AGAIN)


async def _stream(client: httpx.AsyncClient, url: str, after: int) -> AsyncIterator[Any]:
    async with client.stream("GET", f"{url}/v1/changes/stream", headers={"Last-Event-ID": str(after)}) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield msgspec.json.decode(line.removeprefix("data: "))


def positions(file: Path) -> list[tuple[int, str, int]]:
    """What was written down: position, claim and version. A line that was cut off when its writer died is none."""
    if not file.exists():
        return []
    whole = file.read_text().rpartition("\n")[0]
    lines = [line.split() for line in whole.splitlines()]
    return [(int(position), claim, int(version)) for position, claim, version in lines]


async def _follow(mode: str, file: Path, after: int, urls: list[str]) -> None:
    # three times what a heartbeat takes: who hears nothing for so long connects again
    async with httpx.AsyncClient(timeout=45) as client:
        for url in cycle(urls):
            changes = (
                _stream(client, url, after) if mode == "stream" else _poll(client, url, after, 20 * (mode == "wait"))
            )
            try:
                with file.open("a") as lines:
                    async for change in changes:
                        lines.write(f"{change['position']} {change['claim']} {change['version']}\n")
                        lines.flush()
                        after = change["position"]
            except httpx.HTTPError:
                await asyncio.sleep(AGAIN)


if __name__ == "__main__":
    written = Path(sys.argv[2])
    known = positions(written)
    written.write_text("".join(f"{position} {claim} {version}\n" for position, claim, version in known))
    asyncio.run(_follow(sys.argv[1], written, known[-1][0] if known else 0, sys.argv[3:]))
