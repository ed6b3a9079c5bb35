"""What Postgres knows about claims."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg
import msgspec

from db.pool import Reading
from db.questions import Question, Questions
from schemas.claims import ClaimVersion
from schemas.failures import Fault, InvalidRequest
from schemas.requests import ClaimFilter, Sort

_ask = Questions("claims.sql")


class Place(msgspec.Struct, frozen=True):
    """Where a page of claims goes on: a version's position, and its place in the page's order."""

    position: int
    key: str


class Moment(msgspec.Struct, frozen=True):
    """A version and when it was recorded."""

    version: int
    recorded_at: datetime


class VersionInHistory(ClaimVersion, frozen=True):
    """A version, and when its first, previous, next and last siblings, and itself, were recorded, oldest first."""

    siblings: list[Moment]

    @property
    def version_alone(self) -> ClaimVersion:
        """The version as it is published."""
        return ClaimVersion(**{name: getattr(self, name) for name in ClaimVersion.__struct_fields__})


class Supersession(msgspec.Struct, frozen=True):
    """A claim, and those its newest version supersedes."""

    id: str
    older: list[str]


_as_of = _ask("claim_as_of", ClaimVersion)
_version = _ask("claim_version", ClaimVersion)
_versions = _ask("versions_of", ClaimVersion)
_mementos = _ask("mementos_of", Moment)
_as_of_in_history = _ask("claim_in_history", VersionInHistory)
_version_in_history = _ask("version_in_history", VersionInHistory)
_at = _ask("versions_at", ClaimVersion)
_newest = _ask("newest_versions", ClaimVersion)
_superseding = _ask("newest_superseding", ClaimVersion)
_below = _ask("supersessions_below", Supersession)
_author = _ask("author_of", str)
_missing = _ask("missing_claims", str)
_terms = _ask("search_terms", str)
_page: dict[Sort, Question[Place]] = {
    Sort.NEWEST: _ask("claims_newest", Place),
    Sort.OLDEST: _ask("claims_oldest", Place),
    Sort.BY_ID: _ask("claims_by_id", Place),
    Sort.LATEST_STATED: _ask("claims_latest_stated", Place),
    Sort.EARLIEST_STATED: _ask("claims_earliest_stated", Place),
    Sort.HIGHEST: _ask("claims_highest", Place),
    Sort.LOWEST: _ask("claims_lowest", Place),
    Sort.RELEVANCE: _ask("claims_most_relevant", Place),
}


async def claim_as_of(connection: Reading, id: str, position: int) -> ClaimVersion | None:
    """The version of a claim in force at `position`; None before its first one."""
    return await _as_of.one(connection, id, position)


async def claim_version(connection: Reading, id: str, version: int, position: int) -> ClaimVersion | None:
    """One version of a claim; None if it did not stand at `position`."""
    return await _version.one(connection, id, version, position)


async def versions_of(connection: Reading, id: str, position: int, below: int | None, limit: int) -> list[ClaimVersion]:
    """A claim's versions as of `position`, newest first, below a version."""
    return await _versions.many(connection, id, position, below, limit)


async def mementos_of(connection: Reading, id: str, position: int) -> list[Moment]:
    """When each of a claim's versions was recorded, oldest first."""
    return await _mementos.many(connection, id, position)


async def claim_in_history(connection: Reading, id: str, position: int) -> VersionInHistory | None:
    """The version of a claim in force at `position`, among its siblings then; None before its first one."""
    return await _as_of_in_history.one(connection, id, position)


async def version_in_history(connection: Reading, id: str, version: int, position: int) -> VersionInHistory | None:
    """One version of a claim, among its siblings at `position`; None if it did not stand then."""
    return await _version_in_history.one(connection, id, position, version)


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


async def claims_page(
    connection: Reading, wanted: ClaimFilter, sort: Sort, position: int, limit: int, after: Place | None = None
) -> tuple[list[ClaimVersion], Place | None]:
    """Claims in force at `position` that match every filter, and the place to go on from if there are more."""
    terms = None if wanted.q is None else await _terms.value(connection, wanted.q, position)
    try:
        places = await _page[sort].many(
            connection,
            position,
            terms,
            wanted.ids,
            wanted.topic,
            wanted.measure,
            wanted.geography,
            wanted.status,
            wanted.currency,
            wanted.lifecycle,
            wanted.publisher,
            wanted.stated_from,
            wanted.stated_to,
            limit + 1,
            after.key if after else None,
            after.position if after else None,
        )
    except asyncpg.DataError as error:
        if after is None:
            raise
        raise InvalidRequest([Fault("`cursor` is damaged: pass back `next` unchanged.", parameter="cursor")]) from error
    page = places[:limit]
    versions = await _at.many(connection, [place.position for place in page])
    return versions, page[-1] if len(places) > limit else None
