"""The story of everyone who hears of changes, at full length: `make soak`. Figures are told while it runs."""

import pytest

from tests.stories.hearing import everyone_hears

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


async def test_ten_thousand_changes_reach_everyone_while_they_are_killed(cluster, tmp_path):
    await everyone_hears(cluster, tmp_path, changes=10_000, kills=6)
