"""What is sent as it was before is answered, or begun, without being parsed: on the wire nobody can tell.

Each test sends byte for byte; `unseen` requests have a field of their own, so that they always are parsed.
"""

import asyncio
import itertools
import re
from contextlib import suppress
from random import Random

import msgspec
import pytest

from service.connections import HEAD_WITHIN, KEPT_FOR
from tests.serving import Api
from tests.web.wires import Wire, sent, unseen
from tests.web.writing import revised

ITEM = "/v1/claims/cn-ai-patents-60pct"
OTHER = "/v1/claims/cn-ai-firms-6200"
PAGE = "/v1/claims?limit=2"


@pytest.fixture(params=["from memory", "loaded"])
async def api(request, curated, bare) -> Api:
    """Where a request that was sent before is answered at once, and where it has to be begun."""
    return curated if request.param == "from memory" else bare


@pytest.fixture
async def wire(curated):
    """What opens connections, which are closed when the test ends."""
    opened: list[Wire] = []

    async def connected(api: Api = curated) -> Wire:
        opened.append(Wire(*await asyncio.open_connection("127.0.0.1", api.port)))
        return opened[-1]

    yield connected
    for one in opened:
        one.writer.close()
        with suppress(OSError):
            await one.writer.wait_closed()


async def warm(wire, *requests: str, api: Api | None = None) -> None:
    """Asks until they are answered from memory, if there is any, and remembered."""
    for request in requests:
        for _ in range(3):
            one = await (wire(api) if api else wire())
            one.writer.write(request.encode())
            await one.answer("HEAD " in request)


SHAPES = [
    sent(ITEM),
    sent(ITEM, method="HEAD"),
    sent(PAGE),
    sent(ITEM, 'If-None-Match: "p1-0"'),
    sent(ITEM, 'If-None-Match: "p1-0", "p1-1"'),
    sent(ITEM, "If-None-Match: *"),
    sent(ITEM, "If-None-Match:"),
    sent(ITEM, 'Xf-None-Match: "p1-0"'),
    sent(ITEM, "Accept-Encoding: gzip"),
    sent(ITEM, "Accept: application/json", "Accept-Language: de"),
    sent(ITEM, "Connection: keep-alive"),
    sent(ITEM, "Content-Length: 5", body="hello"),
    sent(ITEM, "Transfer-Encoding: chunked", body="5\r\nhello\r\n0\r\n\r\n"),
    sent(ITEM, "Expect: 200-ok"),
    sent(ITEM, "Authorization: Bearer ctb_nobody_x"),
    sent(ITEM, "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    sent("/v1/claims/nobodys"),
    sent(ITEM + "?"),
    sent(ITEM + "?as_of=5"),
    sent("/v1/claims/cn%2Dai-patents-60pct"),
    sent("/livez"),
    "GET " + ITEM + " HTTP/1.1\r\nhost:x\r\n\r\n",
    "\r\n" + sent(ITEM),
    sent("http://x" + ITEM),
]


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_sent_again_however_it_is_cut_is_answered_as_if_it_were_new(wire, api, seed):
    chance = Random(seed)
    alone = []
    for shape in SHAPES:
        one = await wire(api)
        one.writer.write(unseen(shape).encode())
        alone.append(await one.answer("HEAD " in shape))
    await warm(wire, *SHAPES, api=api)
    one = await wire(api)
    for _ in range(60):
        chosen = chance.choices(range(len(SHAPES)), k=chance.choice([1, 1, 1, 2, 3]))
        data = "".join(SHAPES[number] for number in chosen).encode()
        cuts = sorted(chance.sample(range(1, len(data)), chance.choice([0, 0, 1, 3])))
        for start, end in itertools.pairwise([0, *cuts, len(data)]):
            one.writer.write(data[start:end])
            await asyncio.sleep(0 if chance.random() < 0.5 else 0.002)
        for number in chosen:
            assert await one.answer("HEAD " in SHAPES[number]) == alone[number], SHAPES[number]


TARGETS = [
    "/v1/claims/a b",
    "/v1/claims/a\tb",
    "/v1/claims/a\x00b",
    "/v1/claims/a\x7fb",
    "/v1/claims/a\xffb",
    "/v1/claims/a%ffb",
    "/v1/claims/a%00b",
    "/v1/claims/a%zzb",
    "/v1/claims/a%2fb",
    "/v1/claims/a#b",
    "/v1/claims?limit=1#b",
    "/v1/claims?limit=1?b",
    "/v1/claims?limit=1&limit=2",
    '/v1/claims?q="a"',
    "/v1/claims?q=<a>{b}|c^d`e\\f",
    "/v1/claims?q=[a]",
    "/v1/claims?q='a'",
    "//v1/claims",
    "/v1/claims/",
    "/v1//claims",
    "/v1/../v1/claims",
    "/v1/claims;a=b",
    "/v1/claims/\r",
    "/v1/claims/%0d%0aX:%20y",
    "v1/claims",
    "*",
    "",
    "/",
    "/feeds/changes.atom",
    "/v1/changes?wait=0",
    "/openapi.json",
]


@pytest.mark.parametrize("target", TARGETS)
async def test_an_odd_address_is_answered_as_if_its_fields_were_new(wire, api, target):
    async def answer(request: str) -> tuple[str, list[str], bytes]:
        one = await wire(api)
        one.writer.write(request.encode("latin-1"))
        return await one.answer()

    await warm(wire, sent(PAGE), api=api)
    assert await answer(sent(target)) == await answer(unseen(sent(target)))


async def test_what_follows_one_that_was_begun_unparsed_waits_its_turn(wire, bare):
    """All kinds of requests, one behind the other, while the first is being loaded."""
    await warm(wire, sent(ITEM), sent(PAGE), api=bare)
    one = await wire(bare)
    one.writer.write(sent(PAGE).encode())
    await asyncio.sleep(0)
    for request in (sent(ITEM), sent(ITEM, method="HEAD"), unseen(sent(PAGE)), sent(ITEM, "Connection: close")):
        one.writer.write(request.encode())
    answers = [await one.answer(is_head) for is_head in (False, False, True, False, False)]
    assert {said for said, _, _ in answers} == {"HTTP/1.1 200 OK"}
    assert answers[0] == answers[3]
    assert answers[1][2] == answers[4][2] != answers[0][2]
    async with asyncio.timeout(20):
        assert await one.reader.read() == b""


async def test_what_is_sent_again_is_counted_and_in_the_log_like_any(wire, curated):
    def counted() -> float:
        labels = {"route": "/v1/claims/{id}", "method": "GET", "status": "2xx", "level": "memory"}
        return curated.runtime.watch.metrics.registry.get_sample_value("citable_request_duration_seconds_count", labels)

    await warm(wire, sent(ITEM))
    one, before = await wire(), counted()
    for _ in range(5):
        one.writer.write(sent(ITEM).encode())
        await one.answer()
    assert counted() == before + 5


async def test_a_change_is_seen_by_who_asks_as_before(wire, desk):
    id = (await desk.published())["id"]
    one, request = await wire(desk.api), sent(f"/v1/claims/{id}").encode()
    for version in range(1, 12):
        for _ in range(3):
            one.writer.write(request)
            _, _, body = await one.answer()
            assert msgspec.json.decode(body)["version"] == version
        revised(await desk.editor.revise(id, {"scope": f"Seen {version} times."}))


@pytest.mark.parametrize("name", ["If-None-Match", "if-none-match", "IF-NONE-MATCH"])
async def test_a_tag_that_is_known_is_304_and_another_is_not(wire, curated, name):
    """The tag a client knows is another each time; all else it sends is the same."""
    tags = [(await curated.get(path, accept_encoding="identity")).headers["etag"] for path in (ITEM, OTHER)]
    await warm(wire, sent(ITEM, f"{name}: {tags[0]}"), sent(OTHER, f"{name}: {tags[1]}"))
    one = await wire()
    for path, tag in itertools.product((ITEM, OTHER), (*tags, '"p1-0"', f"W/{tags[0]}")):
        one.writer.write(sent(path, f"{name}: {tag}").encode())
        said, fields, body = await one.answer()
        is_known = tag.removeprefix("W/") == tags[path == OTHER]
        assert said == ("HTTP/1.1 304 Not Modified" if is_known else "HTTP/1.1 200 OK")
        assert f"etag: {tags[path == OTHER]}" in fields
        assert bool(body) != is_known


async def test_the_tag_is_the_one_that_was_sent_now_whoever_compares_it(wire, bare, monkeypatch):
    """Where there is no place to leave an answer, what is below the edge compares tags: not with a remembered one."""

    async def nothing(request, room):
        return None, b"", None

    tag = (await bare.get(ITEM)).headers["etag"]
    await warm(wire, sent(ITEM, f"If-None-Match: {tag}"), api=bare)
    monkeypatch.setattr(bare.runtime.fills, "find", nothing)
    one = await wire(bare)
    for known in ('"p1-0"', tag, '"p1-0"'):
        one.writer.write(sent(ITEM, f"If-None-Match: {known}").encode())
        said, _, _ = await one.answer()
        assert said == ("HTTP/1.1 304 Not Modified" if known == tag else "HTTP/1.1 200 OK")


async def test_what_only_looks_like_a_known_tag_is_none(wire, curated):
    tag = (await curated.get(ITEM, accept_encoding="identity")).headers["etag"]
    fields = [f"X-If-None-Match: {tag}", f'X-If-None-Match: {tag}\r\nIf-None-Match: "p1-0"']
    planted = [
        'X-If-None-Match: "p1-0"\r\nIf-None-Match: "p1-0"',
        'X-B: "f-None-Match: "p1-0"\r\nIf-None-Match: "p1-0"',
    ]
    await warm(wire, *(sent(ITEM, field) for field in [*planted, *fields]), sent(ITEM, f"If-None-Match: {tag}"))
    one = await wire()
    for field in [*fields, "If-None-Match: ", *fields]:
        one.writer.write(sent(ITEM, field).encode())
        assert (await one.answer())[0] == "HTTP/1.1 200 OK"


async def test_who_is_answered_again_only_is_kept_as_long_as_any(wire, curated):
    await warm(wire, sent(ITEM))
    one, sweep = await wire(), curated.runtime.connections.sweep
    for seconds in (0, HEAD_WITHIN + 1, KEPT_FOR - 1):
        sweep(asyncio.get_running_loop().time() + seconds)
        one.writer.write(sent(ITEM).encode())
        assert (await one.answer())[0] == "HTTP/1.1 200 OK"
    sweep(asyncio.get_running_loop().time() + KEPT_FOR + 1)
    async with asyncio.timeout(20):
        assert await one.reader.read() == b""


async def test_lines_before_a_request_are_no_part_of_what_is_remembered(wire):
    """Else two requests in one segment, the first without fields, would get one answer."""
    await warm(wire, "\r\n\r\n" + sent(ITEM), "\r\n" + sent(ITEM))
    one = await wire()
    one.writer.write(f"GET {ITEM} HTTP/1.1\r\n\r\n{sent(ITEM)}".encode())
    assert [(await one.answer())[0] for _ in range(2)] == ["HTTP/1.1 200 OK"] * 2
    other = await wire()
    other.writer.write(f"GET {ITEM} HTTP/1.1\r\n{sent(ITEM)}".encode())
    assert (await other.answer())[0] == "HTTP/1.1 400 Bad Request"


@pytest.mark.parametrize("behind", ["\0", "GE\0", "\0" * 100, "\r\n\0"], ids=repr)
async def test_what_follows_a_request_and_is_none_is_refused_each_time(wire, api, behind):
    async def statuses(request: str) -> list[bytes]:
        one = await wire(api)
        one.writer.write((request + behind).encode())
        async with asyncio.timeout(20):
            return re.findall(rb"HTTP/1.1 [0-9]{3}", await one.reader.read())

    await warm(wire, unseen(sent(ITEM)), api=api)
    refused = await statuses(unseen(sent(ITEM)))
    assert refused[-1] == b"HTTP/1.1 400"
    for _ in range(4):
        assert await statuses(sent(ITEM)) == refused


async def test_a_tag_is_no_way_past_the_limit_on_fields(wire):
    await warm(wire, sent(ITEM, 'If-None-Match: "p1-0"'))
    one = await wire()
    one.writer.write(sent(ITEM, f'If-None-Match: "{"a" * 40_000}"').encode())
    assert (await one.answer())[0].startswith("HTTP/1.1 431")
