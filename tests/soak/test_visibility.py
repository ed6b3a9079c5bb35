"""A change is visible in every process within 50 ms, 99 times in 100: `make soak`."""

import pytest

from tests.stories.deployment import deployed
from tests.stories.traffic import BOUND, Traffic
from tests.stories.visibility import Visibility
from tests.telling import tell

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

CHANGES = 1000
PROMISED = 50.0
"""Milliseconds. The one measure of speed that a test holds anyone to: it is promised to readers in this number, and
this test runs by hand, on a machine with nothing else to do."""


@pytest.mark.parametrize("writers", [[0], [0, 1, 2]], ids=["written through one process", "written through each"])
async def test_a_change_is_visible_in_every_process_within_fifty_milliseconds(writers, tmp_path):
    async with deployed(tmp_path, None, processes=3, database_connections=5) as deployment:
        traffic = Traffic(deployment, claims=1, newcomers=0, pause=0)
        await traffic.prepare()
        visibility = Visibility(traffic)
        await visibility.measure(CHANGES, writers)
        tell(f"{CHANGES} changes through {len(writers)} of 3 processes; {visibility.figures()}")
        finding = await traffic.finding()
        assert not finding.violations, finding.told()
        assert max(visibility.quantile(process, 1) for process in range(3)) <= BOUND * 1000
        assert max(visibility.quantile(process, 0.99) for process in range(3)) <= PROMISED
