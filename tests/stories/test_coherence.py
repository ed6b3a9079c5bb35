"""A change is visible in every process: nobody who was given an answer is given an older one, whatever is broken."""

import asyncio
import random
from functools import partial

from tests.stories.deployment import Deployment
from tests.stories.traffic import BOUND
from tests.stories.visibility import Visibility
from tests.telling import tell


async def test_three_processes_show_one_log_while_what_tells_them_breaks(crowd):
    faults = [_process_is_stopped, _redis_is_restarted, _listeners_are_cut, _news_are_withheld]
    await crowd.run(2, 3, [partial(fault, crowd.deployment) for fault in faults])
    finding = await crowd.finding()
    assert not finding.violations, f"{finding.told()}\n{crowd.figures()}"
    assert crowd.refused == {}
    for happened in ("reads with 200", "reads with 304", "reads with 404", "writes with 200"):
        assert crowd.counted[happened] > 0, crowd.figures()


async def test_a_change_is_visible_in_every_process(crowd):
    visibility = Visibility(crowd)
    await visibility.measure(60, writers=[0, 0, 1, 2])
    tell(visibility.figures())
    assert max(map(max, visibility.seconds)) <= BOUND, visibility.figures()
    finding = await crowd.finding()
    assert not finding.violations, finding.told()


async def test_a_change_that_nobody_is_told_of_is_visible_in_time(crowd):
    visibility = Visibility(crowd)
    untold = asyncio.create_task(crowd.deployment.withhold_news(4))
    await asyncio.sleep(0.5)
    await visibility.measure(3, writers=[0])
    assert max(map(max, visibility.seconds)) <= BOUND, visibility.figures()
    assert not untold.done(), "it took so long that everyone was told: this test shows nothing"
    untold.cancel()
    await asyncio.gather(untold, return_exceptions=True)
    finding = await crowd.finding()
    assert not finding.violations, finding.told()


async def _process_is_stopped(deployment: Deployment) -> None:
    await asyncio.sleep(0.5)
    await deployment.pause(1, 2.5)
    await asyncio.sleep(1)


async def _redis_is_restarted(deployment: Deployment) -> None:
    for after in (0.0, 0.5):
        await asyncio.sleep(1)
        await deployment.restart_valkey(after)


async def _listeners_are_cut(deployment: Deployment) -> None:
    chance = random.Random(20261123)
    for _ in range(8):
        await asyncio.sleep(chance.random() * 0.6)
        await deployment.cut_listener(chance.randrange(3))


async def _news_are_withheld(deployment: Deployment) -> None:
    await asyncio.sleep(0.2)
    await deployment.withhold_news(1.5)
    await asyncio.sleep(0.5)
    await deployment.freeze_listener(0, 1.5)
