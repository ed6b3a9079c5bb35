"""Writes `openapi/examples.json`: what a new service on the curated set answers. What still holds is left as it was."""

import asyncio
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

from db.embedded import THROWAWAY, embedded_servers
from service.contract.examples import RECORDED
from tests.databases import Cluster
from tests.openapi.recording import as_examples, recorded, without_chance


def kept(before: Any, now: Any) -> Any:
    """What is now, but where only time and chance made a difference what was before."""
    if without_chance(before) == without_chance(now):
        return before
    if isinstance(now, dict) and isinstance(before, dict) and "value" not in now:
        return {name: kept(before.get(name), inner) for name, inner in now.items()}
    return now


async def record(cluster: Cluster) -> None:
    """Asks, and writes the answers down. What is broken on purpose for it is nobody's news."""
    logging.disable(logging.CRITICAL)
    await cluster.prepare()
    now = as_examples(await recorded(cluster))
    before = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    RECORDED.write_text(json.dumps(kept(before, now), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, embedded_servers(Path(folder), options=THROWAWAY) as servers:
        asyncio.run(record(Cluster(servers)))
