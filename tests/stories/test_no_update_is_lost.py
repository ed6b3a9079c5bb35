"""No update is ever lost: writers on two processes revise one claim at once, also while what serves them crashes."""

from functools import partial

from tests.stories.contest import Contest
from tests.stories.deployment import deployed


async def test_writers_on_two_processes_lose_no_update(cluster, tmp_path):
    async with deployed(tmp_path, cluster.servers.redis_url) as deployment:
        contest = Contest(deployment, 8, 20, faults=False, pause=0.05)
        await contest.run()
        assert contest.counted["412"] > 0, "the writers never met: this test shows nothing"
        await contest.check()
        assert deployment.said() == ""


async def test_writers_lose_no_update_when_a_process_and_postgres_crash(cluster, tmp_path):
    async with deployed(tmp_path, cluster.servers.redis_url) as deployment:
        contest = Contest(deployment, 6, 12, faults=True, pause=0.05)
        await contest.run([partial(deployment.crash_api, 0), deployment.crash_postgres])
        assert any(what.startswith("resent") for what in contest.counted), "nobody noticed: this test shows nothing"
        await contest.check()
