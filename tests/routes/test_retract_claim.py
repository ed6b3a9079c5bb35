"""POST /v1/claims/{id}/retraction: a claim is withdrawn with a reason, stays readable, and is never changed again."""

import pytest

from tests.web.writing import REASON, VERDICT, assert_refused, claim, created, relation, revised


async def test_a_retraction_is_answered_as_anyone_reads_it(desk):
    before = await desk.verified()
    answer = await desk.editor.retract(before["id"])
    assert answer.status_code == 201
    await desk.assert_anyone_reads(answer)
    assert answer.headers["location"] == answer.headers["content-location"] == f"/v1/claims/{before['id']}/versions/3"
    version = answer.json()
    assert version["lifecycle"] == "retracted"
    assert version["change"] == {"kind": "retraction", "severity": "major", "note": REASON["reason"], "by": "editor"}
    stays = set(version) - {"lifecycle", "change", "version", "position", "recorded_at", "digest"}
    assert {name: version[name] for name in stays} == {name: before[name] for name in stays}


async def test_a_retracted_claim_stays_readable_and_leaves_the_lists(desk):
    first = await desk.published(topics=["withdrawn-topic"])
    created(await desk.editor.retract(first["id"]))
    assert (await desk.api.get(f"/v1/claims/{first['id']}/versions/1")).json() == first
    assert (await desk.api.get("/v1/claims?topic=withdrawn-topic")).json()["items"] == []
    found = (await desk.api.get("/v1/claims?topic=withdrawn-topic&lifecycle=retracted")).json()["items"]
    assert [one["id"] for one in found] == [first["id"]]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": None}, {"reason": "x" * 4001}])
async def test_a_retraction_gives_its_reason(body, desk):
    id = (await desk.published())["id"]
    async with desk.unchanged():
        assert_refused(await desk.editor.retract(id, body), 400, "#/reason")


async def test_a_reason_is_more_than_white_space(desk):
    """As a statement is: a reader must be told why."""
    id = (await desk.published())["id"]
    async with desk.unchanged():
        for blank in (" ", "\n\t", "\u00a0"):
            answer = await desk.editor.retract(id, {"reason": blank})
            assert 400 <= answer.status_code < 500, answer.text


async def test_a_retracted_claim_is_only_read(desk):
    id = (await desk.verified())["id"]
    created(await desk.editor.retract(id))
    async with desk.unchanged():
        for by in (desk.editor, desk.verifier, desk.admin):
            assert_refused(await by.revise(id, {}), 409)
            assert_refused(await by.revise(id, {"statement": " "}), 409)
            assert_refused(await by.retract(id), 409)
        assert_refused(await desk.verifier.verify(id, VERDICT), 409)
        assert_refused(await desk.editor.create(claim(id=id)), 409, "#/id")
        assert_refused(await desk.editor.create_all([claim(id=id)]), 409, "#/id", line=1)


async def test_a_claim_may_still_relate_to_a_retracted_one(desk):
    id = (await desk.published())["id"]
    retracted = created(await desk.editor.retract(id))
    for type in ("supersedes", "contradicts", "derived_from"):
        created(await desk.editor.create(claim(relations=[relation(type, id)])))
    assert await desk.newest(id) == retracted


async def test_a_retraction_keeps_what_others_said_of_the_claim(desk):
    older = await desk.published()
    newer = await desk.published(relations=[relation("supersedes", older["id"])])
    retracted = created(await desk.editor.retract(older["id"]))
    assert retracted["relations"] == [relation("superseded_by", newer["id"])]
    assert retracted["currency"] == "superseded"
    assert created(await desk.editor.retract(newer["id"]))["relations"] == [relation("supersedes", older["id"])]
    assert await desk.newest(older["id"]) == retracted


async def test_a_claim_is_current_again_when_what_superseded_it_is_withdrawn(desk):
    """The withdrawn claim is only read: if it went on superseding, a mistake could never be mended."""
    older = await desk.published()
    newer = await desk.published(relations=[relation("supersedes", older["id"])])
    created(await desk.editor.retract(newer["id"]))
    version = revised(await desk.editor.revise(older["id"], {"relations": [], "currency": "current"}))
    assert (version["currency"], version["relations"]) == ("current", [])


async def test_a_claim_is_current_again_when_nothing_says_it_supersedes_it(desk):
    older = await desk.published()
    newer = await desk.published(relations=[relation("supersedes", older["id"])])
    revised(await desk.editor.revise(newer["id"], {"relations": []}))
    version = revised(await desk.editor.revise(older["id"], {"relations": [], "currency": "current"}))
    assert (version["currency"], version["relations"]) == ("current", [])


async def test_a_claim_that_supersedes_a_retracted_one_can_be_revised(desk):
    older = await desk.published()
    created(await desk.editor.retract(older["id"]))
    newer = await desk.published(relations=[relation("supersedes", older["id"])])
    before = await desk.position()
    assert revised(await desk.editor.revise(newer["id"], {"scope": "Big ones."}))["version"] == 2
    assert await desk.position() == before + 1


async def test_the_author_of_a_claim_may_withdraw_it_and_so_may_others(desk):
    for by in (desk.editor, desk.verifier, desk.admin):
        assert created(await by.retract((await desk.published())["id"]))["change"]["by"] == by.name
