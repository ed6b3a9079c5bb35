"""Bugs that are planted are found, each by the check that should find it: else finding none would prove nothing.

Here each is looked for where it is; `make fuzz` looks for each everywhere.
"""

import asyncio

import pytest

from tests.databases import Cluster
from tests.fuzz.planted import BUGS, FOUND_BY
from tests.fuzz.running import fuzz, target

ENOUGH = {
    "undocumented-status": ("fuzzing", "list_topics"),
    "missing-etag": ("examples", "list_measures|get_measure"),
    "undeclared-null": ("examples", "list_claims|get_claim"),
    "read-after-retraction": ("fuzzing", "create_claim$|retract_claim"),
    "nul-breaks": ("examples", "create_claim$"),
}
"""By bug, the phase and the operations that are enough to find it."""


def test_it_is_said_of_every_bug_what_must_find_it():
    assert set(BUGS) == set(FOUND_BY) == set(ENOUGH)


@pytest.mark.parametrize("bug", BUGS)
async def test_a_planted_bug_is_found(bug, cluster: Cluster, tmp_path):
    phase, operations = ENOUGH[bug]
    async with target(cluster, tmp_path, planted=bug) as at:
        tally = await asyncio.to_thread(
            fuzz, at, examples=20, seed=5, nasty=2, phases=(phase,), only=f"^({operations})"
        )
    assert tally.checks == {FOUND_BY[bug]}, tally.told()
