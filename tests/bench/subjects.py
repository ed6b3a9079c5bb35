"""Who is measured: our three levels, each alone, and the peers."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import fields

from service.settings import Settings
from tests.bench import work
from tests.bench.peers import datasette, kinto
from tests.bench.stores import Stores
from tests.bench.work import Questions, Request

MEMORY, REDIS, POSTGRES = "citable: memory", "citable: Redis", "citable: Postgres"
FASTAPI, FASTAPI_STORED = "FastAPI + asyncpg", "FastAPI, stored bytes"
DATASETTE, KINTO, BARE = "Datasette", "Kinto", "bare ASGI"
OURS = (MEMORY, REDIS, POSTGRES)
NOWHERE = "redis://127.0.0.1:1"
"""An address where nothing listens: ours leaves a Redis alone that does not answer."""

Asked = Callable[[Questions, list[str]], dict[str, list[Request]]]


@dataclass(frozen=True)
class Subject:
    """One that is measured: how it is started on a port, what it is asked, and what it cannot be asked, and why."""

    name: str
    command: Callable[[int], Sequence[str]]
    asked: Asked
    environment: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    stores: Sequence[str] = ("postgres",)


def has_memory() -> bool:
    """Whether this release keeps answers in the process's own memory."""
    return any(setting.name == "memory_cache_mb" for setting in fields(Settings))


def level(name: str, redis_url: str) -> dict[str, str]:
    """The settings that leave a level of ours alone to answer, without the levels above it."""
    settings = {"CITABLE_REDIS_URL": NOWHERE if name == POSTGRES else redis_url}
    if name != MEMORY and has_memory():
        settings["CITABLE_MEMORY_CACHE_MB"] = "0"
    return settings


def ours(name: str, database_url: str, redis_url: str) -> Subject:
    """One level of ours, on a port; its limits are out of reach, since all the load has one address."""

    def command(_: int) -> list[str]:
        return [sys.executable, "-m", "service", "serve"]

    unlimited = {"CITABLE_READS_PER_MINUTE": "1000000", "CITABLE_PUBLIC_URL": "http://citable.example"}
    environment = {"CITABLE_DATABASE_URL": database_url, **level(name, redis_url), **unlimited}
    stores = ("postgres",) if name == POSTGRES else ("postgres", "redis")
    return Subject(name, command, work.ours, environment, stores=stores)


def fastapi(name: str, stores: Stores) -> Subject:
    """The FastAPI peer: with models of what it answers, or passing stored bytes through."""

    def command(port: int) -> list[str]:
        way = "typed" if name == FASTAPI else "stored"
        return [sys.executable, "-m", "tests.bench.peers.fastapi_app", str(port), stores.url("fastapi"), way]

    def asked(questions: Questions, tags: list[str]) -> dict[str, list[Request]]:
        in_our_words = work.ours(questions, tags)
        return {
            name: [Request(request.path.removeprefix("/v1"), request.tag) for request in in_our_words[name]]
            for name in ("item", "conditional", "list", "search", "as-of")
        }

    return Subject(name, command, asked, lacks={"deep page": "asked of ours only"})


def of_datasette(stores: Stores) -> Subject:
    """Datasette on its file."""

    def asked(questions: Questions, _: list[str]) -> dict[str, list[Request]]:
        return datasette.asked(questions, stores.sqlite.stem)

    return Subject(
        DATASETTE, lambda port: datasette.command(stores.sqlite, port), asked, lacks=datasette.LACKS, stores=()
    )


def of_kinto(stores: Stores) -> Subject:
    """Kinto on its database."""
    return Subject(KINTO, lambda port: kinto.command(stores.ini, port), kinto.asked, lacks=kinto.LACKS)
