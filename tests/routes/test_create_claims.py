"""POST /v1/claims/bulk: up to a thousand claims, a line each, all of them at once or none."""

import asyncio
from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from service.web.bodies import LARGEST_BODY, LARGEST_BULK
from tests.web.writing import JSON, SUPPORT, assert_refused, claim, created, lines, new_id, relation, revised

ANOTHER = "cn-ai-firms-6200"


def line(**changed) -> bytes:
    return msgspec.json.encode(claim(**changed))


async def test_a_thousand_claims_are_one_block_of_the_log(desk):
    sent = [claim(statement=f"Number {n}.") for n in range(1000)]
    before = await desk.position()
    answer = await desk.editor.create_all(sent)
    body = created(answer)
    assert body["position"] == before + 1000 == await desk.position()
    assert body["items"] == [
        {"line": n, "id": one["id"], "version": 1, "position": before + n, "url": f"/v1/claims/{one['id']}/versions/1"}
        for n, one in enumerate(sent, 1)
    ]
    assert answer.headers["content-type"] == JSON
    assert answer.headers["cache-control"] == "no-store"
    first, last = await desk.newest(sent[0]["id"]), await desk.newest(sent[-1]["id"])
    assert first["recorded_at"] == last["recorded_at"]
    assert first["statement"] == "Number 0."
    assert first["change"] == {"kind": "created", "severity": "minor", "note": None, "by": "editor"}
    assert (await desk.api.get(body["items"][-1]["url"])).json() == last


async def test_a_thousand_and_one_are_too_many(desk):
    async with desk.unchanged():
        assert_refused(await desk.editor.create_all([claim() for _ in range(1001)]), 413)
        assert_refused(await desk.editor.create_all(b"\n" * 1002), 413)


@pytest.mark.parametrize("number", [1, 500, 1000])
async def test_one_bad_line_among_a_thousand_keeps_all_out(number, desk):
    good = [claim() for _ in range(1000)]
    rows = [
        ({"statement": 5}, 400, "#/statement"),
        ({"quantity": {"value": "1e5", "unit": "cranes"}}, 400, "#/quantity/value"),
        ({"sources": [{**SUPPORT, "id": "another"}]}, 400, "#/sources/0/id"),
        ({"stated_on": "2026-02-30"}, 422, "#/stated_on"),
        ({"relations": [relation("contradicts", "nowhere")]}, 422, "#/relations/0/claim"),
        ({"id": ANOTHER}, 409, "#/id"),
    ]
    async with desk.unchanged():
        for changed, status, pointer in rows:
            sent = [*good[: number - 1], claim(**changed), *good[number:]]
            problem = assert_refused(await desk.editor.create_all(sent), status, pointer, line=number)
            assert [error["line"] for error in problem["errors"]] == [number]
    assert (await desk.api.get(f"/v1/claims/{good[0]['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b"", 1), (b"\n", 1), (b"\n%s\n", 1), (b"%s\n\n%s", 2), (b"%s\n \t\r\n%s\n", 2), (b"%s\n\n", 2),
        (b"\xef\xbb\xbf%s\n", 1),
        (b"%s %s\n", 1), (b"%s,\n%s\n", 1), (b"[%s]", 1), (b"%s\n{\n", 2), (b"%s\r%s", 1),
        (b"%s\x1e\n", 1), (b"\x1e%s\n", 1),
    ],
)  # fmt: skip
async def test_a_line_that_is_no_claim_is_named(body, number, desk):
    while b"%s" in body:
        body = body.replace(b"%s", line(), 1)
    async with desk.unchanged():
        problem = assert_refused(await desk.editor.create_all(body), 400, "#", line=number)
        assert all(error["line"] for error in problem["errors"])


@pytest.mark.parametrize("body", [b"%s", b"%s\n", b"%s\r\n", b"%s\n%s", b"%s\r\n%s\r\n", b"  %s\t\n%s "])
async def test_lines_may_end_as_lines_do(body, desk):
    count = body.count(b"%s")
    while b"%s" in body:
        body = body.replace(b"%s", line(), 1)
    assert [item["line"] for item in created(await desk.editor.create_all(body))["items"]] == [*range(1, count + 1)]


async def test_every_bad_line_is_named_up_to_a_hundred(desk):
    async with desk.unchanged():
        problem = assert_refused(await desk.editor.create_all([claim(currency="old") for _ in range(300)]), 400)
        assert [error["line"] for error in problem["errors"]] == [*range(1, 101)]


@pytest.mark.parametrize(
    "changed", [{"stated_on": "2026-02-30"}, {"sources": [{**SUPPORT, "id": "another"}]}, {"id": "x"}]
)
async def test_an_answer_does_not_name_more_than_a_hundred_faults_of_any_kind(changed, desk):
    """Else a thousand lines are answered with megabytes."""
    async with desk.unchanged():
        answer = await desk.editor.create_all([claim(**changed) for _ in range(300)])
        assert len(assert_refused(answer, answer.status_code)["errors"]) <= 100
        assert len(answer.content) < 100_000


async def test_of_many_faults_the_first_hundred_are_told(desk):
    async with desk.unchanged():
        unreadable = [claim(currency="old") for _ in range(300)]
        assert len(assert_refused(await desk.editor.create_all(unreadable), 400)["errors"]) == 100
        nowhere = [claim(relations=[relation("context_for", f"nowhere-{n}") for n in range(100)]) for _ in range(20)]
        problem = assert_refused(await desk.editor.create_all(nowhere), 422)
        assert len(problem["errors"]) == 100
        assert problem["detail"].endswith("There are 2000 faults in all.")


async def test_claims_that_supersede_many_others_are_published_like_any(desk):
    """A long chain, and layers that each supersede all of the layer before."""
    ids = [new_id() for _ in range(1000)]
    chain = [claim(id=id, relations=[relation("supersedes", older)]) for older, id in pairwise(ids)]
    assert (await desk.editor.create_all([claim(id=ids[0]), *chain])).status_code == 201
    layers = [[new_id() for _ in range(40)] for _ in range(6)]
    woven = [
        claim(id=id, relations=[relation("supersedes", one) for one in before])
        for before, layer in pairwise([[], *layers])
        for id in layer
    ]
    assert (await desk.editor.create_all(woven)).status_code == 201
    top = layers[-1][0]
    revised(await desk.editor.revise(top, {"topics": []}))
    async with desk.unchanged():
        told = (await desk.newest(ids[0]))["relations"]
        answer = await desk.editor.revise(ids[0], {"relations": [*told, relation("supersedes", ids[-1])]})
        assert_refused(answer, 422, "#/relations", "supersession_has_no_circle")


async def test_a_chain_that_grows_from_below_stays_editable(desk):
    ids = [(await desk.published())["id"] for _ in range(30)]
    for newer, older in pairwise(ids):
        told = (await desk.newest(newer))["relations"]
        revised(await desk.editor.revise(newer, {"relations": [*told, relation("supersedes", older)]}))
    for id in (ids[0], ids[15], ids[-1]):
        revised(await desk.editor.revise(id, {"topics": ["x"]}))
    created(await desk.editor.retract(ids[0]))


async def test_an_id_stands_on_one_line(desk):
    id = new_id()
    async with desk.unchanged():
        sent = [claim(id=id), claim(), claim(id=id), claim(id=id)]
        problem = assert_refused(await desk.editor.create_all(sent), 400, "#/id", line=3)
        assert [error["line"] for error in problem["errors"]] == [3, 4]


async def test_every_claim_there_is_already_is_named(desk):
    known = [await desk.published(), await desk.published()]
    created(await desk.editor.retract(known[0]["id"]))
    sent = [claim(), claim(id=known[1]["id"]), claim(), claim(id=known[0]["id"])]
    async with desk.unchanged():
        problem = assert_refused(await desk.editor.create_all(sent), 409)
        assert sorted(error["line"] for error in problem["errors"]) == [2, 4]


async def test_claims_of_one_request_may_relate_to_one_another_in_any_order(desk):
    a, b, c = new_id(), new_id(), new_id()
    sent = [
        claim(id=a, relations=[relation("competes_with", b), relation("derived_from", c)]),
        claim(id=b, relations=[relation("competes_with", a)]),
        claim(id=c, relations=[relation("context_for", ANOTHER)]),
    ]
    created(await desk.editor.create_all(sent))
    for one in sent:
        assert (await desk.newest(one["id"]))["relations"] == one["relations"]


async def test_claims_of_one_request_may_supersede_one_another_and_others(desk):
    older, a, b, c = await desk.published(), new_id(), new_id(), new_id()
    sent = [
        claim(id=a, relations=[relation("supersedes", b), relation("supersedes", older["id"])]),
        claim(id=b, relations=[relation("supersedes", c)]),
        claim(id=c),
    ]
    before = await desk.position()
    answer = created(await desk.editor.create_all(sent))
    assert [(item["line"], item["id"], item["version"]) for item in answer["items"]] == [
        (1, a, 1), (2, b, 1), (3, c, 1), (None, older["id"], 2)]  # fmt: skip
    assert [item["position"] for item in answer["items"]] == [before + n for n in range(1, 5)]
    told = {id: await desk.newest(id) for id in (b, c, older["id"])}
    assert told[b]["relations"] == [relation("supersedes", c), relation("superseded_by", a)]
    assert told[c]["relations"] == [relation("superseded_by", b)]
    assert told[older["id"]]["relations"] == [relation("superseded_by", a)]
    assert {one["currency"] for one in told.values()} == {"superseded"}
    assert len({one["recorded_at"] for one in told.values()}) == 1


async def test_claims_of_one_request_supersede_one_another_in_no_circle(desk):
    a, b, c = new_id(), new_id(), new_id()
    sent = [claim()]
    sent += [claim(id=one, relations=[relation("supersedes", other)]) for one, other in ((a, b), (b, c), (c, a))]
    async with desk.unchanged():
        problem = assert_refused(await desk.editor.create_all(sent), 422, "#/relations", "supersession_has_no_circle")
        assert problem["errors"][0]["line"] in (2, 3, 4)


async def test_claims_that_several_lines_supersede_get_one_version(desk):
    older = await desk.published()
    sent = [claim(relations=[relation("supersedes", older["id"])]) for _ in range(3)]
    created(await desk.editor.create_all(sent))
    told = await desk.newest(older["id"])
    assert told["version"] == 2
    assert [one["claim"] for one in told["relations"]] == [one["id"] for one in sent]


async def test_of_requests_that_share_a_claim_one_is_stored_whole(desk):
    shared = new_id()
    sent = [[*(claim() for _ in range(3)), claim(id=shared)] for _ in range(6)]
    before = await desk.position()
    answers = await asyncio.gather(*(desk.editor.create_all(one) for one in sent))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert await desk.position() == before + 4
    for one, answer in zip(sent, answers, strict=True):
        status = (await desk.api.get(f"/v1/claims/{one[0]['id']}")).status_code
        assert status == (200 if answer.status_code == 201 else 404)


async def test_a_body_of_lines_may_be_larger_than_another_and_has_an_end(desk):
    sent = [claim(scope="x" * 4000) for _ in range(100)]
    assert len(lines(sent)) > LARGEST_BODY
    created(await desk.editor.create_all(sent))
    async with desk.unchanged():
        assert_refused(await desk.editor.create_all(line().ljust(LARGEST_BULK + 1)), 413)
    created(await desk.editor.create_all(line().ljust(LARGEST_BULK)))
