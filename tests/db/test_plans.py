"""Statements with optional filters are planned for the values they have, others once: whatever Postgres would weigh."""

import pytest

from db.changes import corrections
from db.claims import claims_in_history, claims_page, versions_in_history
from db.feeds import feed_entries
from db.measures import measures_page
from db.pool import reading
from db.sources import sources_page
from db.topics import topics_page
from schemas.feeds import FeedQuery
from schemas.requests import ClaimFilter, Sort

_PLANS = "select generic_plans, custom_plans from pg_prepared_statements where statement like '%' || $1 || '%'"
TIMES = 12
"""More than the five after which Postgres weighs a plan for all values."""


async def plans_of(pool, ask, part: str) -> tuple[int, int]:
    """How often a statement with these words was run as planned for all values, and for its own."""
    async with reading(pool) as connection:
        for _ in range(TIMES):
            await ask(connection)
        [(generic, custom)] = await connection.fetch(_PLANS, part)
        return generic, custom


@pytest.mark.parametrize("sort", Sort)
async def test_a_list_is_planned_for_its_values_each_time(sort, curated_pool):
    wanted = ClaimFilter(topic=["patents"], q="patents" if sort is Sort.RELEVANCE else None)
    plans = await plans_of(curated_pool, lambda c: claims_page(c, wanted, sort, 175, 20), "is_planned_blindly")
    assert plans == (0, TIMES)


@pytest.mark.parametrize("page", [measures_page, sources_page, topics_page])
async def test_so_are_the_other_collections(page, curated_pool):
    assert await plans_of(curated_pool, lambda c: page(c, 175, None, 20), "is_planned_blindly") == (0, TIMES)


@pytest.mark.parametrize("only_major", [False, True])
async def test_so_are_feeds_and_corrections(only_major, curated_pool):
    wanted = FeedQuery(topic=["patents"])
    feed = await plans_of(
        curated_pool, lambda c: feed_entries(c, wanted, 175, None, 20, only_major=only_major), "is_planned_blindly"
    )
    assert feed == (0, TIMES)
    listed = await plans_of(
        curated_pool, lambda c: corrections(c, None, ["patents"], 175, None, 20), "v.digest%is_planned_blindly"
    )
    assert listed == (0, TIMES)


@pytest.mark.parametrize("many", [1, 8])
async def test_the_read_of_claims_is_planned_once_however_many_they_are(many, curated_pool):
    ids = [row["id"] for row in await curated_pool.fetch("select id from claim_index order by id limit $1", many)]
    for ask, part in (
        (lambda c: claims_in_history(c, ids, 175), "as first_recorded_at"),
        (lambda c: versions_in_history(c, [(id, 1) for id in ids], 175), "as siblings"),
    ):
        generic, custom = await plans_of(curated_pool, ask, part)
        assert generic > 0
        assert generic + custom == TIMES
