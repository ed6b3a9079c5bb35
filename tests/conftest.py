"""What every test may use: real servers, a served curated set to read, and databases of one's own to write to."""

from collections.abc import AsyncIterator, Iterator

import pytest

from db.embedded import THROWAWAY, embedded_servers
from db.pool import Pool
from tests.databases import Cluster
from tests.serving import Api, serving
from tests.web.writing import Desk, desk_on


@pytest.fixture(scope="session")
def cluster_started(tmp_path_factory) -> Iterator[Cluster]:
    with embedded_servers(tmp_path_factory.mktemp("servers"), options=THROWAWAY) as servers:
        yield Cluster(servers)


@pytest.fixture(scope="session")
async def cluster(cluster_started: Cluster) -> Cluster:
    """The servers of this run, with databases to clone."""
    await cluster_started.prepare()
    return cluster_started


@pytest.fixture(scope="session")
async def curated(cluster: Cluster) -> AsyncIterator[Api]:
    """The API on the curated set, for tests that only read."""
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=1", longest_stream=0) as api:
        yield api


@pytest.fixture(scope="session")
async def desk(cluster: Cluster) -> AsyncIterator[Desk]:
    """An API with a key of each role, for tests that write claims of their own and disturb nobody else's."""
    async with desk_on(cluster) as shared:
        yield shared


@pytest.fixture(scope="session")
async def hooked(cluster: Cluster) -> AsyncIterator[Desk]:
    """A desk whose webhooks may go to this machine, for tests that have receivers."""
    async with desk_on(cluster, webhook_loopback=True) as shared:
        yield shared


@pytest.fixture
async def pool(cluster: Cluster) -> AsyncIterator[Pool]:
    """A pool on an empty log of the test's own."""
    async with cluster.pool() as opened:
        yield opened


@pytest.fixture
async def curated_pool(cluster: Cluster) -> AsyncIterator[Pool]:
    """A pool on a curated log of the test's own."""
    async with cluster.pool("curated") as opened:
        yield opened
