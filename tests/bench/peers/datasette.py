"""Datasette, which publishes tables as JSON: the same claims in SQLite, with indexes and full-text search.

Pages are canned queries, its own way to give a question an address, one for each set of filters; the file is opened as
immutable, which it is fastest with.
"""

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from schemas.claims import ClaimVersion
from tests.bench.peers.fastapi_tables import words_beside
from tests.bench.work import PAGE, Questions, Request

LACKS = {"conditional": "sends no entity tags for JSON", "deep page": "asked of ours only"}
_TABLES = """
pragma journal_mode = off;
pragma synchronous = off;
create table versions (position integer primary key, until integer, id text, lifecycle text, body text);
create table claims (id text primary key, position integer, lifecycle text, measure text, status text, body text);
create table claim_topics (topic text, position integer, primary key (topic, position)) without rowid;
create virtual table claim_words using fts5(words, more_words, content='', tokenize='porter');
"""
_INDEXES = """
create unique index versions_id on versions (id, position);
create index claims_position on claims (position);
create index claims_measure on claims (measure, status, position);
create index claims_status on claims (status, position);
vacuum;
analyze;
"""
_CURRENT = """select position, body from versions
where until = 9223372036854775807 and position > ? order by position limit 5000"""
_CONDITIONS = {
    "topic": "exists (select 1 from claim_topics t where t.topic = :topic and t.position = c.position)",
    "measure": "c.measure = :measure",
    "status": "c.status = :status",
}
_SEARCH = """select c.body from claim_words join claims c on c.rowid = claim_words.rowid
where claim_words match :q and c.lifecycle = 'published' order by bm25(claim_words, 4.0, 1.0) limit :limit"""
_PAST = """select body from versions where position <= :as_of and until > :as_of and lifecycle = 'published'
order by position desc limit :limit"""


def _filtered(names: Iterable[str]) -> str:
    conditions = " and ".join([*(_CONDITIONS[name] for name in names), "c.lifecycle = 'published'"])
    return f"select c.body from claims c where {conditions} order by c.position desc limit :limit"


def _name(names: Iterable[str]) -> str:
    return "_".join(["by", *names])


_SETS = (("topic", "measure", "status"), ("topic", "status"), ("measure", "status"), ("topic", "measure"))
QUERIES = {_name(names): _filtered(names) for names in _SETS} | {"search": _SEARCH, "past": _PAST}


def fill(file: Path, lines: Iterable[bytes]) -> None:
    """Makes the SQLite file from the lines of an exported log, and beside it what Datasette is told of it."""
    described = {"databases": {file.stem: {"queries": {name: {"sql": sql} for name, sql in QUERIES.items()}}}}
    described_in(file).write_text(json.dumps(described))
    file.unlink(missing_ok=True)
    newest: dict[str, int] = {}
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(_TABLES)
        decode = msgspec.json.Decoder(ClaimVersion).decode
        for batch in _batched(lines, 5000):
            for line in batch:
                v = decode(line)
                _put(connection, v, line.rstrip(b"\n").decode(), newest.get(v.id))
                newest[v.id] = v.position
            connection.commit()
        after = 0
        while bodies := connection.execute(_CURRENT, (after,)).fetchall():
            for position, body in bodies:
                _put_current(connection, decode(body), body)
                after = position
            connection.commit()
        connection.executescript(_INDEXES)


def _batched(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    following = iter(lines)
    while batch := list(islice(following, size)):
        yield batch


def _put(connection: sqlite3.Connection, v: ClaimVersion, body: str, before: int | None) -> None:
    if before is not None:
        connection.execute("update versions set until = ? where position = ?", (v.position, before))
    values: tuple[Any, ...] = (v.position, 9223372036854775807, v.id, str(v.lifecycle), body)
    connection.execute("insert into versions values (?, ?, ?, ?, ?)", values)


def _put_current(connection: sqlite3.Connection, v: ClaimVersion, body: str) -> None:
    connection.execute(
        "insert into claims (rowid, id, position, lifecycle, measure, status, body) values (?, ?, ?, ?, ?, ?, ?)",
        (v.position, v.id, v.position, str(v.lifecycle), v.measure, str(v.verification.status), body),
    )
    connection.executemany("insert into claim_topics values (?, ?)", [(topic, v.position) for topic in set(v.topics)])
    connection.execute(
        "insert into claim_words (rowid, words, more_words) values (?, ?, ?)",
        (v.position, v.statement, words_beside(v)),
    )


def described_in(file: Path) -> Path:
    """Where the description of a file is."""
    return file.with_suffix(".json")


def command(file: Path, port: int) -> list[str]:
    """How Datasette is started on a file."""
    settings = {"suggest_facets": "off", "allow_facet": "off", "sql_time_limit_ms": "10000", "max_returned_rows": "100"}
    given = [part for name, value in settings.items() for part in ("--setting", name, value)]
    described = ["--metadata", str(described_in(file))]
    return [sys.executable, "-m", "datasette", "serve", "-i", str(file), "-p", str(port), *described, *given]


def asked(questions: Questions, database: str) -> dict[str, list[Request]]:
    """The questions in Datasette's words."""

    def query(name: str, **parameters: object) -> Request:
        return Request(
            f"/{database}/{name}.json?{urlencode({**parameters, 'limit': PAGE, '_shape': 'array', '_json': 'body'})}"
        )

    return {
        "item": [Request(f"/{database}/claims/{quote(id)}.json?_shape=array&_json=body") for id in questions.ids],
        "list": [query(_name(given.given), **given.given) for given in questions.filters],
        "search": [query("search", q=words) for words in questions.searches],
        "as-of": [query("past", as_of=position) for position in questions.positions],
    }
