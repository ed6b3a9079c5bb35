"""Bodies as they are sent: of the media type wanted, in no coding, and no larger than they may be."""

import msgspec
import pytest

from service.web.bodies import LARGEST_BODY, LARGEST_BULK
from tests.web.asking import raw
from tests.web.writing import JSON, LINES, PATCH, WRITES, assert_refused, claim, given


@pytest.fixture(scope="module")
async def target(desk) -> str:
    """A claim for what changes one."""
    return (await desk.published())["id"]


@pytest.mark.parametrize("write", WRITES)
async def test_a_body_of_another_media_type_is_refused_with_the_one_wanted(write, desk, target):
    wanted = WRITES[write][2]
    others = {JSON, LINES, PATCH, "text/plain", "text/json", "application/x-www-form-urlencoded", "", "json", "*/*"}
    others |= {f"{wanted}, {wanted}", f"{wanted}x", f"{wanted}; charset=utf-16", f'{wanted};charset="latin1"'}
    for media in sorted(others - {wanted}):
        answer = await desk.write(write, given(write), target, media)
        assert_refused(answer, 415)
        assert answer.headers["accept"] == wanted
        assert answer.headers.get("accept-patch") == (wanted if write == "revise" else None)


@pytest.mark.parametrize("write", WRITES)
async def test_a_body_in_a_coding_is_refused(write, desk, target):
    for coding in ("gzip", "br", "x", "identity, gzip"):
        assert_refused(await desk.write(write, given(write), target, Content_Encoding=coding), 415)


async def test_a_body_without_a_type_or_with_two_is_refused(desk):
    body = msgspec.json.encode(claim())
    for types in ([], ["application/json", "application/json"], ["application/json", "text/plain"]):
        fields = [("Authorization", f"Bearer {desk.editor.secret}"), *(("Content-Type", one) for one in types)]
        head = b"".join(f"{name}: {value}\r\n".encode() for name, value in fields)
        request = b"POST /v1/claims HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s"
        async with desk.unchanged():
            assert_refused(await raw(desk.api, request % (len(body), head, body)), 415)


@pytest.mark.parametrize(
    "media", ["APPLICATION/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"; x=y']
)
async def test_a_media_type_may_be_written_in_other_ways(media, desk):
    answer = await desk.editor.send("POST", "/v1/claims", claim(), media, Content_Encoding="identity")
    assert answer.status_code == 201, answer.text


async def chunks(body: bytes):
    for start in range(0, len(body), 60_000):
        yield body[start : start + 60_000]


@pytest.mark.parametrize("write", [write for write in WRITES if write != "bulk"])
async def test_a_body_has_256_kib_and_no_byte_more(write, desk, target):
    padded = msgspec.json.encode(given(write)).ljust(LARGEST_BODY + 1)
    assert_refused(await desk.write(write, padded, target), 413)
    assert_refused(await desk.write(write, b"{" * (LARGEST_BODY + 1), target), 413)


async def test_a_body_at_the_limit_is_taken_announced_or_in_chunks(desk):
    fields = {"Authorization": f"Bearer {desk.editor.secret}", "Content-Type": JSON}
    for more, status in ((0, 201), (1, 413), (100_000, 413)):
        for chunked in (False, True):
            body = msgspec.json.encode(claim()).ljust(LARGEST_BODY + more)
            answer = await desk.api.client.post("/v1/claims", content=chunks(body) if chunked else body, headers=fields)
            assert answer.status_code == status, (more, chunked, answer.text[:300])
    assert (await desk.editor.create(claim())).status_code == 201  # the connection, or another, still serves


async def test_a_body_announced_as_too_large_is_refused_before_it_is_sent(desk):
    for path, media, size in (
        ("/v1/claims", JSON, LARGEST_BODY + 1),
        ("/v1/claims/bulk", LINES, LARGEST_BULK + 1),
        ("/v1/claims", JSON, 10**18),
    ):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.editor.secret}\r\nConnection: close\r\n"
        head += f"Content-Type: {media}\r\nContent-Length: {size}\r\n\r\n"
        assert_refused(await raw(desk.api, head.encode()), 413)
