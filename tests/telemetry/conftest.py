"""A whole Citable as its operators run it: watched, and with a log for programs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from schemas.keys import Role
from tests.cast import key_for
from tests.cli.conftest import database  # noqa: F401 - a fixture
from tests.cli.programs import Program, free_port
from tests.databases import Cluster


@dataclass(frozen=True)
class Watched:
    """A running program, a client for it, and what it is called by who watches it."""

    program: Program
    client: httpx.Client
    metrics: int
    keys: dict[Role, str]


@pytest.fixture(scope="module")
async def watched(cluster: Cluster, tmp_path_factory) -> AsyncIterator[Watched]:
    """`citable run` on a curated log of its own."""
    name = await cluster.new_database("curated")
    async with cluster.pool_on(name) as pool:
        keys = {role: await key_for(pool, role.capitalize(), role) for role in (Role.PARTNER, Role.EDITOR)}
    port, metrics = free_port(), free_port()
    program = Program(
        tmp_path_factory.mktemp("watched"),
        "run",
        port=port,
        metrics_port=metrics,
        database_url=cluster.url(name),
        redis_url=f"{cluster.servers.redis_url}?db=11",
        log_format="json",
        log_requests="true",
        webhook_loopback="true",
        trusted_proxies="127.0.0.1",
        reads_per_minute=500,
    )
    await asyncio.to_thread(program.says, "/docs")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield Watched(program, client, metrics, keys)
    program.kill()
    await cluster.drop(name)
