"""The data: one corpus of a size, in a database of ours and in each peer's, made once and kept for the next run."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import getsource
from pathlib import Path

import asyncpg
import msgspec

from db.embedded import Servers
from db.migrations import fingerprints
from service.console import progress, say
from tests.bench.corpus import corpus_lines
from tests.bench.processes import free_port, run, running

VERSIONS = 3
HERE = Path(__file__).parent


class Loaded(msgspec.Struct, frozen=True):
    """What a store was made from, and what loading ours took then."""

    made_from: str
    versions: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Stores:
    """Where the data of a size are."""

    claims: int
    folder: Path
    servers: Servers

    def url(self, name: str) -> str:
        """The address of a store's database."""
        return self.servers.database_url.replace("/citable?", f"/{name}_{self.claims}?")

    @property
    def corpus(self) -> Path:
        """The lines everything is made from."""
        return self.folder / f"corpus-{self.claims}.ndjson"

    @property
    def sqlite(self) -> Path:
        """Datasette's file."""
        return self.folder / f"claims_{self.claims}.db"

    @property
    def ini(self) -> Path:
        """How Kinto is set up."""
        return self.folder / f"kinto-{self.claims}.ini"


async def load_ours(stores: Stores) -> Loaded:
    """Our database, restored from the corpus; what that took, now or when it was done."""
    migrations = "".join(fingerprints().values())
    with _stamped(stores, "ours", migrations) as stamp:
        if stamp.is_fresh:
            return stamp.kept
        _written(stores)
        await _new_database(stores, "ours")
        say(f"restoring {stores.claims:,} claims with {VERSIONS} versions each into our database")
        began = time.perf_counter()
        environment = {"CITABLE_DATABASE_URL": stores.url("ours")}
        await asyncio.to_thread(run, "restore", str(stores.corpus), **environment)
        stamp.kept = Loaded(stamp.made_from, stores.claims * VERSIONS, time.perf_counter() - began)
        await _analysed(stores.url("ours"))
        return stamp.kept


async def load_fastapi(stores: Stores) -> None:
    """The FastAPI peer's database."""
    from tests.bench.peers import fastapi_tables

    with _stamped(stores, "fastapi", source_of("peers/fastapi_tables.py")) as stamp:
        if not stamp.is_fresh:
            say("filling the tables of the FastAPI peer")
            await _new_database(stores, "fastapi")
            await fastapi_tables.fill(stores.url("fastapi"), _lines(stores))


async def load_datasette(stores: Stores) -> None:
    """Datasette's file."""
    from tests.bench.peers import datasette

    with _stamped(stores, "datasette", source_of("peers/datasette.py")) as stamp:
        if not stamp.is_fresh:
            say("filling Datasette's file")
            await asyncio.to_thread(datasette.fill, stores.sqlite, _lines(stores))


async def load_kinto(stores: Stores) -> None:
    """Kinto's records, through its API."""
    from tests.bench.peers import kinto

    with _stamped(stores, "kinto", getsource(kinto.fill) + getsource(kinto.configure)) as stamp:
        if stamp.is_fresh:
            return
        await _new_database(stores, "kinto")
        kinto.configure(stores.ini, stores.url("kinto"))
        say("putting the claims into Kinto, a hundred a request")
        port = free_port()
        with (
            running("loading Kinto", stores.folder, kinto.command(stores.ini, port), port),
            progress("putting the claims into Kinto", stores.claims) as bar,
        ):
            await kinto.fill(port, _lines(stores), bar)
        await _analysed(stores.url("kinto"))


class _Stamp:
    def __init__(self, made_from: str, kept: Loaded | None) -> None:
        self.made_from = made_from
        self.is_fresh = kept is not None and kept.made_from == made_from
        self.kept = kept if kept is not None and self.is_fresh else Loaded(made_from)


@contextmanager
def _stamped(stores: Stores, name: str, also: str) -> Iterator[_Stamp]:
    """Says whether a store is made from what is there now; when the block ends well, it is."""
    made_from = hashlib.sha256((source_of("corpus.py") + source_of("vocabulary.py") + also).encode()).hexdigest()
    file = stores.folder / f"{name}-{stores.claims}.stamp"
    kept = msgspec.json.decode(file.read_bytes(), type=Loaded) if file.exists() else None
    stamp = _Stamp(made_from, kept)
    if not stamp.is_fresh:
        file.unlink(missing_ok=True)
    yield stamp
    file.write_bytes(msgspec.json.encode(stamp.kept))


def source_of(name: str) -> str:
    """The text of a file of the benchmark: what is made by it is made again when it changes."""
    return (HERE / name).read_text()


def _written(stores: Stores) -> None:
    """The corpus as a file, whole or not at all."""
    made_from = hashlib.sha256((source_of("corpus.py") + source_of("vocabulary.py")).encode()).hexdigest()
    stamp = stores.corpus.with_suffix(".stamp")
    if stores.corpus.exists() and stamp.exists() and stamp.read_text() == made_from:
        return
    say(f"writing a corpus of {stores.claims:,} claims with {VERSIONS} versions each")
    stores.folder.mkdir(parents=True, exist_ok=True)
    total = stores.claims * VERSIONS
    with stores.corpus.open("wb") as file, progress("writing the corpus", total) as bar:
        for line in corpus_lines(stores.claims, VERSIONS):
            file.write(line)
            bar(1)
    stamp.write_text(made_from)


def _lines(stores: Stores, hear: Callable[[int], None] = lambda _: None) -> Iterable[bytes]:
    _written(stores)
    with stores.corpus.open("rb") as lines, progress("loading", stores.corpus.stat().st_size) as bar:
        for line in lines:
            yield line
            bar(len(line))
            hear(1)


async def _new_database(stores: Stores, name: str) -> None:
    connection = await asyncpg.connect(stores.servers.database_url)
    try:
        await connection.execute(f"drop database if exists {name}_{stores.claims} with (force)")
        await connection.execute(f"create database {name}_{stores.claims} encoding 'UTF8'")
    finally:
        await connection.close()


async def _analysed(url: str) -> None:
    """What autovacuum does within minutes, now: so that a run does not measure it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("vacuum (analyze)", timeout=3600)
    finally:
        await connection.close()
