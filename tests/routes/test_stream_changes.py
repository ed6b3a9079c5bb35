"""GET /v1/changes/stream: changes as they happen, as server-sent events."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import msgspec
import pytest

from schemas.changes import ChangeFilter
from service.web import following
from service.web.following import events
from tests.given import draft, published
from tests.serving import serving
from tests.web.asking import assert_problem

WITHIN = 20


class Event(msgspec.Struct):
    """A block of a stream: its fields by name."""

    id: str = ""
    event: str = ""
    data: str = ""
    retry: str = ""
    comment: str = ""


@asynccontextmanager
async def streaming(api, path: str = "/v1/changes/stream", **headers: str) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of a stream, as they come, to a client of their own."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    client = httpx.AsyncClient(base_url=api.url, timeout=WITHIN)
    async with client, client.stream("GET", path, headers=named) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.headers["cache-control"] == "no-store"
        yield _events(answer)


async def _events(answer) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name or "comment"] = value
        else:
            yield Event(**fields)
            fields = {}


async def changes(stream: AsyncIterator[Event], count: int) -> list[Event]:
    """The next changes of a stream."""
    found: list[Event] = []
    async with asyncio.timeout(WITHIN):
        async for event in stream:
            if event.event == "change":
                found.append(event)
                if len(found) == count:
                    return found
    return found


async def test_a_stream_tells_of_each_change_as_it_happens(desk):
    async with streaming(desk.api) as stream:
        made = await desk.published()
        (event,) = await changes(stream, 1)
        await desk.editor.retract(made["id"])
        (other,) = await changes(stream, 1)
    told, retracted = msgspec.json.decode(event.data), msgspec.json.decode(other.data)
    assert (event.id, told["claim"], told["digest"]) == (str(made["position"]), made["id"], made["digest"])
    assert (retracted["claim"], retracted["version"], retracted["lifecycle"]) == (made["id"], 2, "retracted")
    listed = (await desk.api.get(f"/v1/changes?after={made['position'] - 1}")).json()["items"]
    assert [told, retracted] == listed[:2]


@pytest.mark.parametrize("how", ["Last_Event_ID", "after"])
async def test_who_was_cut_off_goes_on_where_they_were(how, desk):
    first = (await desk.published())["position"]
    last = (await desk.published())["position"]
    headers, query = ({how: str(first - 1)}, "") if how == "Last_Event_ID" else ({}, f"?after={first - 1}")
    async with streaming(desk.api, f"/v1/changes/stream{query}", **headers) as stream:
        assert [int(event.id) for event in await changes(stream, 2)] == [first, last]


async def test_what_the_browser_saw_last_counts_more_than_the_address_it_began_with(curated):
    async with streaming(curated, "/v1/changes/stream?after=3", Last_Event_ID="170") as stream:
        assert [int(event.id) for event in await changes(stream, 5)] == [171, 172, 173, 174, 175]


async def test_from_zero_on_a_stream_is_the_whole_log(curated):
    async with streaming(curated, "/v1/changes/stream?after=0") as stream:
        assert [int(event.id) for event in await changes(stream, 175)] == list(range(1, 176))


async def test_filters_hold_for_streams_too(desk):
    async with streaming(desk.api, "/v1/changes/stream?topic=mills&kind=created") as stream:
        await desk.published(topics=["ports"])
        made = await desk.published(topics=["mills"])
        assert [event.id for event in await changes(stream, 1)] == [str(made["position"])]


async def test_a_quiet_stream_says_that_it_is_there_and_how_far_it_looked(desk):
    wanted, position = ChangeFilter(topic=["nothing-has-this"]), await desk.position()
    stream = events(desk.api.runtime, wanted, position, heartbeat=0.1)
    assert await anext(stream) == b"retry: 2000\n\n"
    assert await anext(stream) == b"id: %d\n: still here\n\n" % position
    await desk.published()
    async with asyncio.timeout(WITHIN):
        while await anext(stream) != b"id: %d\n: still here\n\n" % (position + 1):
            pass
    await stream.aclose()


async def test_a_reader_who_goes_is_let_go(desk):
    async with streaming(desk.api) as stream:
        await anext(stream)
        assert desk.api.runtime.followers.count == 1
    async with asyncio.timeout(WITHIN):
        while desk.api.runtime.followers.count:
            await asyncio.sleep(0.01)


async def test_a_reader_who_goes_is_let_go_whatever_they_asked_for_behind_the_stream(desk, caplog):
    _, writer = await asyncio.open_connection("127.0.0.1", desk.api.port)
    writer.write(b"GET /v1/changes/stream HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/claims HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(WITHIN):
        while desk.api.runtime.followers.count != 1:
            await asyncio.sleep(0.01)
        writer.close()
        while desk.api.runtime.followers.count:
            await asyncio.sleep(0.01)
    assert not caplog.records


async def test_a_reader_who_takes_nothing_is_dropped_and_nothing_is_kept_for_it(cluster, monkeypatch):
    monkeypatch.setattr(following, "TAKEN_WITHIN", 0.5)
    name = await cluster.new_database("bare")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5") as api:
        many = [draft(id=f"claim-{number}", statement="Harbours run cranes. " * 20) for number in range(5000)]
        for start in range(0, 5000, 500):
            await published(api.runtime.pool, *many[start : start + 500])
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", api.port))
            slow.sendall(b"GET /v1/changes/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            async with asyncio.timeout(WITHIN):
                while not api.runtime.followers.count:
                    await asyncio.sleep(0.01)
                while api.runtime.followers.count:
                    await asyncio.sleep(0.01)
            taken = await asyncio.to_thread(_rest_of, slow)
        assert taken < 15_000_000, "nearly all of it was kept for a reader who did not read"
        async with streaming(api, "/v1/changes/stream?after=0") as stream:  # others are served as ever
            assert len(await changes(stream, 300)) == 300
    await cluster.drop(name)


def _rest_of(connection: socket.socket) -> int:
    """How many bytes are still to be had of a connection that the other side ended."""
    connection.settimeout(WITHIN)
    taken = 0
    with suppress(ConnectionError):
        while block := connection.recv(65536):
            taken += len(block)
    return taken


async def test_a_server_that_stops_ends_its_streams_and_none_is_cut_in_the_middle(cluster):
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5") as api:

        async def all_of_it() -> list[Event]:
            async with streaming(api) as stream:
                return [event async for event in stream]

        reading = asyncio.create_task(all_of_it())
        while not api.runtime.followers.count:
            await asyncio.sleep(0.01)
    assert [event.retry for event in await reading] == ["2000"]
    await cluster.drop(name)


async def test_a_stream_ends_after_its_time_and_another_goes_on(cluster):
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5", longest_stream=1) as api:
        async with streaming(api, "/v1/changes/stream?after=170") as stream:
            told = [event.id async for event in stream if event.event]
        assert told == ["171", "172", "173", "174", "175"]
        await published(api.runtime.pool, draft())
        async with streaming(api, Last_Event_ID=told[-1]) as stream:
            assert [event.id for event in await changes(stream, 1)] == ["176"]
    await cluster.drop(name)


async def test_head_says_what_a_stream_is_and_ends(curated):
    answer = await curated.client.head("/v1/changes/stream")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


@pytest.mark.parametrize("last", ["abc", "-1", "1.5", "१२", "99999999999999999", "176000"])
async def test_a_position_that_cannot_be_gone_on_from_is_refused(last, curated):
    answer = await curated.client.get("/v1/changes/stream", headers=[(b"last-event-id", last.encode())])
    assert_problem(answer, 400, "Last-Event-ID")


async def test_what_else_cannot_be_asked_is_named(curated):
    assert_problem(await curated.get("/v1/changes/stream?after=176000"), 400, "after")
    assert_problem(await curated.get("/v1/changes/stream?wait=1"), 400, "wait")
    assert_problem(await curated.get("/v1/changes/stream", accept="application/json"), 406)
