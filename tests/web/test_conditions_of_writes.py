"""The conditions of a write (RFC 9110, section 13): whoever changes a claim says which version they read."""

import pytest

from schemas.languages import Language
from tests.web.writing import PATCH, REASON, VERDICT, WRITES, assert_refused, claim, created, given

CHANGES = ("revise", "verify", "retract")


async def change(desk, how: str, id: str, **headers: str):
    """One of the three changes of a claim, with exactly these conditions."""
    method, path, media, _ = WRITES[how]
    return await desk.colleague.send(method, path.format(id=id), given(how), media, **headers)


async def assert_mismatch(desk, answer, id: str) -> None:
    """The answer is 412 and holds the claim's version as it is, with its tag."""
    now = await desk.api.get((await desk.api.get(f"/v1/claims/{id}")).headers["content-location"])
    problem = assert_refused(answer, 412)
    assert problem["type"] == "/problems/version-mismatch"
    assert problem["current"] == now.json()
    assert answer.headers["etag"] == now.headers["etag"]


@pytest.mark.parametrize("how", CHANGES)
async def test_a_change_without_a_condition_is_asked_for_one(how, desk):
    id = (await desk.published())["id"]
    async with desk.unchanged():
        problem = assert_refused(await change(desk, how, id), 428)
        assert problem["type"] == "/problems/precondition-required"
        assert_refused(await change(desk, how, id, If_None_Match="*"), 428)
        assert_refused(await change(desk, how, id, If_Match="*"), 428)  # which is any version: no version read
        assert_refused(await change(desk, how, id, If_Unmodified_Since="Fri, 31 Dec 9999 23:59:59 GMT"), 428)


@pytest.mark.parametrize("how", CHANGES)
async def test_what_is_no_tag_is_said_to_be_none(how, desk):
    first = await desk.published()
    async with desk.unchanged():
        for field in ("", "W/*", (await desk.tag(first["id"])).strip('"'), "7"):
            assert_refused(await change(desk, how, first["id"], If_Match=field), 400)


@pytest.mark.parametrize("how", CHANGES)
async def test_a_tag_that_does_not_name_the_claim_as_it_is_gets_what_it_is(how, desk):
    first = await desk.published()
    stale = await desk.tag(first["id"])
    assert (await desk.editor.revise(first["id"], {"scope": "Big ones."})).status_code == 200
    tag = await desk.tag(first["id"])
    others = [
        stale,
        f"W/{tag}",
        '"x"',
        '""',
        '"*"',
        f'"x", "{first["id"]}"',
        f'"{tag}"',
        f"W/{stale}, W/{tag}",
    ]
    async with desk.unchanged():
        for other in others:
            await assert_mismatch(desk, await change(desk, how, first["id"], If_Match=other), first["id"])


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("written", ["{tag}", '"x", {tag}', '{tag}, "x"', 'W/"x",{tag}', " , {tag}", '"a,b", {tag}'])
async def test_the_tag_of_the_claim_as_it_is_may_stand_among_others(how, written, desk):
    id = (await desk.published())["id"]
    field = written.format(tag=await desk.tag(id))
    answer = await change(desk, how, id, If_Match=field.strip())
    assert answer.status_code == (200 if how == "revise" else 201), answer.text


async def test_tags_on_two_lines_are_one_list(desk):
    id = (await desk.published())["id"]
    fields = [("Authorization", f"Bearer {desk.editor.secret}"), ("Content-Type", PATCH), ("If-Match", '"x"')]
    fields.append(("If-Match", await desk.tag(id)))
    answer = await desk.api.client.patch(f"/v1/claims/{id}", content=b'{"scope":"Big ones."}', headers=fields)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("how", CHANGES)
async def test_the_tag_a_write_answers_is_the_condition_of_the_next(how, desk):
    answer = await desk.editor.create(claim())
    id = answer.json()["id"]
    answer = await desk.editor.revise(id, {"scope": "Small ones."}, If_Match=answer.headers["etag"])
    assert (await change(desk, how, id, If_Match=answer.headers["etag"])).status_code in (200, 201)
    await assert_mismatch(desk, await change(desk, how, id, If_Match=answer.headers["etag"]), id)


@pytest.mark.parametrize("how", CHANGES)
async def test_the_tag_of_a_version_is_the_tag_of_the_claim_while_it_is_in_force(how, desk):
    id = (await desk.published())["id"]
    tag = (await desk.api.get(f"/v1/claims/{id}/versions/1")).headers["etag"]
    assert (await change(desk, how, id, If_Match=tag)).status_code in (200, 201)


@pytest.mark.parametrize("how", CHANGES)
async def test_the_tag_of_the_claim_in_any_language_and_coding_will_do(how, desk):
    for number, language in enumerate(Language):
        id = (await desk.published())["id"]
        coding = ("identity", "gzip", "br")[number % 3]
        tag = (await desk.api.get(f"/v1/claims/{id}", accept_language=language, accept_encoding=coding)).headers["etag"]
        async with desk.unchanged():
            assert_refused(await change(desk, how, id, If_Match=tag, If_None_Match=tag), 412)
        assert (await change(desk, how, id, If_Match=tag)).status_code in (200, 201), language
        await assert_mismatch(desk, await change(desk, how, id, If_Match=tag), id)


@pytest.mark.parametrize("how", CHANGES)
async def test_no_claim_is_there_to_change(how, desk):
    for id in ("nowhere", "bulk-", "Bulk", "a" * 81):
        answer = await change(desk, how, id, If_Match='"x"')
        assert_refused(answer, 404 if id == "nowhere" else 400)


async def test_a_condition_that_the_claim_is_another_is_kept(desk):
    """RFC 9110, section 13.2.2: a method whose If-None-Match does not hold is not performed."""
    id = (await desk.published())["id"]
    tag = await desk.tag(id)
    async with desk.unchanged():
        assert_refused(await change(desk, "revise", id, If_Match=tag, If_None_Match=tag), 412)
        assert_refused(await change(desk, "revise", id, If_Match=tag, If_None_Match="*"), 412)


async def test_a_create_on_condition_that_there_is_none_answers_with_the_one_there_is(desk):
    wanted = claim()
    assert (await desk.editor.create(wanted, If_None_Match="*")).status_code == 201
    async with desk.unchanged():
        await assert_mismatch(desk, await desk.editor.create(wanted, If_None_Match="*"), wanted["id"])
        assert_refused(await desk.editor.create(wanted), 409, "#/id")


async def test_conditions_come_before_the_state_of_the_claim(desk):
    """A retracted claim is a 409 to whoever knows that it is, and a 412 to whoever does not."""
    id = (await desk.published())["id"]
    stale = await desk.tag(id)
    retracted = await desk.editor.retract(id)
    created(retracted)
    async with desk.unchanged():
        for how in CHANGES:
            await assert_mismatch(desk, await change(desk, how, id, If_Match=stale), id)
            for right in (retracted.headers["etag"], f"{stale}, {retracted.headers['etag']}"):
                problem = assert_refused(await change(desk, how, id, If_Match=right), 409)
                assert problem["type"] == "/problems/retracted"
            assert_refused(await change(desk, how, id), 428)


async def test_a_body_that_cannot_be_read_is_said_before_a_condition_that_fails(desk):
    id = (await desk.published())["id"]
    for send, body in ((desk.editor.revise, {}), (desk.verifier.verify, VERDICT), (desk.editor.retract, REASON)):
        assert_refused(await send(id, {**body, "x": 1}, If_Match='"stale"'), 400, "#/x")


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
async def test_who_read_the_claim_compressed_has_read_it(coding, desk):
    """A browser sees the tag of the coding its fetch was answered in."""
    id = (await desk.editor.create(claim())).json()["id"]
    tag = (await desk.api.get(f"/v1/claims/{id}", Accept_Encoding=coding)).headers["etag"]
    assert tag.endswith(f'-{coding}"')
    assert (await change(desk, "revise", id, If_Match=f"W/{tag}")).status_code == 412
    assert (await change(desk, "revise", id, If_Match=tag)).status_code == 200
    assert (await change(desk, "revise", id, If_Match=tag)).status_code == 412
