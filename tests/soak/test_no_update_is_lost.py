"""The stories of writers who lose no update, at full length: `make soak`. Figures are told while they run."""

import random
from functools import partial

import pytest

from tests.stories.contest import Contest
from tests.stories.deployment import Deployment, deployed
from tests.telling import tell

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

WRITERS, REVISIONS = 32, 200
CRASHES = 6
"""Of each kind."""


async def test_thirty_two_writers_lose_no_update(cluster, tmp_path):
    async with deployed(tmp_path, cluster.servers.redis_url) as deployment:
        contest = Contest(deployment, WRITERS, REVISIONS, faults=False, pause=0.3)
        await contest.run(tell=tell)
        tell(f"writers are done: {contest.figures()}")
        await contest.check()
        tell("every version is as it was acknowledged")
        assert deployment.said() == ""


async def test_thirty_two_writers_lose_no_update_while_everything_crashes(cluster, tmp_path):
    async with deployed(tmp_path, cluster.servers.redis_url) as deployment:
        contest = Contest(deployment, WRITERS, REVISIONS, faults=True, pause=0.3)
        await contest.run(_crashes(deployment), tell)
        tell(f"writers are done: {contest.figures()}")
        assert deployment.kills == {"api": CRASHES, "postgres": CRASHES}
        assert contest.counted["replayed"] > 0, "no answer was ever lost: this test shows little"
        await contest.check()
        tell("every version is as it was acknowledged")


def _crashes(deployment: Deployment):
    crashes = [partial(deployment.crash_api, number) for number in range(CRASHES)]
    crashes += [deployment.crash_postgres] * CRASHES
    random.Random(20261123).shuffle(crashes)
    return crashes
