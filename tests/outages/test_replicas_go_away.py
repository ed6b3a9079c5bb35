"""Replicas that hang, die, cancel or are not there: no read fails, and few wait. And the primary is away."""

import asyncio
import signal
import time

import asyncpg
import pytest

from schemas.failures import CannotStart
from tests.outages.proxy import Proxy
from tests.outages.replicated import NOT_THERE, became, more, name_of, reads_go_to_the_replica_again, writer
from tests.serving import Api, serving
from tests.web.writing import claim, created

PATH = "/v1/claims/cn-ai-patents-60pct"


async def under_load(api: Api, seconds: float, meanwhile) -> list[tuple[int, float]]:
    """The status of each read and the seconds it took, of eight readers, until seconds after something happened."""
    is_over, answers = asyncio.Event(), []

    async def read(reader: int) -> None:
        while not is_over.is_set():
            began = time.monotonic()
            answer = await api.get(f"{PATH}?as_of={100 + reader}")
            answers.append((answer.status_code, time.monotonic() - began))

    async def happens() -> None:
        await asyncio.sleep(0.3)
        try:
            await asyncio.to_thread(meanwhile)
            await asyncio.sleep(seconds)
        finally:
            is_over.set()

    await asyncio.gather(happens(), *(read(reader) for reader in range(8)))
    return answers


async def test_it_hangs_and_no_read_fails_and_few_wait(pair, api):
    before = became(api)
    try:
        answers = await under_load(api, 1.5, lambda: pair.standby.signal(signal.SIGSTOP))
    finally:
        pair.standby.signal(signal.SIGCONT)
    assert {status for status, _ in answers} == {200}
    assert more(before, became(api))["down"] > 8
    longest = max(took for _, took in answers)
    waited = sum(took > longest / 2 for _, took in answers)
    assert waited <= 16 < len(answers)  # eight were under way, and they and few more waited
    await reads_go_to_the_replica_again(api, PATH)


async def test_it_is_killed_and_no_read_fails_and_it_is_read_again_when_it_is_back(pair, api):
    before = became(api)
    answers = await under_load(api, 0.7, lambda: pair.standby.signal(signal.SIGKILL))
    assert {status for status, _ in answers} == {200}
    assert more(before, became(api))["down"] > 0
    pair.standby.stop()
    pair.standby.start()
    await reads_go_to_the_replica_again(api, PATH)


async def test_a_process_starts_without_it(pair, api):
    async with pair.serving(await name_of(api), "postgresql://citable@127.0.0.1:9/citable") as served:
        assert served.runtime.replicas.are_down
        assert (await served.get(PATH)).status_code == 200
        assert became(served)["down"] == 1


@pytest.mark.parametrize("address", ["postgresql://citable:s3cr3t/word@127.0.0.1/x", "postgresql://s3cr3t:@:port/x"])
async def test_an_address_that_is_none_is_one_sentence_without_its_password(pair, api, address):
    with pytest.raises(CannotStart, match=r"^CITABLE_DATABASE_REPLICA_URL is no address of a PostgreSQL") as refused:
        async with pair.serving(await name_of(api), address):
            pass
    assert "s3cr3t" not in refused.value.detail


async def test_its_recovery_cancels_reads_and_none_fails(pair, api):
    """A table that is read is rewritten: the standby does not wait for who reads it."""
    connection = await asyncpg.connect(pair.primary.url(await name_of(api)))
    is_over = asyncio.Event()

    async def rewrite() -> None:
        for _ in range(8):
            await connection.execute("vacuum full log_head")
            await asyncio.sleep(0.02)
        is_over.set()

    async def read(limit: int) -> set[int]:
        statuses = set()
        while not is_over.is_set():
            statuses.add((await api.get(f"/v1/claims?q=patents&limit={limit}")).status_code)
        return statuses

    before = became(api)
    _, *statuses = await asyncio.gather(rewrite(), *(read(1 + reader) for reader in range(8)))
    await connection.close()
    assert set.union(*statuses) == {200}
    assert set(more(before, became(api))) - {"answered"}
    await reads_go_to_the_replica_again(api, PATH)


@pytest.mark.parametrize("mode", ["refused", "silent"])
async def test_the_primary_is_away_and_what_was_never_read_is_still_answered_as_old(pair, mode):
    """Of what was known before, from the replica; who reads with a key is told 503, and nobody can write."""
    name, primary = await pair.database(), Proxy(f"{pair.primary.sockets}/.s.PGSQL.5432")
    async with primary.listening() as port:
        url, replica = f"postgresql://citable@127.0.0.1:{port}/{name}?sslmode=disable", pair.standby.url(name)
        async with serving(url, NOT_THERE, database_replica_url=replica) as api:
            editor = await writer(api)
            created(await editor.create(claim(id="written-before")))
            await pair.caught_up()
            known = (await api.get("/v1/claims?limit=1")).json()["position"]
            primary.turn(mode)
            async with asyncio.timeout(20):
                while "store-unavailable" not in (await api.get("/v1/claims?limit=1")).headers.get("cache-status", ""):
                    await asyncio.sleep(0.05)
            began = time.monotonic()
            for path in (
                "/v1/claims/written-before",
                PATH,
                "/v1/claims?limit=9",
                "/v1/claims?q=patents",
                "/",
            ):
                answer = await api.get(path)
                assert answer.status_code == 200, path
                assert "fwd=miss" in answer.headers["cache-status"]
                assert "detail=store-unavailable" in answer.headers["cache-status"]
                assert int(answer.headers["age"]) >= 0
            assert time.monotonic() - began < 5
            assert (await api.get("/v1/claims?limit=8")).json()["position"] == known
            assert (await api.get("/v1/claims/never-written")).status_code == 404
            assert (await api.get(f"{PATH}?as_of=150")).status_code == 200
            if mode == "refused":  # which takes a while to find out else, each time
                assert (await editor.ask("GET", PATH)).status_code == 503
                assert (await editor.create(claim(id="written-while-away"))).status_code == 503
            primary.turn("ok")
            async with asyncio.timeout(20):
                while (await editor.create(claim(id="written-after"))).status_code != 201:
                    await asyncio.sleep(0.05)
            answer = await api.get("/v1/claims?limit=9")
            assert answer.json()["items"][0]["id"] == "written-after"
            assert "age" not in answer.headers
