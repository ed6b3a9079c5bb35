"""A kept answer is written at once, and is on the wire what any answer is: in order, whole, and the last one closes."""

import asyncio

import pytest

from tests.serving import Api

ITEM = "/v1/claims/cn-ai-patents-60pct"
PAGE = "/v1/claims?limit=100"


async def said(api: Api, *requests: str) -> bytes:
    """All that comes back for requests that are sent at once, the last of which closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write("".join(requests).encode())
    async with asyncio.timeout(25):
        answered = await reader.read()
    writer.close()
    return answered


def request(path: str, *fields: str, method: str = "GET", version: str = "1.1") -> str:
    lines = (f"{method} {path} HTTP/{version}", "host: x", *fields)
    return "\r\n".join(lines) + "\r\n\r\n"


def parted(answered: bytes) -> tuple[list[str], bytes]:
    """An answer's lines but for those of its own, and what follows."""
    head, _, body = answered.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    return [line for line in lines if line.split(":")[0] not in ("date", "x-request-id", "cache-status")], body


@pytest.fixture(scope="module")
async def warm(curated):
    for path in (ITEM, PAGE):
        for _ in range(2):
            assert (await curated.get(path)).status_code == 200
    return curated


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("version", "fields"), [("1.1", ["connection: close"]), ("1.0", [])])
async def test_the_last_answer_of_a_connection_says_so_and_closes_it(method, version, fields, warm):
    kept = await said(warm, request(ITEM, *fields, method=method, version=version))
    plain = await said(warm, request(ITEM, *fields, "range: items=0-1", "if-match: *", method=method, version=version))
    assert b"citable-memory; hit" in kept
    assert sorted(parted(kept)[0]) == sorted(parted(plain)[0])
    assert parted(kept)[1] == parted(plain)[1]
    assert b"\r\nconnection: close\r\n" in kept
    assert (parted(kept)[1] == b"") == (method == "HEAD")


async def test_answers_to_what_is_asked_at_once_come_whole_and_in_order(warm):
    item, page = (await warm.get(ITEM)).content, (await warm.get(PAGE)).content
    order = [ITEM, PAGE, "/livez", ITEM, "/v1/claims?limit=0", PAGE, PAGE, ITEM]
    answered = await said(warm, *map(request, order), request(ITEM, "connection: close"))
    for path in [*order, ITEM]:
        head, _, rest = answered.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400" if path.endswith("=0") else b"HTTP/1.1 200")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body, answered = rest[:length], rest[length:]
        assert body == {ITEM: item, PAGE: page}.get(path, body)
    assert answered == b""


async def test_who_does_not_read_is_waited_for(warm):
    """Two hundred answers of hundreds of kilobytes, for someone who reads none until all are asked for."""
    length = len((await warm.get(PAGE)).content)
    reader, writer = await asyncio.open_connection("127.0.0.1", warm.port, limit=1000)
    writer.write("".join([request(PAGE)] * 199 + [request(PAGE, "connection: close")]).encode())
    await asyncio.sleep(0.5)
    assert (await warm.get(ITEM)).status_code == 200
    async with asyncio.timeout(25):
        answered = await reader.read()
    writer.close()
    assert answered.count(b"HTTP/1.1 200 OK") == 200
    assert len(answered) > 200 * length
