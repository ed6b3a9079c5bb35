"""What an endpoint that hangs, and one that fails, do to the messages of another: nothing that can be measured."""

import asyncio
import statistics
import time

from db.pool import writing
from db.webhooks import remove_webhook
from service.work import worker as working
from tests.telling import tell
from tests.work.receivers import OK, answering, hang, receiving
from tests.work.working import Shop, position_of

ROUNDS = 3
CHANGES = 100
CLAIMS = [f"claim-{number}" for number in range(10)]
MOST = 3.0
"""How many times as long the slowest messages may take beside bad neighbours: about one, and much noise."""


class Stopwatch:
    """An endpoint's answer that tells when each change came."""

    def __init__(self) -> None:
        self.came: dict[int, asyncio.Future[float]] = {}

    def __call__(self, received):
        future = self.came.get(position_of(received))
        if future is not None and not future.done():
            future.set_result(time.perf_counter())
        return OK


async def latencies(shop: Shop, watch: Stopwatch) -> list[float]:
    """Seconds from when each of some changes is committed to when it is received, one change at a time."""
    found = []
    for number in range(CHANGES):
        position = sum(map(len, shop.written.values())) + 1
        watch.came[position] = asyncio.get_running_loop().create_future()
        await shop.write(CLAIMS[number % len(CLAIMS)])
        began = time.perf_counter()
        async with asyncio.timeout(60):
            found.append(await watch.came[position] - began)
    return found


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


async def test_an_endpoint_that_hangs_and_one_that_fails_delay_nobody_else(shop, monkeypatch):
    monkeypatch.setattr(working, "ENDED_WITHIN", 0.1)
    watch, ratios = Stopwatch(), []
    async with (
        receiving(answer=watch) as good,
        receiving(answer=hang) as hanging,
        receiving(answer=answering(500)) as failing,
        shop.working(),
    ):
        await shop.webhook(good.url)
        await latencies(shop, watch)
        for number in range(ROUNDS):
            alone = p99(await latencies(shop, watch))
            after = sum(map(len, shop.written.values()))
            bad = [await shop.webhook(f"{each.url}?{number}", f"Bad {number}", after) for each in (hanging, failing)]
            beside = p99(await latencies(shop, watch))
            assert all([(await shop.state(webhook)).held or (await shop.state(webhook)).behind for webhook in bad])
            for webhook in bad:
                async with writing(shop.pool) as connection:
                    await remove_webhook(connection, webhook.id)
            ratios.append(beside / alone)
            tell(f"p99 {alone * 1000:.1f} ms alone, {beside * 1000:.1f} ms beside bad neighbours")
    assert hanging.received
    assert failing.received
    assert statistics.median(ratios) <= MOST
