"""A write that was done and not answered: who asks again with the same key hears the answer, and it is done once."""

import asyncio
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from db.log import log_head
from db.pool import reading
from tests.databases import Cluster
from tests.given import record_of
from tests.outages.proxy import Proxy
from tests.serving import serving
from tests.stories.contest import FIRST, ID, PATH, START
from tests.stories.deployment import ApiProcess, editors

COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""How Postgres says that a transaction is committed."""

PLAIN = {"accept-encoding": "identity"}
CHANGE = {"quantity": {"value": str(START + 1)}, "change": {"note": "A new count."}}
OF_ITS_OWN = {"idempotent-replayed", "x-request-id", "date", "ratelimit", "ratelimit-policy"}
"""Header fields that each answer has for itself, a repetition too."""


class CommitProxy(Proxy):
    """Keeps the reply to one COMMIT to itself: of the first transaction that sends `marker`. Then `kept` is set."""

    def __init__(self, cluster: Cluster, marker: bytes) -> None:
        super().__init__(cluster.servers.database_url.partition("?host=")[2] + "/.s.PGSQL.5432")
        self.kept = asyncio.Event()
        self.may_hang_up = asyncio.Event()
        self._marker = marker
        self._marked: asyncio.BaseTransport | None = None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self._marked is None and self._marker in data:
                    self._marked = writer.transport
                if reader._transport is self._marked and COMMITTED in data and not self.kept.is_set():
                    self.kept.set()
                    await self.may_hang_up.wait()
                    return
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def _behind(proxy: CommitProxy, name: str):
    async with proxy.listening() as port:
        yield f"postgresql://citable@127.0.0.1:{port}/{name}?sslmode=disable"
        proxy.may_hang_up.set()


@pytest.fixture
async def database(cluster):
    """The name of a database of the test's own."""
    name = await cluster.new_database("bare")
    yield name
    await cluster.drop(name)


async def first_of(client: httpx.AsyncClient, secret: str, key: str) -> dict[str, str]:
    """Creates the claim; the header fields of its next change."""
    who = {"authorization": f"Bearer {secret}"}
    created = await client.post("/v1/claims", json=FIRST, headers=who)
    assert created.status_code == 201, created.text
    kind = {"content-type": "application/merge-patch+json"}
    return {**who, **kind, "if-match": created.headers["etag"], "idempotency-key": f'"{key}"'}


def lasting(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """What a repetition of an answer must have in common with it."""
    return (
        answer.status_code,
        answer.content,
        {name: value for name, value in answer.headers.items() if name not in OF_ITS_OWN},
    )


async def done_once(client: httpx.AsyncClient, pool, headers: dict[str, str]) -> httpx.Response:
    """The change asked for again: answered as a repetition, as often as one likes, and there is one version of it."""
    again = await client.patch(PATH, json=CHANGE, headers=headers)
    assert again.status_code == 200, again.text
    assert again.headers["idempotent-replayed"] == "true"
    assert lasting(await client.patch(PATH, json=CHANGE, headers=headers)) == lasting(again)
    version = await client.get(f"{PATH}/versions/2")
    assert again.content == version.content
    for name in ("repr-digest", "content-type", "etag"):
        assert again.headers[name] == version.headers[name]
    assert record_of((await client.get(PATH)).json()) == version.json()
    assert again.headers["content-location"] == f"{PATH}/versions/2"
    async with reading(pool) as connection:
        assert (await log_head(connection)).position == 2
    return again


async def test_the_reply_to_a_commit_is_lost_and_the_next_try_hears_the_answer(cluster, database):
    proxy = CommitProxy(cluster, b"lost-1")
    secret = (await editors(cluster.url(database), ["Desk"]))["Desk"]
    async with _behind(proxy, database) as url, serving(url, cluster.servers.redis_url) as api:
        headers = await first_of(api.client, secret, "lost-1")
        asking = asyncio.create_task(api.client.patch(PATH, json=CHANGE, headers=headers))
        await asyncio.wait_for(proxy.kept.wait(), 25)
        proxy.may_hang_up.set()
        unknown = await asking
        assert unknown.status_code == 503, unknown.text
        assert int(unknown.headers["retry-after"]) > 0
        again = await done_once(api.client, api.runtime.pool, headers)
        plain = {**headers, "if-match": again.headers["etag"], "idempotency-key": '"lost-2"'}
        following = await api.client.patch(PATH, json={"scope": "Everywhere."}, headers=plain)
        assert "idempotent-replayed" not in following.headers
        assert {*following.headers, "idempotent-replayed"} == {*again.headers}


async def test_an_answer_lost_on_its_way_is_given_again(cluster, database):
    """The API knows nothing of it: it did answer."""
    secret = (await editors(cluster.url(database), ["Desk"]))["Desk"]
    async with serving(cluster.url(database), cluster.servers.redis_url) as api:
        headers = await first_of(api.client, secret, "lost-1")
        lost = await api.client.patch(PATH, json=CHANGE, headers=headers)
        assert lost.status_code == 200
        assert "idempotent-replayed" not in lost.headers
        again = await done_once(api.client, api.runtime.pool, headers)
        assert lasting(again) == lasting(lost)


async def test_a_process_killed_between_commit_and_answer_has_done_it_once(cluster, database, tmp_path):
    """SIGKILL while the reply to COMMIT is on its way to it; the next process knows what the answer was."""
    proxy = CommitProxy(cluster, b"lost-1")
    secret = (await editors(cluster.url(database), ["Desk"]))["Desk"]
    async with _behind(proxy, database) as url, cluster.pool_on(database) as pool:
        api = ApiProcess(tmp_path, url, cluster.servers.redis_url)
        await api.start()
        try:
            async with httpx.AsyncClient(base_url=api.url, timeout=25, headers=PLAIN) as client:
                headers = await first_of(client, secret, "lost-1")
                asking = asyncio.create_task(client.patch(PATH, json=CHANGE, headers=headers))
                await asyncio.wait_for(proxy.kept.wait(), 25)
                api.kill()
                with pytest.raises(httpx.TransportError):
                    await asking
                proxy.may_hang_up.set()
                await api.start()
                await done_once(client, pool, headers)
        finally:
            api.kill()


async def four_times_at_once(clients: list[httpx.AsyncClient], secret: str, number: int) -> list[httpx.Response]:
    """A claim created by four requests with one key, half of them to each process, and by a fifth afterwards."""
    body = {**FIRST, "id": f"{ID}-{number}"}
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": f'"key-{number}"'}

    async def asked(copy: int) -> httpx.Response:
        return await clients[copy % 2].post("/v1/claims", json=body, headers=headers)

    return [*await asyncio.gather(*map(asked, range(4))), await asked(number)]


async def test_two_hundred_keys_asked_with_four_times_at_once_do_two_hundred_things(cluster, database, tmp_path):
    secret = (await editors(cluster.url(database), ["Desk"]))["Desk"]
    apis = [ApiProcess(tmp_path, cluster.url(database), cluster.servers.redis_url) for _ in range(2)]
    met = 0
    try:
        await asyncio.gather(*(api.start() for api in apis))
        async with (
            httpx.AsyncClient(base_url=apis[0].url, timeout=25, headers=PLAIN) as one,
            httpx.AsyncClient(base_url=apis[1].url, timeout=25, headers=PLAIN) as other,
            cluster.pool_on(database) as pool,
        ):
            for start in range(0, 200, 4):
                several = (four_times_at_once([one, other], secret, number) for number in range(start, start + 4))
                for number, answers in enumerate(await asyncio.gather(*several), start):
                    done = [answer for answer in answers if answer.status_code == 201]
                    busy = [answer for answer in answers if answer.status_code == 409]
                    assert len(done) + len(busy) == 5, [answer.text for answer in answers]
                    assert {a.json()["type"] for a in busy} <= {"/problems/idempotency-key-in-use"}
                    assert answers[-1] in done, "nobody was at it any more"
                    assert sum("idempotent-replayed" not in answer.headers for answer in done) == 1
                    served = await one.get(f"/v1/claims/{ID}-{number}/versions/1")
                    assert {answer.content for answer in done} == {served.content}
                    met += len(busy)
            async with reading(pool) as connection:
                assert (await log_head(connection)).position == 200
        assert met > 0, "no two of them ever met: this test shows nothing"
    finally:
        for api in apis:
            api.kill()
