"""What a restore works out once for many versions is what each of them says by itself."""

import io
from random import Random

from service.transfer import export_log, restore_log
from tests.cli.test_export_and_restore import views_of
from tests.given import draft, fields, published

_LISTED = r"""
    walnut Falcon's well-known glacier. (lantern) é́té 日本 naïve x _ a.b e- -e 1e e5 6,200 5 -5 +5 .5 1. 10% &amp; &
    &#65; < > </b> <b x=y <!-- --> <script> ~ ~/walnut ~falcon . .. ./walnut .falcon ../a / /walnut /a/b.txt walnut/
    \ " ' # … ́ http:// https://a.example/b?c=d a@b.example a@ @b www.a.example a:b C:\walnut
"""
PIECES = _LISTED.split()
BETWEEN = [" ", " ", " ", "  ", "", "\n", "\t", "\u00a0", "-", "."]

PIECES_APART = """
    select t.written
    from unnest($1::text[]) t (written)
    cross join lateral (
        select array_agg(distinct w.word order by w.word) from unnest(pieces_of(t.written)) p (piece)
        cross join lateral unnest(tsvector_to_array(to_tsvector('simple', p.piece))) w (word)
        where w.word !~ '[^[:alpha:]]'
    ) apart (words)
    cross join lateral (
        select array_agg(w.word order by w.word)
        from unnest(tsvector_to_array(to_tsvector('simple', t.written))) w (word)
        where w.word !~ '[^[:alpha:]]'
    ) whole (words)
    where apart.words is distinct from whole.words
"""


def hostile_texts(chance: Random, count: int) -> list[str]:
    """Texts of words, signs, addresses and tags, as they may stand beside each other."""
    return [
        "".join(chance.choice(PIECES) + chance.choice(BETWEEN) for _ in range(chance.randint(1, 9)))
        for _ in range(count)
    ]


def changes(chance: Random) -> dict:
    """What a revision may change of what lists and searches look through: often one thing, often nothing."""
    sources = [
        {**fields()["sources"][0], "title": chance.choice(["Cranes", "Of 6,200 mills"]), "publisher": publisher}
        for publisher in chance.sample(["Port Register", "port register", "Mill Times"], chance.randint(0, 3))
    ]
    possible = {
        "statement": f"Harbours run {chance.randint(1000, 9999):,} cranes.",
        "quantity__value": chance.choice([None, "4100", "7.50"]),
        "measure": chance.choice(["masts", "cranes-in-use"]),
        "topics": chance.sample(["ports", "rail", "mills"], chance.randint(0, 3)),
        "attributed_to": chance.choice(["Port Register", "Harbour 6,200"]),
        "scope": chance.choice([None, "Counts masts."]),
        "stated_on": chance.choice([None, "2024", "2025-06"]),
        "sources": sources,
        "geography": chance.choice(["CN", "US"]),
        "currency": chance.choice(["current", "historical"]),
        "verification__status": chance.choice(["unverified", "disputed"]),
    }
    return {
        name: possible[name] for name in chance.sample(sorted(possible), chance.choice([0, 1, 1, 2, len(possible)]))
    }


async def test_a_text_cut_in_pieces_holds_the_same_words(pool):
    texts = hostile_texts(Random(7), 4000)
    async with pool.acquire() as connection:
        cut = await connection.fetchval(
            "select count(*) from unnest($1::text[]) t where cardinality(pieces_of(t)) > 1", texts
        )
        differing = await connection.fetch(PIECES_APART, texts)
    assert cut > 500
    assert [row["written"] for row in differing] == []


async def test_the_views_of_a_log_of_revisions_are_the_same_when_it_is_restored(pool, cluster):
    chance = Random(11)
    so_far: dict[str, dict] = {}
    for _ in range(12):
        drafts = []
        for id in chance.sample([f"claim-{n}" for n in range(30)], 20):
            kind = "update" if id in so_far else "created"
            so_far[id] = {**so_far.get(id, {}), **changes(chance)}
            drafts.append(draft(id=id, change__kind=kind, **so_far[id]))
        drafts.append(draft(id=drafts[0].id, change__kind="update", **so_far[drafts[0].id]))
        await published(pool, *drafts)
    file = b"".join([line async for line in export_log(pool)])
    async with cluster.pool() as empty:
        await restore_log(empty, io.BytesIO(file))
        assert await views_of(empty) == await views_of(pool)
