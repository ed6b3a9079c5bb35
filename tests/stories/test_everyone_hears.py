"""Everyone who wants to hear of changes hears of all of them, whoever is killed meanwhile. `make soak` has it long."""

from tests.stories.hearing import everyone_hears


async def test_readers_an_endpoint_and_a_mirror_hear_of_every_change_while_they_are_killed(cluster, tmp_path):
    await everyone_hears(cluster, tmp_path, changes=600, kills=1)
