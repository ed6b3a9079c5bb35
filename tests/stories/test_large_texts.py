"""Texts checked against a hundred thousand claims: how long that takes, and that memory stays as it is."""

import asyncio
import io
import resource
import time
from random import Random
from statistics import median, quantiles

import pytest

from db.pool import open_pool
from schemas.matching import LONGEST_TEXT
from service.transfer import restore_log
from tests.bench.corpus import corpus_lines
from tests.matching.test_growth import PIECES
from tests.serving import serving
from tests.telling import tell

WORDS = 600
FILLING = "The report, published on Monday, says that adoption keeps growing, and that managers expect more of it."


async def articles_of(pool, position):
    """Articles of some six hundred words, of which every second sentence states a number."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            "select statement from claim_version where position % 89 = 0 and position <= $1 order by position", position
        )
    said = [row["statement"] for row in rows]
    Random(1).shuffle(said)
    while said:
        article: list[str] = []
        while said and sum(len(sentence.split()) for sentence in article) < WORDS:
            article += [said.pop(), FILLING]
        yield " ".join(article)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("claims", [100_000])
async def test_an_article_is_checked_among_many_claims(claims, cluster):
    await articles_are_checked(cluster, claims, 150)


async def test_an_article_is_checked_among_some_claims(cluster):
    await articles_are_checked(cluster, 1_000, 10)


async def took_of(api, text):
    """How many seconds a text takes: the least of three, since others may be at work on this machine."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        assert (await api.client.post("/v1/matches", json={"text": text})).status_code == 200
        took.append(time.perf_counter() - began)
    return min(took)


async def articles_are_checked(cluster, claims, times):
    """Puts a log of so many claims back and checks so many articles, one after the other; says how long that took."""
    name = await cluster.new_database("bare")
    patient = await open_pool(cluster.url(name), 2, within=None)
    await restore_log(patient, io.BytesIO(b"".join(corpus_lines(claims))))
    await patient.close()
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5") as api:
        articles = [article async for article in articles_of(api.runtime.pool, 3 * claims)][:40]
        took: list[float] = []
        memory: list[int] = []
        found = 0
        for nth in range(times):
            began = time.perf_counter()
            response = await api.client.post("/v1/matches", json={"text": articles[nth % len(articles)]})
            took.append(time.perf_counter() - began)
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            assert response.status_code == 200
            found += len(response.json()["items"])
        longest = {kind: await took_of(api, (piece * LONGEST_TEXT)[:LONGEST_TEXT]) for kind, piece in PIECES.items()}
        together = await asyncio.gather(
            *(api.client.post("/v1/matches", json={"text": article}) for article in articles[:20])
        )
        assert {response.status_code for response in together} == {200}
    await cluster.drop(name)
    ninety_nine = quantiles(took, n=100)[98]
    tell(f"{claims} claims: p50 {median(took) * 1000:.0f} ms, p99 {ninety_nine * 1000:.0f} ms")
    kind = max(longest, key=longest.__getitem__)
    tell(f"{LONGEST_TEXT} code points of {kind}, which take the longest: {longest[kind] * 1000:.0f} ms")
    tell(f"{found / times:.1f} passages of an article are claims it knows")
    tell(f"memory: {memory[times // 2] // 1024} MB in the middle, {memory[-1] // 1024} MB at the end")
    assert found >= 3 * times
    assert memory[-1] - memory[times // 2] < 32 * 1024
