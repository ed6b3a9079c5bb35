"""The contract holds whatever is asked: three thousand requests made from it here, and more in `make fuzz`."""

import asyncio

from service.app import ENDPOINTS
from tests.databases import Cluster
from tests.fuzz.running import fuzz, target
from tests.fuzz.tally import PHASES
from tests.telling import tell

SEED = 5
DONE = {
    "create_claim": 201, "create_claims": 201, "revise_claim": 200, "verify_claim": 201, "retract_claim": 201,
    "issue_api_key": 201, "revoke_api_key": 200, "create_webhook": 201, "rotate_webhook_secret": 201,
    "test_webhook": 201, "redeliver": 201, "acknowledge_change": 201,
}  # fmt: skip
"""How each write is answered that does something: a run in which none does has looked at refusals only."""


async def test_the_api_does_what_the_contract_says_whatever_is_asked(cluster: Cluster, tmp_path):
    async with target(cluster, tmp_path) as at:
        tally = await asyncio.to_thread(fuzz, at, examples=20, seed=SEED, chained=200, nasty=2)
    tell(tally.counted())
    assert not tally.found, tally.told()
    assert not tally.errors, tally.told()
    assert "Traceback" not in at.program.said, at.program.said
    assert set(tally.cases) == set(PHASES), tally.cases
    for endpoint in ENDPOINTS:
        done = DONE.get(endpoint.operation, 200)
        assert tally.got(endpoint.operation, done) or not endpoint.listed, f"{endpoint.operation} was never {done}"
