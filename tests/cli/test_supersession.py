"""Supersession stays said on both sides, whichever file is imported when."""

import pytest

from schemas.failures import FileRefused
from service.transfer import Imported, import_claims
from tests.cli.claims import claim, file_of


def superseding(id, *others):
    return claim(id, relations=[{"type": "supersedes", "claim": other} for other in others])


async def test_the_older_claim_s_own_file_does_not_take_it_back(pool):
    await import_claims(pool, file_of(claim("older")), "desk")
    await import_claims(pool, file_of(superseding("newer", "older")), "desk")
    again = await import_claims(pool, file_of(claim("older")), "desk")
    assert again == Imported(new=0, changed=0, unchanged=1)
    assert await import_claims(pool, file_of(superseding("newer", "older")), "desk") == again


@pytest.mark.parametrize(
    "lines",
    [
        [superseding("one", "two"), superseding("two", "one")],
        [superseding("one", "two"), superseding("two", "three"), superseding("three", "one")],
    ],
    ids=["two", "three"],
)
async def test_claims_that_supersede_each_other_are_refused(lines, pool):
    with pytest.raises(FileRefused) as refused:
        await import_claims(pool, file_of(*lines), "desk")
    assert "supersede itself" in refused.value.faults[0][2]


async def test_a_relation_said_twice_is_refused(pool):
    with pytest.raises(FileRefused) as refused:
        await import_claims(pool, file_of(claim("older"), superseding("newer", "older", "older")), "desk")
    assert refused.value.faults == ((2, "/relations/1", "The relation is there already. (relations_differ)"),)


async def test_a_retraction_changes_nothing_else(pool):
    """What is withdrawn stays readable as it was."""
    await import_claims(pool, file_of(claim("plain")), "desk")
    reworded = claim("plain", statement="Another sentence.", lifecycle="retracted", change={"note": "Invented."})
    with pytest.raises(FileRefused) as refused:
        await import_claims(pool, file_of(reworded), "desk")
    assert refused.value.faults == ((1, "/statement", "A retraction changes nothing else. (retracted_is_final)"),)


async def test_a_superseded_claim_that_is_retracted_stays_superseded(pool):
    await import_claims(pool, file_of(claim("older"), superseding("newer", "older")), "desk")
    await import_claims(pool, file_of(claim("older", lifecycle="retracted", change={"note": "Invented."})), "desk")
    async with pool.acquire() as connection:
        newest = await connection.fetchrow("select * from claim_version order by position desc limit 1")
    assert (newest["lifecycle"], newest["currency"]) == ("retracted", "superseded")
    assert newest["relations"] == [{"type": "superseded_by", "claim": "newer"}]
