"""The story of everyone who hears of changes, at full length: `make soak`. Figures are told while it runs."""

import pytest

from tests.stories.deployment import deployed
from tests.stories.hearing import Hearing
from tests.telling import tell
from tests.work.receivers import receiving

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


async def test_ten_thousand_changes_reach_everyone_while_they_are_killed(cluster, tmp_path):
    mirror = cluster.url(await cluster.new_database("bare"))
    async with (
        deployed(tmp_path, cluster.servers.redis_url, webhook_loopback=True) as deployment,
        receiving() as receiver,
    ):
        hearing = Hearing(
            deployment, receiver, tmp_path, f"{cluster.servers.redis_url}?db=7", writers=8, changes=10_000
        )
        try:
            await hearing.run(mirror, kills=6, tell=tell)
            await hearing.check()
        finally:
            await hearing.close()
        tell(hearing.figures())
