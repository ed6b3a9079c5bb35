"""What the database asks of a log that is put back, whoever puts it there: the rules between versions, too."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from db.claims import newest_versions
from db.digest import digest_of
from db.log import Lines, Taken, finish_restore, open_restore, put_lines
from db.pool import unhurried
from schemas.claims import ClaimVersion
from schemas.failures import RuleBroken
from tests.cli.claims import log_of
from tests.given import PLAIN, fields

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)

VERDICT = {
    "change__kind": "verification",
    "verification__status": "verified",
    "verification__decided_by": "reviewer",
    "verification__decided_on": "2026-02-01",
}
REFUTED = {**VERDICT, "verification__status": "refuted"}
RETRACTED = {"lifecycle": "retracted", "change__kind": "retraction", "change__note": "Counted twice."}
UPDATE = {"change__kind": "update", "scope": "Counts masts."}
OTHERS = {"id": "other"}

BROKEN = {
    "four_eyes, of the first version": (
        "four_eyes",
        [{**VERDICT, "change__kind": "created", "change__by": "reviewer"}],
    ),
    "four_eyes, of the one before": ("four_eyes", [{}, {**VERDICT, "verification__decided_by": "desk"}]),
    "four_eyes, of one further back": (
        "four_eyes",
        [{}, {**UPDATE, "change__by": "reviewer"}, {"change__kind": "superseded"}, VERDICT],
    ),
    "refutation_is_major": ("refutation_is_major", [{}, VERDICT, REFUTED]),
    "retracted_is_final": ("retracted_is_final", [{}, RETRACTED, RETRACTED]),
    "the first is missing": ("version_follows_previous", [{"version": 2, **UPDATE}, OTHERS]),
    "one is left out": ("version_follows_previous", [{}, {"version": 3, **UPDATE}]),
    "the second comes before the first": ("version_follows_previous", [{"version": 2, **UPDATE}, {"version": 1}]),
    "a place is left out": ("position_is_dense", [{}, {"position": 3, **OTHERS}, {"position": 4, "id": "third"}]),
    "more than were announced": ("position_is_dense", [{}, OTHERS, {"position": 9, "id": "third"}]),
    "a time goes back": (
        "recorded_at_never_decreases",
        [{}, {**OTHERS, "recorded_at": BEGAN - timedelta(days=1)}, {"id": "third"}],
    ),
}
"""What is wrong, the rule it breaks, and the versions of a log of which one is the first to break it."""

ALLOWED = {
    "verified by another": [{}, VERDICT],
    "refuted with a major change": [{}, VERDICT, {**REFUTED, "change__severity": "major"}],
    "verified, then changed by who verified": [{}, VERDICT, {**VERDICT, **UPDATE, "change__by": "reviewer"}],
    "one after the other": [{}, OTHERS, UPDATE, {**OTHERS, **UPDATE}, RETRACTED],
}


def version_of(position: int, count: int, changed: dict) -> ClaimVersion:
    """A version of a log, recorded a minute after the one before it, with fields of the plain record changed."""
    placed = {
        "position": position,
        "version": count,
        "recorded_at": BEGAN + timedelta(minutes=position),
        "digest": "0" * 64,
    }
    version = msgspec.convert(fields(**{**placed, **changed}), ClaimVersion)
    return msgspec.structs.replace(version, digest=digest_of(version))


def log_with(changes: list[dict]) -> list[ClaimVersion]:
    """A version for each of the changes, numbered in the order in which they stand where they do not say."""
    counts: Counter[str] = Counter()
    versions = []
    for position, changed in enumerate(changes, 1):
        id = changed.get("id", PLAIN["id"])
        counts[id] += 1
        versions.append(version_of(position, counts[id], changed))
    return versions


async def put_back(pool, versions: list[ClaimVersion], together: int) -> None:
    """Puts versions into an empty log without a look at them, some with each statement."""
    async with unhurried(pool) as connection:
        await open_restore(connection, Taken(position=len(versions), recorded_at=versions[-1].recorded_at))
        for start in range(0, len(versions), together):
            lines = Lines(start + 1)
            lines.add([msgspec.json.encode(version) for version in versions[start : start + together]])
            await put_lines(connection, lines)
        await finish_restore(connection)


@pytest.mark.parametrize("together", [1, 100], ids=["one by one", "together"])
@pytest.mark.parametrize("wrong", BROKEN)
async def test_a_log_in_which_a_version_cannot_follow_is_not_put_back(wrong, together, pool):
    rule, changes = BROKEN[wrong]
    with pytest.raises(RuleBroken) as refused:
        await put_back(pool, log_with(changes), together)
    assert refused.value.rule == rule
    assert await log_of(pool) == []


@pytest.mark.parametrize("together", [1, 100], ids=["one by one", "together"])
@pytest.mark.parametrize("right", ALLOWED)
async def test_a_log_in_which_they_do_is(right, together, pool):
    versions = log_with(ALLOWED[right])
    await put_back(pool, versions, together)
    assert await log_of(pool) == versions
    async with unhurried(pool, readonly=True) as connection:
        newest = await newest_versions(connection, {version.id for version in versions})
    assert len(newest) == len({version.id for version in versions})


async def test_a_rule_is_named_though_workers_ask_it(pool):
    """Of a log that is long enough for PostgreSQL to share among processes, the one version that is wrong is told."""
    changes = [{"id": f"claim-{number}", "scope": "Counts masts. " * 20} for number in range(3000)]
    changes.append({**VERDICT, "change__kind": "created", "id": "self-made", "change__by": "reviewer"})
    with pytest.raises(RuleBroken, match="reviewer wrote the newest content of self-made") as refused:
        await put_back(pool, log_with(changes), 1000)
    assert refused.value.rule == "four_eyes"
