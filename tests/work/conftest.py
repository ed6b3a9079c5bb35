"""A canary, which hears whoever connects to this machine, and a log whose changes are delivered."""

import asyncio

import psutil
import pytest

from tests.work.receivers import receiving
from tests.work.working import Shop


def own_addresses() -> set[str]:
    found = {address.address for each in psutil.net_if_addrs().values() for address in each}
    return {address for address in found if "%" not in address and ("." in address or "::" in address)}


@pytest.fixture
async def canary():
    """Counts whoever connects to any address of this machine on one port."""
    async with receiving() as first:
        opened, others = [], {"127.8.8.8", "127.0.0.2", "::1", *own_addresses()}
        for address in others:
            try:
                opened.append(await asyncio.start_server(first.serve, address, first.port))
            except OSError:
                continue  # it is not there on this machine, or belongs to one interface
        yield first
        for server in opened:
            server.close()


@pytest.fixture
async def shop(cluster):
    """A log of the test's own, without a worker yet."""
    name = await cluster.new_database("bare")
    async with cluster.pool_on(name, 5) as pool:
        yield Shop(pool, cluster.url(name))
    await cluster.drop(name)
