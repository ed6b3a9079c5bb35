"""POST /v1/claims: a claim is published once, keeps every rule of the record, and tells what it supersedes."""

import asyncio
from collections import Counter

import pytest

from schemas.sources import source_id
from tests.web.writing import SUPPORT, assert_refused, claim, created, new_id, relation

BETWEEN = {"unit": "cranes", "comparator": "between", "lower": "2", "upper": "5"}
ANOTHER = "cn-ai-firms-6200"

RULES = {
    "id_is_no_address": ("#/id", {"id": "bulk"}),
    "statement_says_something": ("#/statement", {"statement": " \u00a0\u2003"}),
    "attribution_says_something": ("#/attributed_to", {"attributed_to": " "}),
    "between_has_bounds": ("#/quantity", {"quantity": {**BETWEEN, "upper": None}}),
    "bounds_in_order": ("#/quantity/lower", {"quantity": {**BETWEEN, "lower": "5.000000000000000001"}}),
    "period_in_order": ("#/period", {"period": {"start": "2026-05", "end": "2026-04-30"}}),
    "dates_are_dates": ("#/sources/0/published_on", {"sources": [{**SUPPORT, "published_on": "2026-02-30"}]}),
    "relations_differ": ("#/relations/1", {"relations": [relation("competes_with", ANOTHER)] * 2}),
    "relation_points_at_a_claim": (
        "#/relations/1/claim",
        {"relations": [relation("competes_with", ANOTHER), relation("contradicts", "nowhere")]},
    ),
}
"""A rule, where it is broken, and how."""


async def test_a_claim_is_answered_as_anyone_reads_it(desk):
    sent = claim()
    answer = await desk.editor.create(sent)
    assert answer.status_code == 201
    await desk.assert_anyone_reads(answer)
    assert answer.headers["location"] == f"/v1/claims/{sent['id']}"
    assert answer.headers["content-location"] == f"/v1/claims/{sent['id']}/versions/1"
    assert answer.headers["cache-control"] == "no-store"
    assert (await desk.api.get(answer.headers["location"])).json()["id"] == sent["id"]


async def test_what_is_left_out_is_what_the_contract_says(desk):
    sent = {"id": new_id(), "statement": "A.", "quantity": {"unit": "cranes"}, "measure": "cranes", "geography": "EU",
            "attributed_to": "Port Register"}  # fmt: skip
    before = await desk.position()
    version = created(await desk.editor.create(sent))
    assert version["quantity"] == {"value": None, "comparator": "eq", "lower": None, "upper": None, "unit": "cranes"}
    assert version["period"] == {"start": None, "end": None}
    assert (version["version"], version["position"]) == (1, before + 1)
    assert (version["lifecycle"], version["currency"], version["verification"]["status"]) == (
        "published", "current", "unverified")  # fmt: skip
    assert (version["topics"], version["sources"], version["relations"], version["scope"]) == ([], [], [], None)
    assert version["change"] == {"kind": "created", "severity": "minor", "note": None, "by": "editor"}
    assert version["verification"]["decided_by"] is None


async def test_a_source_gets_the_id_of_its_document(desk):
    id = source_id(SUPPORT["publisher"], SUPPORT["title"], SUPPORT["url"])
    assert created(await desk.editor.create(claim()))["sources"][0]["id"] == id
    assert created(await desk.editor.create(claim(sources=[{**SUPPORT, "id": id}])))["sources"][0]["id"] == id
    async with desk.unchanged():
        other = claim(sources=[SUPPORT, {**SUPPORT, "id": "another-0a1b2c3d"}])
        assert_refused(await desk.editor.create(other), 400, "#/sources/1/id")


async def test_a_topic_said_twice_is_one_claim_of_it(desk):
    answer = await desk.editor.create(claim(topics=["said-twice", "said-twice"]))
    found = [
        one["claims"]
        for one in (await desk.api.get("/v1/topics?limit=100")).json()["items"]
        if one["id"] == "said-twice"
    ]
    assert answer.status_code == 422 or found == [1]


async def test_every_digit_and_every_letter_survives(desk):
    statement = 'Ängström £ 数 \U0001f6a2 \\ " / ~ %00 <b> e\u0301 \u200f.'
    sent = claim(statement=statement, quantity__value="-0.100000000000000000", scope="One\n\ttwo.")
    version = created(await desk.editor.create(sent))
    assert (version["statement"], version["scope"]) == (statement, "One\n\ttwo.")
    assert version["quantity"]["value"] == "-0.100000000000000000"
    assert version == await desk.newest(sent["id"])


@pytest.mark.parametrize("rule", RULES)
async def test_a_claim_that_breaks_a_rule_is_refused_where_it_does(rule, desk):
    pointer, broken = RULES[rule]
    async with desk.unchanged():
        assert_refused(await desk.editor.create(claim(**broken)), 422, pointer, rule)
        lines = [claim(), claim(**broken)]
        assert_refused(await desk.editor.create_all(lines), 422, pointer, rule, 2)
    if "id" not in broken:
        known = await desk.published()
        async with desk.unchanged():
            assert_refused(await desk.editor.revise(known["id"], broken), 422, pointer, rule)


async def test_every_broken_rule_is_named_at_once(desk):
    sent = claim(
        statement=" ", attributed_to=" ", stated_on="2026-02-29", period={"start": "0000", "end": "2025-04-31"}
    )
    async with desk.unchanged():
        problem = assert_refused(await desk.editor.create(sent), 422)
    assert {error["pointer"] for error in problem["errors"]} == {
        "#/statement", "#/attributed_to", "#/stated_on", "#/period/start", "#/period/end"}  # fmt: skip
    assert all(error["rule"] and error["line"] is None for error in problem["errors"])


async def test_a_claim_cannot_relate_to_itself_however(desk):
    for type in ("competes_with", "supersedes", "superseded_by"):
        id = new_id()
        async with desk.unchanged():
            sent = claim(id=id, relations=[relation("derived_from", ANOTHER), relation(type, id)])
            assert_refused(await desk.editor.create(sent), 422, "#/relations/1/claim", "relation_is_to_another")


async def test_errors_only_point_at_what_was_sent(desk):
    id = new_id()
    problem = assert_refused(await desk.editor.create(claim(id=id, relations=[relation("supersedes", id)])), 422)
    assert {error["pointer"] for error in problem["errors"]} <= {"#/relations", "#/relations/0", "#/relations/0/claim"}


async def test_an_id_is_taken_once_and_for_ever(desk):
    first = await desk.published()
    async with desk.unchanged():
        problem = assert_refused(await desk.editor.create(claim(id=first["id"])), 409, "#/id")
        assert problem["type"] == "/problems/already-exists"
    created(await desk.editor.retract(first["id"]))
    async with desk.unchanged():
        assert_refused(await desk.verifier.create(claim(id=first["id"])), 409, "#/id")


async def test_of_two_who_create_one_claim_at_once_one_does(desk):
    for condition in ({}, {"If_None_Match": "*"}):
        id, before = new_id(), await desk.position()
        answers = await asyncio.gather(
            *(desk.admin.create(claim(id=id, statement=f"Number {n}."), **condition) for n in range(8))
        )
        assert Counter(a.status_code for a in answers) == {201: 1, 412 if condition else 409: 7}
        assert await desk.position() == before + 1
        winner = next(a for a in answers if a.status_code == 201)
        assert winner.json() == await desk.newest(id)


async def test_a_superseded_claim_is_told_in_the_same_moment(desk):
    older = await desk.verified()
    newer = created(await desk.editor.create(claim(relations=[relation("supersedes", older["id"])])))
    versions = await desk.versions(older["id"])
    assert len(versions) == 3
    told = versions[-1]
    assert told["recorded_at"] == newer["recorded_at"]
    assert told["position"] == newer["position"] + 1 == await desk.position()
    assert (told["currency"], told["lifecycle"]) == ("superseded", "published")
    assert told["relations"] == [relation("superseded_by", newer["id"])]
    assert told["change"]["kind"] == "superseded"
    assert told["change"]["by"] == "editor"
    assert told["verification"] == older["verification"]


async def test_a_claim_that_knows_already_is_not_told_again(desk):
    older = await desk.published(currency="historical")
    newer = created(await desk.editor.create(claim(relations=[relation("supersedes", older["id"])])))
    assert (await desk.newest(older["id"]))["currency"] == "historical"
    before = await desk.position()
    assert (await desk.editor.revise(newer["id"], {"scope": "Big ones."})).json()["version"] == 2
    assert await desk.position() == before + 1
    assert len(await desk.versions(older["id"])) == 2


async def test_a_retracted_claim_is_superseded_without_a_version(desk):
    older = await desk.published()
    created(await desk.editor.retract(older["id"]))
    before = await desk.position()
    created(await desk.editor.create(claim(relations=[relation("supersedes", older["id"])])))
    assert await desk.position() == before + 1
    assert (await desk.newest(older["id"]))["version"] == 2


async def test_a_claim_with_no_room_for_what_supersedes_it_is_blamed_on_who_does(desk):
    """The fault is in what was sent: the relation to a claim whose own list is full."""
    others = [claim() for _ in range(100)]
    created(await desk.editor.create_all(others))
    full = await desk.published(relations=[relation("competes_with", other["id"]) for other in others])
    sent = claim(relations=[relation("competes_with", ANOTHER), relation("supersedes", full["id"])])
    async with desk.unchanged():
        assert_refused(await desk.editor.create(sent), 422, "#/relations/1", "lists_are_bounded")
        assert_refused(await desk.editor.create_all([claim(), sent]), 422, "#/relations/1", line=2)


async def test_claims_that_supersede_one_claim_at_once_all_do(desk):
    older = await desk.published()
    newer = [claim(relations=[relation("supersedes", older["id"])]) for _ in range(6)]
    answers = await asyncio.gather(*(desk.editor.create(one) for one in newer))
    assert [a.status_code for a in answers] == [201] * 6, [a.text[:200] for a in answers]
    told = (await desk.newest(older["id"]))["relations"]
    assert sorted(r["claim"] for r in told) == sorted(one["id"] for one in newer)
    assert len(await desk.versions(older["id"])) == 7
