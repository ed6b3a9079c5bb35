"""Processes are told to end and are started again, one after the other, under load: no request fails, none is lost."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import msgspec
import pytest

from tests.outages.balancer import Balancer
from tests.outages.load import at_a_rate
from tests.stories.deployment import ApiProcess, editors
from tests.telling import tell
from tests.web.writing import claim

RATE = 60.0


@pytest.fixture
async def three(cluster, tmp_path) -> AsyncIterator[tuple[Balancer, list[ApiProcess], str]]:
    """A balancer in front of three processes, and the secret of an editor."""
    name = await cluster.new_database("curated")
    url = cluster.url(name)
    apis = [
        ApiProcess(tmp_path, url, f"{cluster.servers.redis_url}?db=4", drain_seconds=1, database_connections=4)
        for _ in range(3)
    ]
    await asyncio.gather(*(api.start() for api in apis))
    try:
        async with Balancer(apis).listening() as balancer:
            yield balancer, apis, (await editors(url, ["desk"]))["desk"]
    finally:
        for api in apis:
            api.kill()


async def restart(balancer: Balancer, apis: list[ApiProcess], number: int) -> None:
    """SIGTERM, and a new process once the old one has ended by itself; then it is waited for."""
    apis[number].signal(signal.SIGTERM)
    said = await asyncio.to_thread(apis[number].ended)
    assert "Traceback" not in said, said
    await apis[number].start()
    async with asyncio.timeout(25):
        while number not in balancer.ready:
            await asyncio.sleep(0.05)


async def write_on(url: str, secret: str, stop: asyncio.Event) -> list[tuple[int, str]]:
    """Claims published one after the other, each once: what each was answered."""
    answers: list[tuple[int, str]] = []
    async with httpx.AsyncClient(base_url=url, timeout=25, headers={"authorization": f"Bearer {secret}"}) as client:
        while not stop.is_set():
            number = len(answers)
            try:
                answer = await client.post(
                    "/v1/claims", content=msgspec.json.encode(claim(id=f"crane-{number}")), headers=_JSON
                )
                answers.append((answer.status_code, answer.text[:200]))
            except httpx.HTTPError as error:
                answers.append((0, repr(error)))
            await asyncio.sleep(0.05)
    return answers


async def listen_on(url: str, heard: list[int]) -> None:
    """The positions a browser's EventSource would hear: it connects again with the last one it heard."""
    after = 175
    async with httpx.AsyncClient(base_url=url, timeout=25) as client:
        while True:
            async with client.stream("GET", "/v1/changes/stream", headers={"last-event-id": str(after)}) as answer:
                assert answer.status_code == 200  # an EventSource gives up at anything else
                async for line in answer.aiter_lines():
                    if line.startswith("data: "):
                        after = msgspec.json.decode(line.removeprefix("data: "))["position"]
                        heard.append(after)
            await asyncio.sleep(0.1)


_JSON = {"content-type": "application/json"}


def path_of(number: int) -> str:
    """A hot claim, a cold list and a page, in turn."""
    return ("/v1/claims/cn-ai-firms-6200", f"/v1/claims?limit=5&as_of={1 + number % 170}", "/claims/cn-ai-firms-6200")[
        number % 3
    ]


async def rolled(three: tuple[Balancer, list[ApiProcess], str], rounds: int) -> None:
    """Restarts each process, `rounds` times."""
    balancer, apis, secret = three
    url, stop, heard = f"http://127.0.0.1:{balancer.port}", asyncio.Event(), []
    listening = asyncio.create_task(listen_on(url, heard))
    writing = asyncio.create_task(write_on(url, secret, stop))
    loads: list[asyncio.Task] = []
    try:
        for number in range(3 * rounds):
            loading = asyncio.create_task(at_a_rate(balancer.port, path_of, RATE, 4))
            loads.append(loading)
            await asyncio.sleep(0.3)
            await restart(balancer, apis, number % 3)
            await loading
        stop.set()
        answers = await writing
        told = [await loading for loading in loads]
        statuses = sum((one.statuses for one in told), start=type(told[0].statuses)())
        tell(f"{3 * rounds} restarts: reads {dict(statuses)}, {len(answers)} writes, {len(heard)} changes heard")
        assert set(statuses) == {200}, [one.failures for one in told]
        assert {status for status, _ in answers} == {201}, [one for one in answers if one[0] != 201]
        async with asyncio.timeout(25):
            while len(heard) < len(answers):
                await asyncio.sleep(0.05)
        assert heard == list(range(176, 176 + len(answers)))
    finally:
        stop.set()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


@pytest.mark.timeout(300)
async def test_each_of_three_processes_is_replaced_and_no_request_fails(three):
    await rolled(three, 1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_they_are_replaced_again_and_again_and_no_request_fails(three):
    await rolled(three, 7)


async def test_readiness_turns_first_and_what_is_asked_meanwhile_is_answered(cluster, tmp_path):
    """The order of leaving, as a balancer sees it: unready, then serving and closing each connection, then gone."""
    url = cluster.url(await cluster.new_database("curated"))
    api = ApiProcess(tmp_path, url, f"{cluster.servers.redis_url}?db=4", drain_seconds=2)
    await api.start()
    try:
        async with httpx.AsyncClient(base_url=api.url, timeout=25) as client:
            before = await client.get("/v1/claims?limit=1")
            assert (await client.get("/readyz")).json()["status"] == "ready"
            api.signal(signal.SIGTERM)
            async with asyncio.timeout(25):
                while (readiness := await client.get("/readyz")).status_code == 200:
                    await asyncio.sleep(0.02)
            assert readiness.json()["status"] == "leaving"
            assert (await client.get("/livez")).status_code == 200
            for path in ("/v1/claims?limit=1", "/v1/claims?limit=2"):
                answer = await client.get(path)
                assert (answer.status_code, answer.headers["connection"]) == (200, "close")
            assert "connection" not in before.headers
            async with client.stream("GET", "/v1/changes/stream?after=170") as stream:
                assert stream.status_code == 200
                await stream.aread()  # which ends
        assert "Traceback" not in await asyncio.to_thread(api.ended)
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(f"{api.url}/livez")
    finally:
        api.kill()
