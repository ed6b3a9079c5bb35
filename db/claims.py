"""What Postgres knows about claims."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg
import msgspec

from db.pool import Reading
from db.questions import Question, Questions
from schemas.claims import ClaimVersion
from schemas.embeds import LaterVersion
from schemas.failures import Fault, InvalidRequest
from schemas.requests import ClaimFilter, Sort

_ask = Questions("claims.sql")

RANKED = 200
"""How many matches of a search are put in the order of how well they match: the newest ones."""
_OLDER = "-1"
"""The place in a search's order of what is not ranked."""
_REACHES = (2**12, 2**15, 2**18, None)
"""Among how many versions, the newest, a search looks for matches, as long as it finds too few; at last among all."""


class Place(msgspec.Struct, frozen=True):
    """Where a page of claims goes on: a version's position, and its place in the page's order."""

    position: int
    key: str


class Served(msgspec.Struct, frozen=True):
    """A version by its position, and what it is served as, if that is kept."""

    position: int
    body: bytes | None


class Listed(Served, frozen=True):
    """A version of a page, and its place in the page's order."""

    key: str


class Ranked(msgspec.Struct, frozen=True):
    """How many matches were ranked and which is the oldest of them; and one of the page, if there is any."""

    matches: int
    oldest: int | None
    position: int | None
    key: str | None
    body: bytes | None


class Count(msgspec.Struct, frozen=True):
    """How many claims have a value of a `kind`: `status`, `topic`, `geography`; or there are, if that is `all`. One of
    `head` says that the log ends here."""

    kind: str
    value: str
    claims: int


class Moment(msgspec.Struct, frozen=True):
    """A version and when it was recorded."""

    version: int
    recorded_at: datetime


class ClaimInHistory(Served, frozen=True):
    """A claim's newest version; when it, its first one and the one before it were recorded."""

    id: str
    version: int
    recorded_at: datetime
    first_recorded_at: datetime
    previous_recorded_at: datetime | None

    @property
    def recorded(self) -> dict[int, datetime]:
        """When each of these versions was recorded."""
        earlier = {} if self.previous_recorded_at is None else {self.version - 1: self.previous_recorded_at}
        return {1: self.first_recorded_at, **earlier, self.version: self.recorded_at}


class VersionInHistory(Served, frozen=True):
    """A version; when its first, previous, next and last siblings, and itself, were recorded, oldest first."""

    id: str
    version: int
    recorded_at: datetime
    siblings: list[Moment]

    @property
    def recorded(self) -> dict[int, datetime]:
        """When each of these versions was recorded."""
        return {moment.version: moment.recorded_at for moment in self.siblings}


class VersionOfClaim(Served, frozen=True):
    """One of a claim's versions."""

    version: int


class Supersession(msgspec.Struct, frozen=True):
    """A claim, and those its newest version supersedes."""

    id: str
    older: list[str]


_as_of = _ask("claim_as_of", ClaimVersion)
_version = _ask("claim_version", ClaimVersion)
_versions = _ask("versions_of", VersionOfClaim)
_after = _ask("versions_after", LaterVersion)
_mementos = _ask("mementos_of", Moment)
_claims_in_history = _ask("claims_in_history", ClaimInHistory)
_versions_in_history = _ask("versions_in_history", VersionInHistory)
_at = _ask("versions_at", ClaimVersion)
_newest = _ask("newest_versions", ClaimVersion)
_superseding = _ask("newest_superseding", ClaimVersion)
_below = _ask("supersessions_below", Supersession)
_author = _ask("author_of", str)
_missing = _ask("missing_claims", str)
_terms = _ask("search_terms", str)
_page: dict[Sort, Question[Listed]] = {
    Sort.NEWEST: _ask("claims_newest", Listed),
    Sort.OLDEST: _ask("claims_oldest", Listed),
    Sort.BY_ID: _ask("claims_by_id", Listed),
    Sort.LATEST_STATED: _ask("claims_latest_stated", Listed),
    Sort.EARLIEST_STATED: _ask("claims_earliest_stated", Listed),
    Sort.HIGHEST: _ask("claims_highest", Listed),
    Sort.LOWEST: _ask("claims_lowest", Listed),
}
_counted = _ask("claims_counted", Count)
_newest_now = _ask("claims_newest_now", Listed)
_most_relevant = _ask("claims_most_relevant", Ranked)
_less_relevant = _ask("claims_less_relevant", Listed)


async def claim_as_of(connection: Reading, id: str, position: int) -> ClaimVersion | None:
    """The version of a claim in force at `position`; None before its first one."""
    return await _as_of.one(connection, id, position)


async def claim_version(connection: Reading, id: str, version: int, position: int) -> ClaimVersion | None:
    """One version of a claim; None if it did not stand at `position`."""
    return await _version.one(connection, id, position, version)


async def versions_of(
    connection: Reading, id: str, position: int, below: int | None, limit: int
) -> list[VersionOfClaim]:
    """A claim's versions as of `position`, newest first, below a version."""
    return await _versions.many(connection, id, position, below, limit)


async def versions_after(connection: Reading, id: str, version: int, position: int) -> list[LaterVersion]:
    """What each version of a claim after one did, up to `position`, oldest first."""
    return await _after.many(connection, id, position, version)


async def mementos_of(connection: Reading, id: str, position: int) -> list[Moment]:
    """When each of a claim's versions was recorded, oldest first."""
    return await _mementos.many(connection, id, position)


async def claims_in_history(
    connection: Reading, ids: Sequence[str], position: int
) -> list[tuple[ClaimInHistory, msgspec.Raw] | None]:
    """The versions of claims in force at `position`, as they are served; None before a claim's first one."""
    found = await _claims_in_history.many(connection, ids, position)
    by_id = {v.id: (v, body) for v, body in zip(found, await served(connection, found), strict=True)}
    return [by_id.get(name) for name in ids]


async def versions_in_history(
    connection: Reading, named: Sequence[tuple[str, int]], position: int
) -> list[tuple[VersionInHistory, msgspec.Raw] | None]:
    """Versions of claims, as they are served; None for one that did not stand at `position`."""
    ids, versions = zip(*named, strict=True)
    found = await _versions_in_history.many(connection, ids, position, versions)
    by_name = {(v.id, v.version): (v, body) for v, body in zip(found, await served(connection, found), strict=True)}
    return [by_name.get(name) for name in named]


async def newest_versions(connection: Reading, ids: Collection[str]) -> list[ClaimVersion]:
    """The newest versions of those of `ids` that are claims, by id."""
    return await _newest.many(connection, list(ids))


async def newest_superseding(connection: Reading, ids: Collection[str]) -> list[ClaimVersion]:
    """The newest versions that say they supersede one of `ids`."""
    return await _superseding.many(connection, list(ids))


async def supersessions_below(connection: Reading, ids: Collection[str]) -> dict[str, list[str]]:
    """Which claims those of `ids` supersede, which those do, and so on."""
    return {found.id: found.older for found in await _below.many(connection, list(ids))}


async def author_of(connection: Reading, id: str) -> str:
    """Who wrote the newest content of a claim; empty if there is no such claim."""
    return await _author.value(connection, id)


async def missing_claims(connection: Reading, ids: Sequence[str], position: int) -> list[str]:
    """Which of `ids` named no claim at `position`."""
    return await _missing.values(connection, position, list(dict.fromkeys(ids)))


async def served(connection: Reading, versions: Sequence[Served]) -> list[msgspec.Raw]:
    """What versions are served as: JSON, to be put into an answer as it stands."""
    unkept = [version.position for version in versions if version.body is None]
    written = {v.position: msgspec.json.encode(v) for v in await _at.many(connection, unkept)} if unkept else {}
    return [msgspec.Raw(version.body or written[version.position]) for version in versions]


async def claims_page(
    connection: Reading,
    wanted: ClaimFilter,
    sort: Sort,
    position: int,
    limit: int,
    after: Place | None = None,
    *,
    is_head: bool = False,
) -> tuple[list[msgspec.Raw], Place | None]:
    """Claims in force at `position` that match every filter, as they are served; and the place to go on from if there
    are more.

    `is_head` says that `position` was the head of the log a moment ago, which is quicker to answer if it still is.
    """
    asked = await _matching(connection, wanted, position, limit + 1)
    begin = (after.key, after.position) if after else (None, None)
    try:
        if sort is Sort.RELEVANCE:
            found = await _relevant(connection, asked, begin, position, limit + 1)
        else:
            is_now = is_head and sort is Sort.NEWEST
            found = await _newest_now.many(connection, *asked, *begin) if is_now else []
            found = found or await _page[sort].many(connection, *asked, *begin)
    except asyncpg.DataError as error:
        if after is None:
            raise
        raise InvalidRequest([Fault("`cursor` is damaged: pass back `next` unchanged.", parameter="cursor")]) from error
    page = found[:limit]
    last = Place(page[-1].position, page[-1].key) if len(found) > limit else None
    return await served(connection, page), last


async def claims_counted(
    connection: Reading, wanted: ClaimFilter, position: int, most: int, *, is_head: bool = False
) -> list[Count]:
    """How claims in force at `position` that match every filter divide by status, topic and place, the most frequent
    first. Of many, the newest `most` are looked at. `is_head` is what it is to `claims_page`."""
    asked = await _matching(connection, wanted, position, most)
    counts = await _counted.many(connection, *asked, is_head)
    if is_head and all(count.kind != "head" for count in counts):
        return await _counted.many(connection, *asked, False)
    return counts


async def _matching(connection: Reading, wanted: ClaimFilter, position: int, most: int) -> tuple[object, ...]:
    """What `matching` asks for, in its order."""
    terms = None if wanted.q is None else await _terms.value(connection, wanted.q, position)
    named = (wanted.ids, wanted.topic, wanted.measure, wanted.geography, wanted.status, wanted.currency)
    more = (wanted.lifecycle, wanted.publisher, wanted.stated_from, wanted.stated_to)
    return (position, terms, *named, *more, most)


async def _relevant(
    connection: Reading, asked: tuple[object, ...], begin: tuple[str | None, int | None], position: int, most: int
) -> list[Listed]:
    """The newest matches by how well they match, and after them the older ones, the newest first."""
    found: list[Listed] = []
    if begin[0] != _OLDER:
        ranked = await _ranked(connection, asked, begin, position)
        found = [Listed(r.position, r.body, r.key) for r in ranked if r.position is not None and r.key is not None]
        if ranked[0].matches < RANKED or len(found) == most:
            return found
        begin = (_OLDER, ranked[0].oldest)
    return [*found, *await _less_relevant.many(connection, *asked, *begin)][:most]


async def _ranked(
    connection: Reading, asked: tuple[object, ...], begin: tuple[str | None, int | None], position: int
) -> list[Ranked]:
    """The newest matches by how well they match. They are looked for further back only while they are too few."""
    for reach in _REACHES:
        since = None if reach is None or reach >= position else position - reach
        ranked = await _most_relevant.many(connection, *asked, *begin, since, RANKED)
        if ranked[0].matches == RANKED or since is None:
            break
    return ranked
