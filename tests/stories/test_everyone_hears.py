"""Everyone who wants to hear of changes hears of all of them, whoever is killed meanwhile. `make soak` has it long."""

from tests.stories.deployment import deployed
from tests.stories.hearing import Hearing
from tests.telling import tell
from tests.work.receivers import receiving


async def test_readers_an_endpoint_and_a_mirror_hear_of_every_change_while_they_are_killed(cluster, tmp_path):
    mirror = cluster.url(await cluster.new_database("bare"))
    async with (
        deployed(tmp_path, cluster.servers.redis_url, webhook_loopback=True) as deployment,
        receiving() as receiver,
    ):
        hearing = Hearing(deployment, receiver, tmp_path, f"{cluster.servers.redis_url}?db=7", writers=8, changes=600)
        try:
            await hearing.run(mirror, kills=1, tell=tell)
            await hearing.check()
        finally:
            await hearing.close()
        tell(hearing.figures())
