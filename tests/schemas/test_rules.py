"""Every rule, tried where it is kept: in the database, under its name; and in Python, with a sentence and a pointer."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from db.digest import digest_of
from db.log import Taken, _append, _placed, _take, append_versions, open_restore, put_versions
from db.migrations import HERE
from db.pool import unhurried, writing
from schemas.claims import Draft
from schemas.failures import RuleBroken
from schemas.rules import broken_rules
from tests.db.test_webhooks import OF_WEBHOOKS
from tests.given import draft, fields, published

BETWEEN = {"value": None, "comparator": "between", "lower": "2", "upper": "5", "unit": "cranes"}
PLAIN_CHANGE = {"kind": "created", "severity": "major", "note": " ", "by": "desk"}
NO_SUPPORT = [{**fields()["sources"][0], "stance": "context"}]

ALONE = {
    "id_is_slug": {"id": "Not-a-slug"},
    "id_is_no_address": {"id": "bulk"},
    "measure_is_slug": {"measure": "two  words"},
    "statement_says_something": {"statement": " "},
    "text_is_readable": {"statement": "Two\nlines."},
    "attribution_says_something": {"attributed_to": ""},
    "geography_is_known": {"geography": "china"},
    "topics_are_slugs": {"topics": ["ports", "Not a slug"]},
    "lifecycle_is_known": {"lifecycle": "hidden"},
    "currency_is_known": {"currency": "stale"},
    "quantity_is_decimal": {"quantity__value": "1e9"},
    "quantity_has_unit": {"quantity__unit": ""},
    "comparator_is_known": {"quantity__comparator": "above"},
    "between_has_bounds": {"quantity": {**BETWEEN, "upper": None}},
    "bounds_in_order": {"quantity": {**BETWEEN, "lower": "10"}},
    "dates_are_dates": {"sources": [{**fields()["sources"][0], "published_on": "2026-02-30"}]},
    "period_in_order": {"period": {"start": "2026-05", "end": "2026-04-30"}},
    "status_is_known": {"verification__status": "true"},
    "verified_needs_supporting_source": {"verification__status": "verified", "sources": NO_SUPPORT},
    "caveats_are_stated": {"verification__status": "verified_with_caveats"},
    "sources_are_known_kinds": {"sources": [{**fields()["sources"][0], "kind": "rumour"}]},
    "relations_are_known_types": {"relations": [{"type": "likes", "claim": "another"}]},
    "relation_is_to_another": {"relations": [{"type": "competes_with", "claim": "harbour-cranes-4100"}]},
    "relations_differ": {"relations": [{"type": "competes_with", "claim": "another"}] * 2},
    "topics_differ": {"topics": ["ports", "rail", "ports"]},
    "rationale_says_something": {"verification__rationale": " \n"},
    "relation_points_at_a_claim": {"relations": [{"type": "competes_with", "claim": "nowhere"}]},
    "lists_are_bounded": {"relations": [{"type": "derived_from", "claim": f"other-{n}"} for n in range(101)]},
    "change_is_known": {"change__severity": "huge"},
    "change_names_its_author": {"change__by": ""},
    "only_the_first_is_created": {"change__kind": "update"},
    "retraction_withdraws": {"lifecycle": "retracted"},
}
"""A rule, and what to change in the plain record to break it."""

PLACED = {
    "position_is_positive": {"position": 0},
    "position_is_dense": {"position": 2},
    "version_is_positive": {"version": 0},
    "version_follows_previous": {"version": 2},
    "digest_is_sha256": {"digest": "sha256"},
    "recorded_at_is_finite": {"recorded_at": "infinity"},
}
"""A rule about a version's place, and a place that breaks it."""

BETWEEN_VERSIONS = {
    "four_eyes": {
        "change__kind": "verification",
        "verification__status": "verified",
        "verification__decided_by": "desk",
    },
    "refutation_is_major": {"change__kind": "verification", "verification__status": "refuted"},
    "retraction_gives_its_reason": {"lifecycle": "retracted", "change__kind": "retraction"},
    "only_the_first_is_created": {"change__kind": "created"},
}
"""A rule, and a second version of a verified claim that breaks it."""

ELSEWHERE = {
    "one_row_per_version": "a version that is there is refused by version_follows_previous before it",
    "recorded_at_never_decreases": "test_times_never_go_back",
    "recorded_when_taken": "test_a_version_is_recorded_when_its_position_was_taken",
    "recorded_in_the_past": "tests/schemas/test_immutability.py",
    "only_an_empty_log_is_restored": "tests/schemas/test_immutability.py",
    "view_follows_the_log": "tests/schemas/test_immutability.py",
    "retracted_is_final": "test_a_retracted_claim_is_only_read",
    "published_is_immutable": "tests/schemas/test_immutability.py",
    "body_is_the_version": "tests/db/test_bodies.py",
    "log_head_stays": "tests/schemas/test_immutability.py",
    "log_head_only_grows": "tests/schemas/test_immutability.py",
    "one_log_head": "tests/schemas/test_immutability.py",
    "head_is_not_negative": "tests/schemas/test_immutability.py",
    "positions_are_filled": "test_positions_taken_are_filled",
    "write_within_deadline": "tests/stories/test_recent_instants.py",
    "in_force_from_to": "a view's own sanity; no write of ours can reach it",
    "superseded_is_told": "test_a_claim_does_not_unsay_that_another_supersedes_it",
    "decided_already": "test_a_verdict_has_been_given_and_not_by_the_author_in_another_case",
    "key_id_is_hexadecimal": "tests/db/test_keys.py",
    "key_name_is_readable": "tests/db/test_keys.py",
    "role_is_known": "tests/db/test_keys.py",
    "key_digest_is_sha256": "tests/db/test_keys.py",
    "revoked_by_someone": "tests/db/test_keys.py",
    "key_is_kept": "tests/db/test_keys.py",
    "key_stays_as_issued": "tests/db/test_keys.py",
    "label_is_for_a_slug": "labels come with the program",
    "mirror_is_read_only": "tests/service/test_mirror.py",
    **dict.fromkeys(OF_WEBHOOKS, "tests/db/test_webhooks.py"),
}


async def insert(pool, record, position=1, version=1, **placed):
    """Puts a record into the log as it is, as the application's own role could."""
    async with writing(pool) as connection:
        head = await _take.only(connection, 1)
        row = {**record, "position": position, "version": version, "recorded_at": head.recorded_at, "digest": "0" * 64}
        await _append.run(connection, [msgspec.to_builtins({**row, **placed})])


@pytest.mark.parametrize("rule", ALONE)
async def test_the_database_refuses_a_record_that_breaks_a_rule(rule, pool):
    with pytest.raises(RuleBroken) as refused:
        await insert(pool, fields(**ALONE[rule]))
    assert refused.value.rule == rule


@pytest.mark.parametrize("rule", PLACED)
async def test_the_database_refuses_a_version_out_of_place(rule, pool):
    with pytest.raises(RuleBroken) as refused:
        await insert(pool, fields(), **PLACED[rule])
    assert refused.value.rule in (rule, "position_is_dense", "version_follows_previous", "recorded_when_taken")


@pytest.mark.parametrize("rule", BETWEEN_VERSIONS)
async def test_the_database_refuses_a_version_that_cannot_follow(rule, pool):
    await published(pool, draft(verification__status="verified"))
    with pytest.raises(RuleBroken) as refused:
        await insert(pool, fields(**BETWEEN_VERSIONS[rule]), 2, 2)
    assert refused.value.rule == rule


async def test_the_plain_record_breaks_no_rule(pool):
    await insert(pool, fields())
    assert broken_rules(draft()) == []


async def test_times_never_go_back(pool):
    await published(pool, draft())
    with pytest.raises(RuleBroken) as refused:
        await insert(pool, fields(id="other"), 2, 1, recorded_at="2020-01-01T00:00:00Z")
    assert refused.value.rule == "recorded_at_never_decreases"


@pytest.mark.parametrize("shift", [timedelta(milliseconds=1), timedelta(days=-1), timedelta(days=9000)])
async def test_a_version_is_recorded_when_its_position_was_taken(shift, pool):
    async with pool.acquire() as connection:
        now = await connection.fetchval("select clock_timestamp()")
    with pytest.raises(RuleBroken) as refused:
        await insert(pool, fields(), recorded_at=(now + shift).isoformat())
    assert refused.value.rule == "recorded_when_taken"


async def test_the_author_of_the_words_is_not_the_one_who_finds_them_right(pool):
    for changed in ({}, {"change__kind": "update"}):
        verdict = draft(verification__status="verified", verification__decided_by="desk", **changed)
        with pytest.raises(RuleBroken) as refused:
            await published(pool, verdict)
        assert refused.value.rule == "four_eyes"
        await published(pool, draft(**changed))


async def test_a_retracted_claim_is_only_read(pool):
    await published(pool, draft())
    await published(pool, draft(lifecycle="retracted", change__kind="retraction", change__note="Invented."))
    with pytest.raises(RuleBroken) as refused:
        await published(pool, draft(change__kind="correction"))
    assert refused.value.rule == "retracted_is_final"


async def test_a_claim_does_not_unsay_that_another_supersedes_it(pool):
    told = {"relations": [{"type": "superseded_by", "claim": "newer"}]}
    newer = {"id": "newer", "relations": [{"type": "supersedes", "claim": "older"}]}
    await published(pool, draft(id="older"), draft(**newer), draft(id="older", change__kind="superseded", **told))
    unsaid = draft(id="older", change__kind="update")
    with pytest.raises(RuleBroken) as refused:
        await published(pool, unsaid)
    assert refused.value.rule == "superseded_is_told"
    await published(pool, draft(**{**newer, "relations": []}, change__kind="update"))
    await published(pool, unsaid)


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("decided_already", {"verification__decided_on": "2999-01-01", "verification__decided_by": "vera"}),
        ("four_eyes", {"verification__decided_by": "DESK"}),
        ("four_eyes", {"verification__decided_by": "Desk", "statement": "Others.", "change__kind": "update"}),
    ],
)
async def test_a_verdict_has_been_given_and_not_by_the_author_in_another_case(rule, changed, pool):
    await published(pool, draft())
    verdict = {"verification__status": "verified", "change__kind": "verification"}
    with pytest.raises(RuleBroken) as refused:
        await published(pool, draft(**{**verdict, **changed}))
    assert refused.value.rule == rule


async def test_whoever_verified_does_not_rewrite_it_under_their_own_verdict(pool):
    verified = {"verification__status": "verified", "verification__decided_by": "Vera"}
    await published(pool, draft(), draft(**verified, change__kind="verification"))
    rewritten = {"statement": "Others.", "change": {**PLAIN_CHANGE, "kind": "update", "by": "vera"}}
    with pytest.raises(RuleBroken) as refused:
        await published(pool, draft(**verified, **rewritten))
    assert refused.value.rule == "four_eyes"


@pytest.mark.parametrize("rule", ["quantity_has_unit", "retraction_gives_its_reason"])
async def test_white_space_says_nothing(rule, pool):
    await published(pool, draft())
    blank = {
        "quantity_has_unit": {"quantity__unit": " ", "change__kind": "update"},
        "retraction_gives_its_reason": {"lifecycle": "retracted", "change": {**PLAIN_CHANGE, "kind": "retraction"}},
    }
    with pytest.raises(RuleBroken) as refused:
        await published(pool, draft(**blank[rule]))
    assert refused.value.rule == rule


async def test_a_restore_puts_back_what_is_older_than_a_rule(pool):
    then = datetime(2026, 1, 1, tzinfo=UTC)
    old = _placed(draft(id="bulk", topics=["ports", "ports"], verification__rationale=" "), 1, 1, then)
    async with unhurried(pool) as connection:
        await open_restore(connection, Taken(position=1, recorded_at=then))
        await put_versions(connection, [old])
    (version,) = await published(
        pool, draft(id="bulk", topics=["ports", "ports"], verification__rationale=" ", change__kind="update")
    )
    assert version.version == 2


async def test_positions_taken_are_filled(pool):
    with pytest.raises(RuleBroken) as refused:
        async with writing(pool) as connection:
            await _take.only(connection, 2)
    assert refused.value.rule == "positions_are_filled"
    (version,) = await published(pool, draft())
    assert version.position == 1


async def test_someone_else_may_verify(pool):
    await published(pool, draft())
    verdict = draft(
        change__kind="verification", verification__status="verified", verification__decided_by="second desk"
    )
    async with writing(pool) as connection:
        (version,) = await append_versions(connection, [verdict])
    assert version.version == 2
    assert version.digest == digest_of(version)


@pytest.mark.parametrize("rule", ALONE)
def test_python_says_what_the_database_would_and_where(rule):
    """Unless the types already refuse it, or it takes another claim to know."""
    try:
        record = draft(**ALONE[rule])
    except msgspec.ValidationError:
        return
    broken = broken_rules(record)
    if rule in ("relation_points_at_a_claim", "only_the_first_is_created", "relations_differ", "topics_differ"):
        assert broken == []
    else:
        assert rule in {found.rule for found in broken}
        assert all(found.pointer.startswith("/") and found.sentence.endswith(".") for found in broken)


def test_python_asks_a_retraction_for_its_reason():
    record = draft(lifecycle="retracted", change__kind="retraction")
    assert [broken.rule for broken in broken_rules(record)] == ["retraction_gives_its_reason"]


def test_a_partial_date_s_month_ends_where_the_calendar_says():
    assert broken_rules(draft(period={"start": "2024-02-29", "end": "2024-02"})) == []
    assert broken_rules(draft(period={"start": "2023-12-31", "end": "2023"})) == []
    assert [broken.rule for broken in broken_rules(draft(stated_on="2023-02-29"))] == ["dates_are_dates"]


def test_every_named_rule_is_tried():
    sql = "\n".join(file.read_text() for file in sorted(HERE.glob("*.sql")))
    named = set(re.findall(r"^    constraint ([a-z0-9_]+)", sql, re.MULTILINE))
    named |= set(re.findall(r"perform refuse\('([a-z_]+)'", sql))
    tried = set(ALONE) | set(PLACED) | set(BETWEEN_VERSIONS) | set(ELSEWHERE)
    assert named == tried


def test_a_draft_has_every_field_of_a_version_but_its_place():
    from schemas.claims import ClaimVersion

    place = {"version", "position", "recorded_at", "digest"}
    assert set(ClaimVersion.__struct_fields__) - place == set(Draft.__struct_fields__)
