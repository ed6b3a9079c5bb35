"""The contract holds whatever is asked: three thousand requests made from it here, and more in `make fuzz`."""

import asyncio

from tests.databases import Cluster
from tests.fuzz.done import undone
from tests.fuzz.running import fuzz, target
from tests.fuzz.tally import PHASES
from tests.telling import tell

SEED = 5


async def test_the_api_does_what_the_contract_says_whatever_is_asked(cluster: Cluster, tmp_path):
    async with target(cluster, tmp_path) as at:
        tally = await asyncio.to_thread(fuzz, at, examples=20, seed=SEED, chained=200, nasty=2)
    tell(tally.counted())
    assert not tally.found, tally.told()
    assert not tally.errors, tally.told()
    assert "Traceback" not in at.program.said, at.program.said
    assert set(tally.cases) == set(PHASES), tally.cases
    assert not undone(tally), f"answered with refusals only: {undone(tally)}"
