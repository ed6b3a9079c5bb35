"""What a log grows to changes how it is stored and looked through, and not what it answers."""

import io

import msgspec
import pytest

from db.claims import RANKED, claims_page
from db.log import Taken, append_versions, open_restore, put_versions
from db.pool import reading, unhurried
from schemas.claims import ClaimVersion, Draft
from schemas.requests import ClaimFilter, Sort
from service.transfer import restore_log
from tests.bench.corpus import corpus_lines
from tests.cli.test_export_and_restore import views_of
from tests.given import draft, published, read_bodies


@pytest.fixture
async def other(cluster):
    async with cluster.pool() as opened:
        yield opened


async def pages_of(pool, q, position, limit=100, sort=Sort.RELEVANCE):
    found, after = [], None
    while True:
        async with reading(pool) as connection:
            versions, after = await claims_page(connection, ClaimFilter(q=q), sort, position, limit, after)
        found += [version.position for version in read_bodies(versions)]
        if after is None:
            return found


async def matching_of(pool, word, positions):
    """Those of some versions that a word stands in, the newest first, each looked at by itself."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            """select position from claim_index where position = any($1)
            and ts_match_vq(document, plainto_tsquery('english', $2)) order by position desc""",
            positions,
            word,
        )
    return [row["position"] for row in rows]


async def test_a_log_that_is_put_back_at_once_looks_as_if_it_had_been_written_bit_by_bit(pool, other):
    lines = list(corpus_lines(120))
    await restore_log(pool, io.BytesIO(b"".join(lines)))
    drafts = [_draft_of(msgspec.json.decode(line, type=ClaimVersion)) for line in lines]
    for first in range(0, len(drafts), 45):
        await published(other, *drafts[first : first + 45])
    assert await views_of(pool) == await views_of(other)


async def test_a_log_may_go_on_in_the_transaction_that_put_it_back(pool, other):
    lines = list(corpus_lines(10))
    versions = [msgspec.json.decode(line, type=ClaimVersion) for line in lines]
    more = [draft(), draft(id=versions[0].id, change__kind="update")]
    async with unhurried(pool) as connection:
        await open_restore(connection, Taken(position=30, recorded_at=versions[-1].recorded_at))
        await put_versions(connection, versions)
        await append_versions(connection, more, [0, 3])
    await published(other, *map(_draft_of, versions), *more)
    assert await views_of(pool) == await views_of(other)


async def test_of_many_matches_the_newest_are_ranked_and_the_others_follow(pool):
    await published(pool, *(draft(id=f"c-{n}", statement=_walnuts(n)) for n in range(RANKED + 150)))
    found = await pages_of(pool, "walnut", RANKED + 150)
    assert sorted(found) == list(range(1, RANKED + 151))
    assert set(found[:RANKED]) == set(range(151, RANKED + 151))
    assert found[RANKED:] == list(range(150, 0, -1))
    often = [position for position in found[:RANKED] if (position - 1) % 10 == 0]
    assert found[: len(often)] == often
    assert await pages_of(pool, "walnut", RANKED + 150, limit=7) == found


async def test_a_search_as_of_a_position_is_the_same_when_thousands_follow(pool):
    await published(pool, *(draft(id=f"c-{n}", statement=_walnuts(n)) for n in range(RANKED + 20)))
    before = await pages_of(pool, "walnut", RANKED + 20)
    for first in range(0, 1200, 600):
        await published(pool, *(draft(id=f"d-{n}", statement=_walnuts(n)) for n in range(first, first + 600)))
    await published(
        pool, *(draft(id=f"c-{n}", statement="Of copper.", change__kind="update") for n in range(RANKED // 2))
    )
    assert await pages_of(pool, "walnut", RANKED + 20) == before


async def test_matches_are_found_in_whichever_era_of_the_log_they_stand(pool):
    """The commonest word stands often enough among the newest versions, others only in the whole log, some nowhere."""
    await restore_log(pool, io.BytesIO(b"".join(corpus_lines(6000))))
    for position in (18_000, 9_000):
        everyone = await pages_of(pool, None, position, 100, Sort.NEWEST)
        matching = {word: await matching_of(pool, word, everyone) for word in ("model", "chips", "sovereign", "walnut")}
        assert len(matching["model"]) > RANKED
        for word, expected in matching.items():
            found = await pages_of(pool, word, position)
            assert sorted(found[:RANKED], reverse=True) == expected[:RANKED], word
            assert found[RANKED:] == expected[RANKED:], word


@pytest.mark.parametrize("sort", [Sort.OLDEST, Sort.NEWEST])
async def test_a_list_by_position_holds_what_was_in_force_then(sort, pool):
    await published(pool, *(draft(id=f"c-{n}") for n in range(30)))
    await published(pool, *(draft(id=f"c-{n}", change__kind="update", scope="Other.") for n in range(0, 30, 2)))
    now = await pages_of(pool, None, 45, 7, sort)
    then = await pages_of(pool, None, 40, 7, sort)
    assert sorted(now) == [*range(2, 31, 2), *range(31, 46)]
    assert sorted(then) == sorted([*range(2, 31, 2), *range(21, 31, 2), *range(31, 41)])
    assert now == sorted(now, reverse=sort is Sort.NEWEST)
    assert then == sorted(then, reverse=sort is Sort.NEWEST)


def _walnuts(number: int) -> str:
    return f"Walnut, walnut and walnut {number}." if number % 10 == 0 else f"A walnut {number}."


def _draft_of(version: ClaimVersion) -> Draft:
    return Draft(**{name: getattr(version, name) for name in Draft.__struct_fields__})
