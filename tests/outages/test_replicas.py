"""A replica answers what it has heard of: nobody reads less than is known, and no read fails for its sake."""

import asyncio
import itertools
import random

import asyncpg
import pytest

from tests.db.pooler import needs_pgbouncer, pooler
from tests.outages.replicated import (
    NOT_THERE,
    Alternating,
    Pair,
    became,
    more,
    name_of,
    reads_go_to_the_replica_again,
    writer,
)
from tests.outages.standby import Standby, standing_by
from tests.serving import Api, serving
from tests.web.writing import claim, created

PATH = "/v1/claims/cn-ai-patents-60pct"


async def test_what_the_replica_has_is_read_there(pair, api):
    before, asked = became(api), pair.standby.reads()
    for number in range(20):
        answer = await api.get(f"{PATH}?as_of={150 + number}")
        assert answer.status_code == 200
    assert more(before, became(api)) == {"answered": 20}
    assert pair.standby.reads() == asked + 20
    for path in (
        "/v1/claims?q=patents",
        "/v1/changes?after=0",
        "/feeds/claims.atom",
        "/v1/measures",
        f"{PATH}/timemap",
    ):
        assert (await api.get(path)).status_code == 200
    assert (await api.get("/v1/claims/never")).status_code == 404
    assert more(before, became(api)) == {"answered": 26}


async def test_what_is_answered_is_the_same_to_the_byte(pair, api):
    paths = (
        "/v1/claims?limit=50",
        PATH,
        "/v1/claims?q=more+than&sort=-value",
        "/v1/changes?after=10",
        "/",
        "/v1/topics",
    )
    before = became(api)
    from_replica = [(await api.get(path)).content for path in paths]
    assert more(before, became(api)) == {"answered": len(paths)}
    async with pair.primary_only(api) as alone:
        assert [(await alone.get(path)).content for path in paths] == from_replica


async def test_a_change_is_read_at_once_while_the_replica_lags_and_from_it_when_it_does_not(pair, api):
    editor = await writer(api, "Lagging")
    created(await editor.create(claim(id="lagging")))
    await pair.caught_up()
    async with pair.standby.paused():
        for number in range(10):
            assert (await editor.revise("lagging", {"scope": f"Harbour {number}."})).status_code == 200
            answers = await asyncio.gather(*(api.get("/v1/claims/lagging") for _ in range(10)))
            assert {answer.json()["scope"] for answer in answers} == {f"Harbour {number}."}
        before, asked = became(api), pair.standby.reads()
        for _ in range(10):
            assert (await api.get("/v1/claims/lagging")).json()["version"] == 11
        assert more(before, became(api)) == {"behind": 10}
        assert pair.standby.reads() == asked
    await reads_go_to_the_replica_again(api, "/v1/claims/lagging")
    assert (await api.get("/v1/claims/lagging")).json()["version"] == 11


@pytest.mark.parametrize("seed", range(2))
async def test_nobody_reads_less_than_is_known_however_the_replica_lags(pair, seed):
    """Two processes write and read while the replica stops and goes on; each read is held to what its process knew."""
    chance, ids = random.Random(seed), [f"contested-{number}" for number in range(3)]
    name = await pair.database("bare")
    async with pair.serving(name) as one, pair.serving(name, memory_cache_mb=8) as other:
        editors = [await writer(api, f"Editor {api.port}") for api in (one, other)]
        for id in ids:
            created(await editors[0].create(claim(id=id)))
        versions = {position: dict.fromkeys(ids[:position], 1) for position in range(4)}
        written, is_over = dict.fromkeys(ids, 1), asyncio.Event()

        async def write() -> None:
            for number in range(12):
                if number % 4 == 0:
                    await pair.standby.pause()
                elif chance.random() < 0.3:
                    await pair.standby.resume()
                    await reads_go_to_the_replica_again(one, "/v1/claims")
                id = chance.choice(ids)
                answer = await chance.choice(editors).revise(id, {"scope": f"Harbour {number}."})
                if answer.status_code == 200:
                    written[id] = answer.json()["version"]
                    versions[answer.json()["position"]] = {**versions[max(versions)], id: written[id]}
                await asyncio.sleep(chance.random() * 0.02)
            is_over.set()

        async def read(api: Api, dice: random.Random) -> int:
            reads = 0
            while not is_over.is_set():
                id, known = dice.choice(ids), api.runtime.coherence.head.position
                reached = max((position for position in versions if position <= known), default=0)
                at_least = versions[reached].get(id, 0)
                if dice.random() < 0.5:
                    answer = (await api.get(f"/v1/claims/{id}")).json()
                else:
                    page = (await api.get(f"/v1/claims?ids={id}")).json()
                    assert page["position"] >= known
                    answer = page["items"][0]
                assert answer["version"] >= at_least, (seed, id, known)
                reads += 1
            return reads

        readers = [read(api, random.Random(f"{seed} {place}")) for place, api in enumerate([one, other] * 2)]
        try:
            *_, reads = await asyncio.gather(write(), *readers)
        finally:
            await pair.standby.resume()
        assert reads
        for api, id in itertools.product((one, other), ids):
            newest = await api.get(f"/v1/claims/{id}", Authorization=f"Bearer {editors[0].secret}")
            assert newest.json()["version"] == written[id]
        assert became(one)["answered"] > 0 < became(one)["behind"]


async def test_a_replica_of_another_log_is_never_believed(pair, api):
    """The same claims at the same positions, in another database."""
    other = await pair.database()
    connection = await asyncpg.connect(pair.primary.url(other).replace("citable@", "postgres@"))
    await connection.execute("alter table log_head disable trigger all; update log_head set log = gen_random_uuid()")
    await connection.close()
    await pair.caught_up()
    async with pair.serving(await name_of(api), pair.standby.url(other)) as served:
        for _ in range(5):
            assert (await served.get(PATH)).status_code == 200
        assert became(served) == {"answered": 0, "behind": 0, "down": 5, "failed": 0, "busy": 0}


@needs_pgbouncer
async def test_behind_a_pooler_it_is_the_same(pair, api, tmp_path):
    """Two connections to the replica for eight readers, each transaction on whichever is free."""
    editor = await writer(api, "Pooled")
    created(await editor.create(claim(id="pooled")))
    await pair.caught_up()
    name = await name_of(api)
    async with pooler(pair.standby.sockets, tmp_path, default_pool_size=2) as port:
        pooled = f"postgresql://citable@127.0.0.1:{port}/{name}"
        async with pair.serving(name, pooled) as served:
            editor = await writer(served, "Pooled elsewhere")
            for number in range(5):
                answers = await asyncio.gather(*(served.get(f"/v1/claims?limit={1 + n}") for n in range(8)))
                assert {answer.status_code for answer in answers} == {200}
                async with pair.standby.paused():
                    assert (await editor.revise("pooled", {"scope": f"Harbour {number}."})).status_code == 200
                    answers = await asyncio.gather(*(served.get("/v1/claims/pooled") for _ in range(8)))
                    assert {answer.json()["scope"] for answer in answers} == {f"Harbour {number}."}
                await pair.caught_up()
                await reads_go_to_the_replica_again(served, PATH)
            assert became(served)["behind"] > 0 < became(served)["answered"]


async def test_one_that_went_its_own_way_is_refused_and_serves_a_primary_that_did_as_well(pair, tmp_path_factory):
    """It was promoted without the last write, and written to: another version at the same position of the same log."""
    name, folder = await pair.database(), tmp_path_factory.mktemp("promoted")
    with standing_by(pair.primary.servers, folder / "standby") as promoted:
        promoted.stop()
        async with pair.serving(name, promoted.url(name)) as served:
            assert served.runtime.replicas.are_down
            created(await (await writer(served, "Here")).create(claim(id="written-here")))
            promoted.start("primary_conninfo=")
            await either_is_read_for_what_it_has(pair, name, promoted)
            assert await promoted.told("select pg_promote()")
            async with serving(promoted.url(name), NOT_THERE, database_replica_url=promoted.url(name)) as there:
                created(await (await writer(there, "There")).create(claim(id="written-there")))
                assert (await there.get("/v1/claims/written-there")).status_code == 200
                assert became(there)["answered"] == 1
            for _ in range(12):
                assert (await served.get("/v1/claims/written-here")).status_code == 200
                assert (await served.get("/v1/claims/written-there")).status_code == 404
                await asyncio.sleep(0.1)
            assert became(served)["answered"] == 0


async def either_is_read_for_what_it_has(pair: Pair, name: str, behind: Standby) -> None:
    """Two replicas at one address, connections in turn to each: one has all, the other lacks what was last."""
    await pair.caught_up()
    replicas = Alternating(pair.standby.sockets, behind.sockets)
    async with replicas.listening() as port:
        url = f"postgresql://citable@127.0.0.1:{port}/{name}?sslmode=disable"
        async with pair.serving(name, url) as served:
            for _ in range(15):
                paths = [f"/v1/claims?ids=written-here&limit={1 + reader}" for reader in range(8)]
                answers = await asyncio.gather(*map(served.get, paths))
                assert [answer.json()["missing"] for answer in answers] == [[]] * 8
                await asyncio.sleep(0.02)
            assert replicas.connections >= 4
            assert became(served)["answered"] > 0 < became(served)["behind"]
