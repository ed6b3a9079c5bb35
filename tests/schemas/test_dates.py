"""Dates inside a record's sources are dates to the database too, or nothing."""

import pytest

from schemas.failures import RuleBroken
from tests.schemas.test_rules import fields, insert


@pytest.mark.parametrize("value", [[], [None], ["2026"], {}, 2026, True, ""], ids=repr)
@pytest.mark.parametrize("field", ["published_on", "retrieved_on"])
async def test_the_database_refuses_a_date_of_a_source_that_is_no_text(field, value, pool):
    with pytest.raises(RuleBroken) as refused:
        await insert(pool, fields(sources=[{**fields()["sources"][0], field: value}]))
    assert refused.value.rule == "dates_are_dates"
