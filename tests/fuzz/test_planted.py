"""Bugs that are planted are found, each by the check that should find it: else finding none would prove nothing."""

import asyncio

import pytest

from tests.databases import Cluster
from tests.fuzz.planted import BUGS
from tests.fuzz.running import fuzz, target

FOUND_BY = {
    "undocumented-status": ("status_code_conformance", ("examples",), "list_topics"),
    "missing-etag": ("response_headers_conformance", ("examples",), "list_measures|get_measure"),
    "undeclared-null": ("response_schema_conformance", ("examples",), "list_claims|get_claim"),
    "read-after-retraction": ("what_was_written_is_read", ("fuzzing",), "create_claim$|retract_claim"),
    "nul-breaks": ("not_a_server_error", ("examples",), "create_claim$"),
}
"""By bug: the check that must find it, and the phase and operations that are enough for it to."""


def test_every_bug_there_is_should_be_found_by_a_check():
    assert set(FOUND_BY) == set(BUGS)


@pytest.mark.parametrize("bug", BUGS)
async def test_a_planted_bug_is_found(bug, cluster: Cluster, tmp_path):
    check, phases, operations = FOUND_BY[bug]
    async with target(cluster, tmp_path, planted=bug) as at:
        tally = await asyncio.to_thread(fuzz, at, examples=20, seed=5, nasty=2, phases=phases, only=f"^({operations})")
    assert tally.checks == {check}, tally.told()
