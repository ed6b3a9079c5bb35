"""The large log is one an export could have written, and it is always the same one."""

import io
from collections import Counter

from service.transfer import import_claims, restore_log
from tests.bench.corpus import CHUNK, corpus_lines, import_lines
from tests.cli.claims import log_of


async def test_a_generated_log_is_restored(pool):
    lines = list(corpus_lines(200))
    assert (await restore_log(pool, io.BytesIO(b"".join(lines)))).position == 600
    versions = await log_of(pool)
    assert Counter(Counter(version.id for version in versions).values()) == {3: 200}
    assert {version.lifecycle for version in versions[:400]} == {"published"}


async def test_generated_claims_are_imported(pool):
    assert (await import_claims(pool, import_lines(100), "desk")).new == 100


def test_a_generated_log_is_the_same_every_time():
    assert list(corpus_lines(CHUNK + 10, 1)) == list(corpus_lines(CHUNK + 10, 1))
    assert list(corpus_lines(20)) != list(corpus_lines(20, seed=2))
