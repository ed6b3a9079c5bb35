"""What stories share: three processes that many read from and write to."""

from collections.abc import AsyncIterator

import pytest

from tests.stories.deployment import deployed
from tests.stories.stampede import LOGGED
from tests.stories.traffic import Traffic


@pytest.fixture(scope="package")
async def crowd(tmp_path_factory) -> AsyncIterator[Traffic]:
    """Readers and writers at three processes, on a PostgreSQL that writes down what it is asked and a Valkey to break.

    Everything that is ever written there is written by them, so that their record can be held against the log.
    """
    folder = tmp_path_factory.mktemp("crowd")
    async with deployed(folder, None, processes=3, postgres_settings=LOGGED, database_connections=5) as deployment:
        traffic = Traffic(deployment, claims=5, newcomers=8, pause=0.02)
        await traffic.prepare()
        yield traffic
