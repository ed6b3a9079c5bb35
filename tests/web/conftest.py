"""What several tests of requests need."""

import pytest

from tests.serving import serving

NOWHERE = "redis://127.0.0.1:1"


@pytest.fixture(scope="session")
async def bare(cluster):
    """The API on the curated set that keeps nothing: every answer is loaded from PostgreSQL."""
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), NOWHERE, memory_cache_mb=0, database_connections=20) as api:
        yield api
