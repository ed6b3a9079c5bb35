"""Clients who are slow, endless, too many or do not listen: they cost little, not for long, and others are served."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import psutil
import pytest

from service.connections import KEPT_FOR, allowed
from tests.stories.deployment import ApiProcess
from tests.telling import tell

HELLO = b"GET /v1/claims?limit=1 HTTP/1.1\r\nhost: citable\r\n"
ITEM = "/v1/claims/cn-ai-firms-6200"
MEGABYTE = 1_000_000


class Attacked:
    """A process, how much memory it has taken since it was warm, and an honest client of it."""

    def __init__(self, api: ApiProcess, client: httpx.AsyncClient) -> None:
        self.api = api
        self.client = client
        self._process = psutil.Process(api.pid)
        self._before = self._process.memory_info().rss

    @property
    def grown(self) -> float:
        """Megabytes of memory it has more than when it was warm."""
        return (self._process.memory_info().rss - self._before) / MEGABYTE

    async def serves(self) -> None:
        """Asserts that an honest client is served what is kept and what is not."""
        for path in (ITEM, f"/v1/claims?limit=2&as_of={100 + int(self.grown)}"):
            assert (await self.client.get(path)).status_code == 200

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to it."""
        return await asyncio.open_connection("127.0.0.1", self.api.port)


@pytest.fixture
async def attacked(cluster, tmp_path) -> AsyncIterator[Attacked]:
    """A process on the curated set."""
    url = cluster.url(await cluster.new_database("curated"))
    api = ApiProcess(tmp_path, url, f"{cluster.servers.redis_url}?db=4", connections=10_000)
    await api.start()
    async with httpx.AsyncClient(base_url=api.url, timeout=25) as client:
        for limit in range(1, 30):
            await client.get(f"/v1/claims?limit={limit}")
        yield Attacked(api, client)
    api.kill()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """What the other end still says until it hangs up, or is cut off."""
    said = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(40):
            while piece := await reader.read(65_536):
                said += piece
    return said


async def test_a_head_that_never_ends_and_one_that_never_begins(attacked):
    """Slow-loris: 200 connections that send a byte now and then, and 200 that send nothing at all."""
    slow = [await attacked.connect() for _ in range(200)]
    silent = [await attacked.connect() for _ in range(200)]
    for _, writer in slow:
        writer.write(HELLO)

    async def trickle() -> None:
        for number in range(80):
            for _, writer in slow:
                writer.write(b"x-%d: slow\r\n" % number if number % 2 else b"x")
            await asyncio.sleep(0.25)

    trickling = asyncio.create_task(trickle())
    await attacked.serves()
    answers = await asyncio.gather(*(rest_of(reader) for reader, _ in slow))
    rest = await asyncio.gather(*(rest_of(reader) for reader, _ in silent))
    trickling.cancel()
    tell(f"200 slow heads and 200 silent connections took {attacked.grown:.1f} MB")
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
    assert all(b"/problems/head-too-slow" in answer for answer in answers)
    assert set(rest) == {b""}
    await attacked.serves()
    assert attacked.grown < 50
    for _, writer in (*slow, *silent):
        writer.close()


HEADS = {
    "a value": HELLO + b"x-long: ",
    "a name": HELLO + b"x-long",
    "an address": b"GET /v1/claims?q=",
    "empty lines": b"\r\n",
}


async def test_ten_megabytes_of_head(attacked):
    """In one line, which no parser hands over before its end; and it is refused so that the client reads why."""

    async def send(beginning: bytes) -> bytes:
        piece = b"\r\n" * 32_768 if beginning == b"\r\n" else b"y" * 65_536
        reader, writer = await attacked.connect()
        listening = asyncio.create_task(rest_of(reader))
        with suppress(ConnectionError):
            writer.write(beginning)
            for _ in range(160):
                writer.write(piece)
                await writer.drain()
        answer = await listening
        writer.close()
        return answer

    answers = await asyncio.gather(*(send(beginning) for beginning in HEADS.values() for _ in range(10)))
    await attacked.serves()
    tell(f"40 heads of 10 MB took {attacked.grown:.1f} MB")
    assert attacked.grown < 50
    assert all(answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 414 ")) for answer in answers)


async def test_a_gigabyte_of_body(attacked):
    """Announced or in chunks, where a body is wanted and where none is: answered, let lie, and then cut off."""

    async def send(line: bytes, length: bytes) -> tuple[int, bytes]:
        reader, writer = await attacked.connect()
        listening = asyncio.create_task(rest_of(reader))
        head = line + b" HTTP/1.1\r\nhost: citable\r\ncontent-type: application/json\r\n" + length + b"\r\n\r\n"
        writer.write(head)
        piece = b"y" * MEGABYTE
        sent = 0
        with suppress(ConnectionError):
            for _ in range(1000):
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if b"chunked" in length else piece)
                await writer.drain()
                sent += 1
        answer = await listening
        writer.close()
        return sent, answer

    lines = (b"POST /v1/claims", b"GET /v1/claims?limit=3", b"GET /livez")
    lengths = (b"content-length: 1000000000", b"transfer-encoding: chunked")
    async with asyncio.timeout(60):
        ends = await asyncio.gather(*(send(line, length) for line in lines for length in lengths))
    tell(f"bodies of 1 GB were cut off after {[sent for sent, _ in ends]} MB and took {attacked.grown:.1f} MB")
    assert [answer[:13] for _, answer in ends] == [b"HTTP/1.1 401 "] * 2 + [b"HTTP/1.1 200 "] * 4
    assert all(sent < 200 for sent, _ in ends)
    assert attacked.grown < 50
    await attacked.serves()


async def test_an_answer_that_nobody_takes(attacked):
    """Forty connections ask for all there is again and again, and read nothing: what is kept for them is bounded."""
    silent = [await attacked.connect() for _ in range(40)]
    request = b"GET /v1/claims?limit=100 HTTP/1.1\r\nhost: citable\r\n\r\n"
    for _, writer in silent:
        writer.write(request * 100)
    await asyncio.sleep(1)
    await attacked.serves()
    tell(f"40 readers who take nothing of 100 answers each took {attacked.grown:.1f} MB")
    assert attacked.grown < 150
    for _, writer in silent:
        writer.transport.abort()


async def test_more_connections_than_there_is_room_for(attacked):
    """Ten thousand idle ones, and more: the oldest make room, and whoever asks is served."""
    held: list[asyncio.BaseTransport] = []
    loop = asyncio.get_running_loop()
    most = allowed(10_000)  # as many files as this process may open, too
    for _ in range(most // 100):
        made = await asyncio.gather(
            *(loop.create_connection(asyncio.Protocol, "127.0.0.1", attacked.api.port) for _ in range(100))
        )
        held += [transport for transport, _ in made]
        if len(held) % 2500 == 0:
            await attacked.serves()
    grown = attacked.grown
    for _ in range(300):
        transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", attacked.api.port)
        held.append(transport)
    async with httpx.AsyncClient(base_url=attacked.api.url, timeout=25) as newcomer:
        assert (await newcomer.get(ITEM)).status_code == 200
        assert (await newcomer.get("/readyz")).status_code == 200
    tell(f"{len(held)} idle connections took {grown:.1f} MB, {grown * 1000 / most:.1f} kB each")
    assert grown < 30 * most / 1000
    for transport in held:
        transport.abort()
    await attacked.serves()


async def test_a_connection_is_kept_for_a_while_after_its_answer(curated):
    reader, writer = await asyncio.open_connection("127.0.0.1", curated.port)
    loop, connections = asyncio.get_running_loop(), curated.runtime.connections
    for _ in range(2):
        writer.write(HELLO + b"\r\n")
        assert await reader.readuntil(b"\r\n") == b"HTTP/1.1 200 OK\r\n"
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
        connections.sweep(loop.time() + KEPT_FOR - 5)
    connections.sweep(loop.time() + KEPT_FOR + 1)
    assert await reader.read() == b""
    writer.close()
