"""The FastAPI peer's tables, made from the same lines as our log, and the questions it asks of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import asyncpg
import msgspec

from schemas.claims import ClaimVersion

TABLES = """
create table version (
    position bigint primary key,
    until bigint not null default 9223372036854775807,
    id text not null,
    version int not null,
    lifecycle text not null,
    topics text[] not null,
    measure text not null,
    status text not null,
    words text not null,
    more_words text not null,
    body bytea not null
)
"""
INDEXES = (
    "create unique index on version (id, version)",
    """update version set until = next.until from (
        select position, lead(position) over (partition by id order by version) as until from version) next
    where next.position = version.position and next.until is not null""",
    """create table claim as select
        id, position, '"' || position || '"' as etag, lifecycle, topics, measure, status, body,
        setweight(to_tsvector('english', words), 'A') || setweight(to_tsvector('english', more_words), 'B') as document
    from version where until = 9223372036854775807""",
    "alter table claim add primary key (id)",
    "create index on claim (position desc)",
    "create index on claim using gin (topics)",
    "create index on claim (measure, position desc)",
    "create index on claim (status, position desc)",
    "create index on claim using gin (document)",
    "alter table version drop column words, drop column more_words",
    "vacuum (full, analyze) version",
    "vacuum (analyze) claim",
)

ITEM = "select etag, case when etag is distinct from $2 then body end as body from claim where id = $1"
PAST = """select body from version where position <= $1 and until > $1 and lifecycle = 'published'
order by position desc limit $2"""
SEARCHED = """select body from claim, websearch_to_tsquery('english', $1) as asked
where document @@ asked and lifecycle = 'published'
order by ts_rank_cd(document, asked) desc, position desc limit $2"""
_FILTERS = {"topic": "topics @> array[${}]", "measure": "measure = ${}", "status": "status = ${}"}


def filtered(wanted: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """The statement for the filters that are asked, and their values."""
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = [_FILTERS[name].format(number) for number, name in enumerate(given, 1)]
    where = " and ".join([*conditions, "lifecycle = 'published'"])
    return f"select body from claim where {where} order by position desc limit ${len(given) + 1}", list(given.values())


async def fill(database_url: str, lines: Iterable[bytes]) -> None:
    """Makes the tables of an empty database from the lines of an exported log."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(TABLES)
        columns = [
            "position",
            "id",
            "version",
            "lifecycle",
            "topics",
            "measure",
            "status",
            "words",
            "more_words",
            "body",
        ]
        await connection.copy_records_to_table("version", records=_rows(lines), columns=columns, timeout=3600)
        for statement in INDEXES:
            await connection.execute(statement, timeout=3600)
    finally:
        await connection.close()


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    decode = msgspec.json.Decoder(ClaimVersion).decode
    for line in lines:
        v = decode(line)
        yield (
            v.position, v.id, v.version, str(v.lifecycle), v.topics, v.measure, str(v.verification.status),
            v.statement, words_beside(v), line.rstrip(b"\n"),
        )  # fmt: skip


def words_beside(v: ClaimVersion) -> str:
    """What else a search finds a claim by, as in our own index."""
    said = [v.measure.replace("-", " "), *(topic.replace("-", " ") for topic in v.topics), v.attributed_to]
    said += [v.scope or "", *(source.publisher for source in v.sources), *(source.title for source in v.sources)]
    return " ".join([*said, v.quantity.value or ""])
