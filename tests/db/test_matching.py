"""What texts are compared with: found among many, as of any position, with the indexes made for it."""

import io

import pytest

from db.claims import claim_as_of
from db.matching import claims_recalled, sampled, word_counts
from db.pool import reading
from service.matching.checking import compared_passages, read_text
from service.matching.recalling import rarity, searches
from service.transfer import restore_log
from tests.bench.corpus import corpus_lines
from tests.db.test_plans import TIMES, plans_of
from tests.given import draft, published

CLAIMS = 1500
HEAD = 3 * CLAIMS


@pytest.fixture(scope="module")
async def large(cluster):
    async with cluster.pool() as opened:
        await restore_log(opened, io.BytesIO(b"".join(corpus_lines(CLAIMS))))
        yield opened


async def recalled(connection, text, position, *, is_head=False):
    first, last = sampled(position)
    counts = await word_counts(connection, first, last)
    rare = rarity([(one.word, one.versions) for one in counts], last - first + 1)
    passages = compared_passages(read_text(text))
    return await claims_recalled(connection, searches(passages, rare, position), position, is_head=is_head)


async def in_force(connection, position):
    return await connection.fetch(
        """select v.id, v.statement from claim_index i join claim_version v using (position)
        where i.position <= $1 and i.until > $1 and i.lifecycle = 'published' order by v.digest limit 40""",
        position,
    )


@pytest.mark.parametrize("position", [HEAD, HEAD - 1, HEAD // 2, 1000])
async def test_what_says_the_same_is_among_what_is_recalled(position, large):
    async with reading(large) as connection:
        for row in await in_force(connection, position):
            (claims,) = await recalled(connection, row["statement"], position, is_head=position == HEAD)
            assert row["id"] in [claim.id for claim in claims], row["statement"]
            for claim in claims:
                then = await claim_as_of(connection, claim.id, position)
                assert (then.version, then.statement, then.lifecycle) == (claim.version, claim.statement, "published")


async def test_the_head_is_answered_alike_whether_it_is_known_to_be_that_or_not(large):
    async with reading(large) as connection:
        text = " ".join(row["statement"] for row in await in_force(connection, HEAD))
        told = await recalled(connection, text, HEAD, is_head=True)
        assert await recalled(connection, text, HEAD) == told
        assert sum(map(len, told)) >= 40


async def test_a_position_that_no_longer_is_the_head_is_answered_as_of_it(pool):
    await published(pool, draft(id="c-1", statement="In walnuts, 4100 cranes stand."))
    await published(pool, draft(id="c-1", statement="In walnuts, 4200 cranes stand.", change__kind="update"))
    async with reading(pool) as connection:
        ((then,),) = await recalled(connection, "There are 4,100 cranes in walnuts.", 1, is_head=True)
        ((now,),) = await recalled(connection, "There are 4,100 cranes in walnuts.", 2, is_head=True)
    assert (then.version, now.version) == (1, 2)


async def test_the_words_of_sources_are_not_what_a_claim_is_about(curated_pool):
    async with reading(curated_pool) as connection:
        ((*claims,),) = await recalled(connection, "Trendsnewsline has 77 octagono readers.", 175, is_head=True)
    assert claims == []


async def test_it_is_planned_for_its_values_each_time(curated_pool):
    plans = await plans_of(
        curated_pool, lambda c: recalled(c, "China has 6,200 AI firms.", 175), "asked.search::tsquery"
    )
    assert plans == (0, TIMES)
