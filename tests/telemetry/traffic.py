"""A program under way, its metrics as Prometheus reads them, and its log as a collector does."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from service.scrapes import read_by_prometheus
from tests.cli.programs import Program, free_port, until
from tests.serving import Api


@dataclass(frozen=True)
class Scrape:
    """What was read: families by name, and samples by name with their labels."""

    families: Mapping[str, Any]

    def samples(self, name: str, **labels: str) -> list[Any]:
        """The samples of a name that have these labels, whatever else they have."""
        return [
            sample
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def value(self, name: str, **labels: str) -> float:
        """The sum of those samples; 0 where there is none."""
        return sum(sample.value for sample in self.samples(name, **labels))


def scraped(port: int) -> Scrape:
    """The metrics on a port, as Prometheus's own library reads them."""
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = list(text_string_to_metric_families(answer.text))
    assert len({family.name for family in families}) == len(families)
    return Scrape({family.name: family for family in families})


async def scrape(port: int) -> Scrape:
    """The same, while what is read goes on in this very loop."""
    return await asyncio.to_thread(scraped, port)


@asynccontextmanager
async def watching(api: Api) -> AsyncIterator[int]:
    """The port on which the metrics of an API inside this test are read, until the block ends."""
    settings = msgspec.structs.replace(api.runtime.settings, metrics_port=free_port())
    async with read_by_prometheus(settings, api.runtime.watch.metrics, api.runtime.pool, api.runtime.monotonic):
        yield settings.metrics_port


def logged(program: Program, **fields: object) -> list[dict[str, Any]]:
    """The lines a program logged, each of which is JSON, that have these fields."""
    return [line for line in _lines(program) if fields.items() <= line.items()]


def logged_soon(program: Program, **fields: object) -> dict[str, Any]:
    """The one line with these fields, which may take a moment to come."""
    until(lambda: logged(program, **fields), f"it logs {fields}")
    (line,) = logged(program, **fields)
    return line


def _lines(program: Program) -> Iterator[dict[str, Any]]:
    whole, _, _ = program.said.rpartition("\n")
    for line in whole.split("\n") if whole else ():
        yield json.loads(line)
