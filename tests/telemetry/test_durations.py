"""Durations that are counted many at once are shown as Prometheus's own histogram shows them."""

from random import Random
from threading import Thread

import prometheus_client
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from service.durations import Histogram

BOUNDS = (0.0005, 0.001, 0.25, 1, 2.5)
LABELS = ("route", "method")


def shown(registry: CollectorRegistry) -> list[str]:
    return sorted(generate_latest(registry).decode().splitlines())


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 3000])
def test_what_is_shown_is_what_the_library_shows(count):
    chance, ours, theirs = Random(count), CollectorRegistry(), CollectorRegistry()
    mine = Histogram("seconds", "How long.", LABELS, BOUNDS, ours)
    other = prometheus_client.Histogram("seconds", "How long.", LABELS, buckets=BOUNDS, registry=theirs)
    for number in range(count):
        labels = (chance.choice(["/v1/claims", 'a"\n\\b']), "GET")
        seconds = chance.choice([0.0, 0.0005, 0.25, 1.0, 2.5, 100.0, chance.randrange(2**10) / 2**9])
        mine.labels(*labels).observe(seconds)
        other.labels(*labels).observe(seconds)
        if number % 700 == 0:
            assert shown(ours) == shown(theirs)  # who asks in between changes nothing
    assert shown(ours) == shown(theirs)


def test_none_is_lost_when_many_ask_and_observe():
    registry = CollectorRegistry()
    noted = Histogram("seconds", "How long.", (), BOUNDS, registry).labels()
    threads = [Thread(target=lambda: [noted.observe(0.5) for _ in range(5000)]) for _ in range(4)]
    threads += [Thread(target=lambda: [generate_latest(registry) for _ in range(50)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert registry.get_sample_value("seconds_count") == 20_000
    assert registry.get_sample_value("seconds_sum") == 10_000
