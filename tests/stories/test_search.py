"""A search finds what a reader means, and as of a position it always finds the same."""

import pytest

from db.claims import claims_page
from db.pool import reading
from schemas.requests import ClaimFilter, Sort
from tests.given import draft, fields, published, read_bodies


async def found(pool, q, position):
    async with reading(pool) as connection:
        versions, _ = await claims_page(connection, ClaimFilter(q=q), Sort.RELEVANCE, position, 20)
    return [version.id for version in read_bodies(versions)]


async def test_a_later_word_does_not_change_what_a_misspelling_meant_before(pool):
    await published(pool, draft(id="bird", statement="Of falcon 1."))
    assert await found(pool, "falconn", 1) == ["bird"]
    await published(pool, draft(id="brand", statement="Of falconn 2."))
    assert await found(pool, "falconn", 1) == ["bird"]
    assert await found(pool, "falconn", 2) == ["brand"]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("6,200 cranes", ["large"]),
        ("6200", ["large"]),
        ("6300", []),
        ("6,201", []),
        ("harbor cranes", ["large", "small"]),
        ("craane", ["large", "small"]),
        ("crnes", ["large", "small"]),
        ('"automated cranes"', ["large"]),
        ("cranes -automated", ["small"]),
        ("automated or idle", ["large", "small"]),
        ("CRANES", ["large", "small"]),
        ("the of and", []),
        ("zzzzzz", []),
        ("&|!():*<->", []),
        ("''\\\\'", []),
        ("-", []),
        ("or", []),
        ('"', []),
    ],
)
async def test_a_search_means(q, expected, pool):
    await published(
        pool,
        draft(id="large", measure="cranes", topics=[], statement="Harbours run 6,200 automated cranes."),
        draft(id="small", measure="cranes", topics=[], statement="Harbours own 97 idle cranes."),
    )
    assert sorted(await found(pool, q, 2)) == expected


async def test_what_a_claim_is_about_ranks_above_where_it_is_mentioned(pool):
    elsewhere = [{**fields()["sources"][0], "title": "On walnut"}]
    await published(
        pool,
        draft(id="about", statement="Of walnut and walnut trees."),
        draft(id="aside", statement="Of copper.", sources=elsewhere),
    )
    assert await found(pool, "walnut", 2) == ["about", "aside"]
