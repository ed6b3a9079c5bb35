"""Three processes show one log for a minute in which everything that tells them of changes breaks: `make soak`."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.stories.deployment import Deployment, deployed
from tests.stories.traffic import BOUND, Traffic
from tests.telling import tell

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

SECONDS = 60.0
PROCESSES = 3

Fault = Callable[[], Awaitable[None]]


async def test_three_processes_show_one_log_for_a_minute_of_faults(tmp_path):
    async with deployed(tmp_path, None, processes=PROCESSES, database_connections=5) as deployment:
        traffic = await _minute(deployment, _faults(deployment))
        assert traffic.refused == {}
        for fault in ("Valkey restarted", "process stopped", "news withheld"):
            assert deployment.faults[fault] > 0


async def test_three_processes_show_one_log_for_a_minute_in_which_postgres_crashes(tmp_path):
    async with deployed(tmp_path, None, processes=PROCESSES, database_connections=5) as deployment:
        traffic = await _minute(deployment, _crashes(deployment))
        assert {what.split()[0] for what in traffic.refused} <= {"503"}
        assert deployment.kills["postgres"] > 0


async def _minute(deployment: Deployment, faults: list[Fault]) -> Traffic:
    traffic = Traffic(deployment, claims=10, newcomers=30, pause=0.01)
    await traffic.prepare()
    await traffic.run(3, 5, faults)
    tell(traffic.figures())
    finding = await traffic.finding()
    tell(f"{len(finding.violations)} violations; an acknowledged write went unseen {finding.staleness:.3f} s at most")
    assert not finding.violations, finding.told()
    assert finding.staleness <= BOUND
    return traffic


def _faults(deployment: Deployment) -> list[Fault]:
    """What must never be noticed: each kind by itself, again and again."""
    return [
        _again("cut", 1.5, lambda chance: deployment.cut_listener(chance.randrange(PROCESSES))),
        _again(
            "frozen", 8, lambda chance: deployment.freeze_listener(chance.randrange(PROCESSES), chance.random() * 4)
        ),
        _again("withheld", 8, lambda chance: deployment.withhold_news(chance.random() * 4)),
        _again("Valkey", 8, lambda chance: deployment.restart_valkey(chance.random() * 2)),
        _again("stopped", 8, lambda chance: deployment.pause(chance.randrange(PROCESSES), chance.random() * 4)),
    ]


def _crashes(deployment: Deployment) -> list[Fault]:
    """What readers may notice, by answers that say so."""
    return [
        _again("Postgres", 12, lambda chance: deployment.crash_postgres(chance.random() * 4)),
        _again("Valkey", 8, lambda chance: deployment.restart_valkey(chance.random() * 2)),
        _again("stopped", 8, lambda chance: deployment.pause(chance.randrange(PROCESSES), chance.random() * 4)),
    ]


def _again(kind: str, longest_pause: float, fault: Callable[[random.Random], Awaitable[None]]) -> Fault:
    async def again_and_again() -> None:
        chance = random.Random(f"20261123 {kind}")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            await asyncio.sleep(chance.random() * longest_pause)
            await fault(chance)

    return again_and_again
