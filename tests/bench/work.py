"""The work: what every subject is asked, chosen by a seed from what the log holds, and in which words ours is asked."""

import random
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import asyncpg
import msgspec

from schemas.requests import ClaimQuery
from schemas.verification import Lifecycle
from service.web.pages import Cursor, question_of, write_cursor

WORK = ("item", "conditional", "list", "search", "as-of", "deep page")
"""One claim; one claim the asker has (304); twenty that match a filter; twenty that match words; twenty as of a past
position; twenty from deep within the whole list, which only we are asked."""
PAGE = 20
ITEMS, PAGES = 2000, 200
"""How many different items and pages are asked for: so many that no two connections ask for one at a time."""


class Filter(msgspec.Struct, frozen=True):
    """What a list is filtered by; what is None is not asked."""

    topic: str | None
    measure: str | None
    status: str | None

    @property
    def given(self) -> dict[str, str]:
        """The parameters that are asked."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}


class Questions(msgspec.Struct, frozen=True):
    """What is asked in a run."""

    ids: list[str]
    filters: list[Filter]
    searches: list[str]
    positions: list[int]
    rows: list[int]
    head: int


@dataclass(frozen=True)
class Request:
    """One GET: its address, and the entity tag the asker has."""

    path: str
    tag: str | None = None


_COMBINATIONS = """
with now as (
    select i.id, topic, i.measure, i.status
    from claim_index i cross join unnest(i.topics) as topic
    where i.until = 9223372036854775807 and i.lifecycle = 'published'
)
select topic, measure, status from now
group by grouping sets ((topic, measure, status), (topic, status), (measure, status), (topic, measure))
having count(distinct id) >= $1
order by topic, measure, status
"""
_SOME = """
select i.id, v.statement from claim_index i join claim_version v using (position)
where i.until = 9223372036854775807 and i.lifecycle = 'published' and i.position = any($1::bigint[])
order by i.position
"""
_TELLING = "select word from unnest($1::text[]) as word where to_tsvector('english', word) <> ''"
"""Words that are no stop words: about, first. Some searches leave those out, and some do not."""


async def questions_of(database_url: str, seed: int = 1) -> Questions:
    """The questions for the log in a database of ours: the same log and seed, the same questions."""
    connection = await asyncpg.connect(database_url)
    try:
        head = await connection.fetchval("select position from log_head")
        chance = random.Random(seed)
        drawn = chance.sample(range(1, head + 1), min(head, 40 * ITEMS))
        some = await connection.fetch(_SOME, drawn)
        words = {word for row in some for word in _words(row["statement"])}
        telling = {row["word"] for row in await connection.fetch(_TELLING, sorted(words))}
        combinations = [Filter(*row) for row in await connection.fetch(_COMBINATIONS, PAGE)]
    finally:
        await connection.close()
    chance.shuffle(some)
    chance.shuffle(combinations)
    return Questions(
        ids=[row["id"] for row in some[:ITEMS]],
        filters=combinations[:PAGES],
        searches=list(dict.fromkeys(searches_in((row["statement"] for row in some), telling, chance)))[:PAGES],
        positions=chance.sample(range(head // 4 + 1, head), min(PAGES, head // 2)),
        rows=chance.sample(range(head // 4 + 1, head), min(PAGES, head // 2)),
        head=head,
    )


def searches_in(statements: Iterable[str], telling: Container[str], chance: random.Random) -> Iterator[str]:
    """Two telling words of each statement that has them."""
    for statement in statements:
        words = [word for word in _words(statement) if word in telling]
        if len(words) > 1:
            yield " ".join(chance.sample(words, 2))


def _words(statement: str) -> list[str]:
    return sorted(set(re.findall(r"\b[a-z]{5,14}\b", statement)))


def ours(questions: Questions, tags: list[str]) -> dict[str, list[Request]]:
    """The questions in our words; `tags` are the items' entity tags, in the order of their ids."""
    items = [f"/v1/claims/{id}" for id in questions.ids]
    return {
        "item": [Request(path) for path in items],
        "conditional": [Request(path, tag) for path, tag in zip(items, tags, strict=False)],
        "list": [Request(_listed(**given.given)) for given in questions.filters],
        "search": [Request(_listed(q=words)) for words in questions.searches],
        "as-of": [Request(_listed(as_of=position)) for position in questions.positions],
        "deep page": [Request(_listed(cursor=cursor_at(row, questions.head))) for row in questions.rows],
    }


def _listed(**parameters: object) -> str:
    return f"/v1/claims?{urlencode({**parameters, 'limit': PAGE})}"


def cursor_at(row: int, head: int) -> str:
    """The cursor of the page that begins after a row of the newest list: what walking there would give, at once."""
    question = question_of("/v1/claims", ClaimQuery(lifecycle=[Lifecycle.PUBLISHED]))
    return write_cursor(Cursor(question, head, str(row), row))
