"""POST /v1/claims/{id}/verification: a verdict is another version, by someone who did not write what it is about."""

import pytest

from db.keys import revoke_key
from db.pool import writing
from schemas.keys import Role, Secret
from tests.cast import key_for
from tests.web.writing import SUPPORT, VERDICT, Writer, assert_refused, claim, created, revised

CAVEATS = {"status": "verified_with_caveats", "rationale": "Counted again.", "caveats": ["Big ones only."]}
UNSUPPORTED = [{**SUPPORT, "stance": "context"}]

MATTERS = [
    (None, "verified", "minor"),
    (None, "disputed", "minor"),
    (None, "refuted", "major"),
    ("verified", "verified_with_caveats", "minor"),
    ("verified", "disputed", "major"),
    ("verified", "refuted", "major"),
    ("verified", "unverified", "major"),
    ("verified_with_caveats", "unsupported", "major"),
    ("disputed", "verified", "minor"),
    ("disputed", "refuted", "major"),
    ("refuted", "disputed", "minor"),
]
"""What a claim's status was and becomes, and how much that matters to who quoted it."""


def verdict(status: str) -> dict:
    return {**VERDICT, "status": status, "caveats": ["Big ones only."]}


async def test_a_verdict_is_answered_as_anyone_reads_it(desk):
    first = await desk.published()
    answer = await desk.verifier.verify(first["id"], CAVEATS)
    assert answer.status_code == 201
    await desk.assert_anyone_reads(answer)
    assert answer.headers["location"] == answer.headers["content-location"] == f"/v1/claims/{first['id']}/versions/2"
    version = answer.json()
    decided_on = version["recorded_at"][:10]
    assert version["verification"] == {**CAVEATS, "decided_on": decided_on, "decided_by": "verifier"}
    assert version["change"] == {"kind": "verification", "severity": "minor", "note": None, "by": "verifier"}
    stays = set(version) - {"verification", "change", "version", "position", "recorded_at", "digest"}
    assert {name: version[name] for name in stays} == {name: first[name] for name in stays}


async def test_a_verdict_may_say_when_it_was_reached(desk):
    for decided_on in ("2025", "2025-12", "2025-12-31"):
        id = (await desk.published())["id"]
        version = created(await desk.verifier.verify(id, {**VERDICT, "decided_on": decided_on}))
        assert version["verification"]["decided_on"] == decided_on


@pytest.mark.parametrize(("was", "becomes", "severity"), MATTERS)
async def test_what_someone_who_quoted_it_must_hear_of_is_major(was, becomes, severity, desk):
    id = (await desk.published())["id"]
    if was is not None:
        created(await desk.verifier.verify(id, verdict(was)))
    version = created(await desk.colleague.verify(id, verdict(becomes)))
    assert version["verification"]["status"] == becomes
    assert version["change"]["severity"] == severity


async def test_a_verdict_said_again_adds_nothing(desk):
    id = (await desk.published())["id"]
    first = created(await desk.verifier.verify(id, CAVEATS))
    async with desk.unchanged():
        answer = await desk.verifier.verify(id, {**CAVEATS, "decided_on": first["verification"]["decided_on"]})
        assert revised(answer) == first
        assert "location" not in answer.headers
    assert created(await desk.colleague.verify(id, CAVEATS))["verification"]["decided_by"] == "colleague"


async def test_a_verdict_that_breaks_a_rule_is_refused_where_it_decides(desk):
    id = (await desk.published())["id"]
    bare = (await desk.published(sources=UNSUPPORTED))["id"]
    rows = [
        (id, {**CAVEATS, "caveats": []}, "#/caveats", "caveats_are_stated"),
        (id, {**VERDICT, "decided_on": "2026-02-30"}, "#/decided_on", "dates_are_dates"),
        (id, {**VERDICT, "decided_on": "0000"}, "#/decided_on", "dates_are_dates"),
        (bare, VERDICT, "#/status", "verified_needs_supporting_source"),
        (bare, CAVEATS, "#/status", "verified_needs_supporting_source"),
    ]
    async with desk.unchanged():
        for target, body, pointer, rule in rows:
            assert_refused(await desk.verifier.verify(target, body), 422, pointer, rule)
    created(await desk.verifier.verify(bare, verdict("disputed")))


async def test_whoever_wrote_the_newest_content_may_not_verify_it(desk):
    id = created(await desk.verifier.create(claim()))["id"]
    async with desk.unchanged():
        for status in ("verified", "verified_with_caveats", "disputed", "unsupported", "refuted"):
            assert_refused(await desk.verifier.verify(id, verdict(status)), 422, "#/status", "four_eyes")
    created(await desk.verifier.verify(id, {"status": "unverified", "rationale": "Not yet."}))
    created(await desk.colleague.verify(id, VERDICT))
    async with desk.unchanged():
        assert_refused(await desk.verifier.verify(id, verdict("disputed")), 422, "#/status", "four_eyes")
    revised(await desk.colleague.revise(id, {"statement": "Harbours run some cranes."}))
    async with desk.unchanged():
        assert_refused(await desk.colleague.verify(id, VERDICT), 422, "#/status", "four_eyes")
    created(await desk.verifier.verify(id, VERDICT))


async def test_being_told_of_a_newer_claim_makes_nobody_the_author(desk):
    older = created(await desk.editor.create(claim()))
    newer = claim(relations=[{"type": "supersedes", "claim": older["id"]}])
    created(await desk.verifier.create(newer))
    created(await desk.verifier.verify(older["id"], VERDICT))


async def test_four_eyes_know_a_person_by_their_next_key(desk):
    """Names are one person's whatever their case (api_key_in_force), so `Joan` and `joan` are two eyes, not four."""
    pool = desk.api.runtime.pool
    first = await key_for(pool, "Joan", Role.VERIFIER)
    id = created(await Writer(desk.api, "Joan", first).create(claim()))["id"]
    async with writing(pool) as connection:
        await revoke_key(connection, Secret.read(first).key, "a test")
    for name in ("Joan", "joan"):
        secret = await key_for(pool, name, Role.VERIFIER)
        async with desk.unchanged():
            assert_refused(await Writer(desk.api, name, secret).verify(id), 422, "#/status", "four_eyes")
        async with writing(pool) as connection:
            await revoke_key(connection, Secret.read(secret).key, "a test")
