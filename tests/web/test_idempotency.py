"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): what is sent again is done once, answered alike."""

import asyncio
import itertools
from collections import Counter
from contextlib import asynccontextmanager

import msgspec
import pytest

from tests.web.asking import assert_problem, raw
from tests.web.writing import PATCH, WRITES, assert_refused, claim, created, given, new_id, relation

PASSING = {"date", "x-request-id", "ratelimit", "idempotent-replayed"}
"""Header fields that are about the answer's own passage."""

MALFORMED = (
    b"", b" ", b'""', b"abc", b"8e03978e-40d5-43e8-bc93-6894a57f9324", b"5", b"?1", b":YWJj:", b"@1", b'("a")',
    b'"a", "b"', b'"a', b'a"', b'"a"b', b"'a'", b'"%s"' % (b"x" * 256), b'"\xc3\xa9"', b'"\xe9"', b'%"f%c3%bc"',
    b'"a\\b"', b'"a\tb"', b'"a";', b'"a";x=', b'"a",',
)  # fmt: skip

_numbers = itertools.count(1)


def new_key() -> str:
    return f'"key-{next(_numbers)}"'


def assert_replayed(again, first) -> None:
    """The answer is the first one again, and says so."""
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert (again.status_code, again.content) == (first.status_code, first.content)
    one, other = ({(n, v) for n, v in a.headers.multi_items() if n not in PASSING} for a in (first, again))
    assert one == other


@asynccontextmanager
async def log_held(desk):
    """While the block runs, no write takes its positions."""
    async with desk.api.runtime.pool.acquire() as connection, connection.transaction():
        await connection.execute("select from log_head for update")
        yield connection


async def until_waiting(connection, count: int = 1) -> None:
    """Until so many keys are held by writes under way."""
    question = "select count(*) from pg_locks where locktype = 'advisory' and granted"
    async with asyncio.timeout(1.5):
        while await connection.fetchval(question) < count:
            await asyncio.sleep(0.005)


async def aged(desk, key: str, by: str) -> None:
    await desk.api.runtime.pool.execute(
        "update idempotency set answered_at = answered_at - $2::text::interval where key = $1", key.strip('"'), by
    )


@pytest.mark.parametrize("write", [write for write in WRITES if write not in ("issue", "subscribe")])
async def test_what_is_sent_again_is_answered_as_the_first_was(write, desk):
    target = (await desk.published())["id"]
    by, (method, path, media, _) = desk.colleague, WRITES[write]
    body, key, tag = (
        msgspec.json.encode(given(write)),
        new_key(),
        (await desk.api.get(f"/v1/claims/{target}")).headers["etag"],
    )

    async def send():
        return await by.send(method, path.format(id=target), body, media, If_Match=tag, Idempotency_Key=key)

    first = await send()
    assert first.status_code == (200 if write == "revise" else 201), first.text
    async with desk.unchanged():
        for _ in range(2):
            assert_replayed(await send(), first)
    if write == "retract":
        return
    await desk.editor.revise(target, {"topics": ["moved-on"]})
    async with desk.unchanged():
        assert_replayed(await send(), first)


async def test_an_answer_that_added_nothing_is_repeated_too(desk):
    id, key = (await desk.published())["id"], new_key()
    tag = await desk.tag(id)
    first = await desk.editor.revise(id, {}, If_Match=tag, Idempotency_Key=key)
    assert first.json()["version"] == 1
    await desk.editor.revise(id, {"scope": "Big ones."})
    assert_replayed(await desk.editor.revise(id, {}, If_Match=tag, Idempotency_Key=key), first)


async def test_what_superseded_another_is_repeated_without_telling_it_again(desk):
    older, key = await desk.published(), new_key()
    sent = claim(relations=[relation("supersedes", older["id"])])
    first = await desk.editor.create(sent, Idempotency_Key=key)
    async with desk.unchanged():
        assert_replayed(await desk.editor.create(sent, If_None_Match="*", Idempotency_Key=key), first)


@pytest.mark.parametrize("written", MALFORMED, ids=repr)
async def test_a_key_that_is_no_string_in_quotes_is_refused(written, desk):
    body = msgspec.json.encode(claim())
    head = f"POST /v1/claims HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.editor.secret}\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    async with desk.unchanged():
        answer = await raw(desk.api, head.encode() + written + b"\r\n\r\n" + body)
        assert_problem(answer, 400, "Idempotency-Key")


async def test_two_keys_are_none(desk):
    fields = [("Authorization", f"Bearer {desk.editor.secret}"), ("Content-Type", "application/json")]
    for second in ('"b"', '"a"', ""):
        headers = [*fields, ("Idempotency-Key", '"a"'), ("Idempotency-Key", second)]
        async with desk.unchanged():
            answer = await desk.api.client.post("/v1/claims", content=msgspec.json.encode(claim()), headers=headers)
            assert_problem(answer, 400, "Idempotency-Key")


@pytest.mark.parametrize("key", ['"x"', '"%s"' % ("k" * 255), r'"a\"b\\"', '"  "', '"a";x=1', '"~!@#$%^&*()"'])
async def test_any_other_string_is_a_key(key, desk):
    sent = claim()
    first = await desk.editor.create(sent, Idempotency_Key=key)
    created(first)
    assert_replayed(await desk.editor.create(sent, Idempotency_Key=key), first)


async def test_a_key_stands_for_the_bytes_it_was_sent_with(desk):
    sent, key = claim(), new_key()
    created(await desk.editor.create(sent, Idempotency_Key=key))
    async with desk.unchanged():
        for other in (claim(), {**sent, "scope": None}, msgspec.json.encode(sent) + b" "):
            problem = assert_refused(await desk.editor.create(other, Idempotency_Key=key), 422)
            assert problem["type"] == "/problems/idempotency-key-reused"
    assert (await desk.editor.create(sent, Idempotency_Key=key)).headers["idempotent-replayed"] == "true"


async def test_a_key_is_its_caller_s_and_its_address_s(desk):
    key, ids = new_key(), [(await desk.published())["id"] for _ in range(2)]
    for by in (desk.editor, desk.verifier, desk.admin):
        created(await by.create(claim(), Idempotency_Key=key))
        assert_replays_nothing(await by.create_all([claim()], Idempotency_Key=key), 201)
    for id in ids:
        assert_replays_nothing(await desk.verifier.revise(id, {"topics": []}, Idempotency_Key=key), 200)
        assert_replays_nothing(await desk.colleague.verify(id, Idempotency_Key=key), 201)
        assert_replays_nothing(await desk.verifier.retract(id, Idempotency_Key=key), 201)


def assert_replays_nothing(answer, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert "idempotent-replayed" not in answer.headers


async def test_a_request_that_failed_is_not_remembered(desk):
    key, sent = new_key(), claim()
    for bad, status in (({**sent, "x": 1}, 400), ({**sent, "statement": " "}, 422), ({**sent, "id": "bulk"}, 422)):
        for _ in range(2):
            answer = await desk.editor.create(bad, Idempotency_Key=key)
            assert answer.status_code == status
            assert "idempotent-replayed" not in answer.headers
    assert_replays_nothing(await desk.editor.create(sent, Idempotency_Key=key), 201)

    id, key, body = sent["id"], new_key(), {"scope": "Big ones."}
    assert_refused(await desk.editor.revise(id, body, If_Match='"stale"', Idempotency_Key=key), 412)
    assert_refused(await desk.editor.send("PATCH", f"/v1/claims/{id}", body, PATCH, Idempotency_Key=key), 428)
    assert_refused(await desk.editor.send("PATCH", f"/v1/claims/{id}", body, "text/plain", Idempotency_Key=key), 415)
    assert_refused(await desk.partner.revise(id, body, Idempotency_Key=key), 403)
    assert_replays_nothing(await desk.editor.revise(id, body, Idempotency_Key=key), 200)


async def test_while_the_first_is_under_way_the_second_is_told_so(desk):
    sent, key = claim(), new_key()
    async with log_held(desk) as connection:
        first = asyncio.create_task(desk.editor.create(sent, Idempotency_Key=key))
        await until_waiting(connection)
        for body in (sent, claim()):
            answer = await desk.editor.create(body, Idempotency_Key=key)
            problem = assert_refused(answer, 409)
            assert problem["type"] == "/problems/idempotency-key-in-use"
            assert int(answer.headers["retry-after"]) >= 1
        other = asyncio.create_task(desk.verifier.create(claim(), Idempotency_Key=key))
        await until_waiting(connection, 2)
    answer = await first
    created(answer)
    created(await other)
    assert_replayed(await desk.editor.create(sent, Idempotency_Key=key), answer)


async def test_a_write_that_could_not_be_done_leaves_its_key_free(desk):
    sent, key = claim(), new_key()
    async with log_held(desk):
        answer = await desk.editor.create(sent, Idempotency_Key=key)
        assert answer.status_code == 503, answer.text
        assert answer.headers["retry-after"]
    assert_replays_nothing(await desk.editor.create(sent, Idempotency_Key=key), 201)


async def test_of_many_sent_at_once_one_is_done(desk):
    for _ in range(3):
        sent, key, before = claim(), new_key(), await desk.position()
        answers = await asyncio.gather(*(desk.editor.create(sent, Idempotency_Key=key) for _ in range(8)))
        counted = Counter((a.status_code, a.headers.get("idempotent-replayed")) for a in answers)
        assert counted[201, None] == 1
        assert set(counted) <= {(201, None), (201, "true"), (409, None)}
        assert all(a.json()["type"] == "/problems/idempotency-key-in-use" for a in answers if a.status_code == 409)
        assert len({a.content for a in answers if a.status_code == 201}) == 1
        assert await desk.position() == before + 1


async def test_a_key_is_free_again_after_a_day(desk):
    id, key = new_id(), new_key()
    first = await desk.editor.create(claim(id=id), Idempotency_Key=key)
    body = msgspec.json.encode(claim(id=id))
    await aged(desk, key, "23 hours 59 minutes")
    assert_replayed(await desk.editor.create(body, Idempotency_Key=key), first)
    await aged(desk, key, "1 minute")
    assert_refused(await desk.editor.create(body, Idempotency_Key=key), 409, "#/id")
    other = claim()
    again = await desk.editor.create(other, Idempotency_Key=key)
    assert_replays_nothing(again, 201)
    assert_replayed(await desk.editor.create(other, Idempotency_Key=key), again)


async def test_what_is_older_than_a_day_is_removed_faster_than_it_is_added(desk):
    pool = desk.api.runtime.pool
    keys = [new_key() for _ in range(15)]
    for key in keys:
        created(await desk.editor.create(claim(), Idempotency_Key=key))
    for key in keys:
        await aged(desk, key, "25 hours")
    old = "select count(*) from idempotency where answered_at < clock_timestamp() - interval '24 hours'"
    assert await pool.fetchval(old) == 15
    for _ in range(3):
        await desk.editor.create(claim(), Idempotency_Key=new_key())
    assert await pool.fetchval(old) == 0


async def test_a_write_and_what_is_kept_of_it_are_stored_together(desk):
    """A row for a write that is not there would answer what never happened."""
    pool = desk.api.runtime.pool
    question = "select status, body from idempotency where key = $1"
    key, sent = new_key(), claim()
    assert_refused(await desk.editor.create({**sent, "statement": " "}, Idempotency_Key=key), 422)
    assert await pool.fetchrow(question, key.strip('"')) is None
    answer = await desk.editor.create(sent, Idempotency_Key=key)
    kept = await pool.fetchrow(question, key.strip('"'))
    assert (kept["status"], bytes(kept["body"])) == (201, answer.content)
    assert desk.editor.secret.encode() not in bytes(kept["body"])
