"""The log as a Python list: what every answer as of a position must be, computed the obvious way."""

from collections.abc import Callable
from itertools import pairwise

import msgspec

from db.claims import claim_as_of, claims_page
from db.log import position_as_of, whole_log
from db.pool import Pool, reading, unhurried
from schemas.claims import ClaimVersion
from schemas.requests import ClaimFilter, Sort
from schemas.rules import first_day, last_day
from tests.given import read_bodies

Matches = Callable[[ClaimVersion], bool]


class Model:
    """Every version there is, in the order of the log, and the bytes each had when it was acknowledged."""

    def __init__(self) -> None:
        self.log: list[ClaimVersion] = []
        self.bytes: dict[int, bytes] = {}

    def take(self, versions: list[ClaimVersion]) -> None:
        """Remembers versions that were acknowledged."""
        self.log = sorted([*self.log, *versions], key=lambda version: version.position)
        self.bytes |= {version.position: msgspec.json.encode(version) for version in versions}

    def in_force(self, position: int) -> dict[str, ClaimVersion]:
        """The claims as of a position."""
        return {version.id: version for version in self.log if version.position <= position}

    def listed(self, position: int, matches: Matches) -> set[tuple[str, int]]:
        """Which versions a list as of a position must hold."""
        return {(v.id, v.version) for v in self.in_force(position).values() if matches(v)}

    async def check_log(self, pool: Pool) -> None:
        """The log is what was acknowledged: every byte, dense positions, times that never go back."""
        async with unhurried(pool, readonly=True) as connection:
            held = [version async for version in whole_log(connection)]
            kept = {row["position"]: row["body"] for row in await connection.fetch("select * from claim_body")}
        assert [version.position for version in held] == list(range(1, len(self.log) + 1))
        assert {version.position: msgspec.json.encode(version) for version in held} == self.bytes
        assert kept == self.bytes
        assert all(one.recorded_at <= other.recorded_at for one, other in pairwise(held))

    async def check_as_of(self, pool: Pool, position: int, words: tuple[str, ...]) -> None:
        """Item, list and search as of a position are what the model says."""
        expected = self.in_force(position)
        async with reading(pool) as connection:
            for id in {version.id for version in self.log}:
                found = await claim_as_of(connection, id, position)
                assert found == expected.get(id)
        for wanted, matches in questions(words):
            assert await self.pages(pool, wanted, position) == self.listed(position, matches), wanted

    async def check_instants(self, pool: Pool) -> None:
        """The position of an instant is that of the last version recorded by then."""
        for version in self.log[:: max(1, len(self.log) // 50)]:
            last = max(other.position for other in self.log if other.recorded_at <= version.recorded_at)
            async with reading(pool) as connection:
                assert await position_as_of(connection, version.recorded_at) == last

    async def pages(self, pool: Pool, wanted: ClaimFilter, position: int) -> set[tuple[str, int]]:
        """A whole list, read page by page in one of the orders."""
        sort = list(Sort)[position % len(Sort)]
        if sort is Sort.RELEVANCE and wanted.q is None:
            sort = Sort.NEWEST
        found: list[tuple[str, int]] = []
        after = None
        while True:
            async with reading(pool) as connection:
                page, after = await claims_page(connection, wanted, sort, position, 7, after)
            found += [(version.id, version.version) for version in read_bodies(page)]
            if after is None:
                assert len(found) == len(set(found)), "a page repeats a row"
                return set(found)


def questions(words: tuple[str, ...]) -> list[tuple[ClaimFilter, Matches]]:
    """Filters and searches, each with what it means."""

    def overlaps(version: ClaimVersion, start: str, end: str) -> bool:
        if version.stated_on is None:
            return False
        first, last = first_day(version.stated_on), last_day(version.stated_on)
        return first <= last_day(end) and last >= first_day(start)

    return [
        (ClaimFilter(), lambda v: True),
        (ClaimFilter(topic=["ports", "mills"]), lambda v: bool({"ports", "mills"} & set(v.topics))),
        (ClaimFilter(measure=["masts"], geography=["CN"]), lambda v: v.measure == "masts" and v.geography == "CN"),
        (ClaimFilter(status=["refuted", "disputed"]), lambda v: v.verification.status in ("refuted", "disputed")),
        (ClaimFilter(currency=["historical"]), lambda v: v.currency == "historical"),
        (ClaimFilter(lifecycle=["retracted"]), lambda v: v.lifecycle == "retracted"),
        (ClaimFilter(stated_from="2025", stated_to="2025-12"), lambda v: overlaps(v, "2025", "2025-12")),
        (ClaimFilter(publisher=["PORT register"], topic=["rail"]), lambda v: "rail" in v.topics),
        *((ClaimFilter(q=word), lambda v, word=word: word in v.statement.split()) for word in words[:5]),
        (ClaimFilter(q=" ".join(words[:2])), lambda v: set(words[:2]) <= set(v.statement.split())),
        (ClaimFilter(q=f"{words[0]} or {words[1]}"), lambda v: bool(set(words[:2]) & set(v.statement.split()))),
    ]
