"""What Postgres knows about measures."""

from collections.abc import Collection, Mapping
from types import NoneType

from msgspec import Struct

from db.pool import Reading, Writing
from db.questions import Questions
from schemas.measures import Measure


class Labelled(Struct, frozen=True):
    """A measure's id, and what it is called."""

    id: str
    label: str


_ask = Questions("measures.sql")
_page = _ask("measures_page", Measure)
_at = _ask("measure_at", Measure)
_labels = _ask("measure_labels", Labelled)
_label = _ask("label_measures", NoneType)


async def measures_page(connection: Reading, position: int, after: str | None, limit: int) -> list[Measure]:
    """Measures that published claims were about at `position`, by id, after one of them."""
    return await _page.many(connection, position, after, limit)


async def measure_at(connection: Reading, position: int, id: str) -> Measure | None:
    """One measure as it stood at `position`; None if no claim was about it."""
    return await _at.one(connection, position, id)


async def measure_labels(connection: Reading, ids: Collection[str]) -> dict[str, str]:
    """What measures are called, by id: its id in words where nobody labelled one."""
    return {found.id: found.label for found in await _labels.many(connection, list(ids))}


async def label_measures(connection: Writing, labels: Mapping[str, str]) -> None:
    """Says what measures are called."""
    await _label.run(connection, list(labels), list(labels.values()))
