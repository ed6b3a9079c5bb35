"""Behind PgBouncer in transaction mode, set up as production's, the service does all it does without."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from db.pool import SESSION, open_pool, reading
from schemas.keys import Role
from tests.cast import key_for
from tests.databases import Cluster
from tests.db.pooler import needs_pgbouncer, pooler, role_as_in_production
from tests.serving import Api, serving
from tests.web.writing import Writer, claim, created

pytestmark = needs_pgbouncer


@pytest.fixture(scope="module")
async def two(cluster: Cluster, tmp_path_factory) -> AsyncIterator[tuple[Api, Api, str]]:
    """Two APIs on one curated log behind the pooler, of two connections to PostgreSQL; and the pooler's address."""
    name = await cluster.new_database("curated")
    redis, direct = f"{cluster.servers.redis_url}?db=8", cluster.url(name)
    bouncer = pooler(cluster.sockets, tmp_path_factory.mktemp("pgbouncer"), default_pool_size=2)
    async with role_as_in_production(direct), bouncer as port:
        url = f"postgresql://citable@127.0.0.1:{port}/{name}"
        async with (
            serving(url, redis, database_direct_url=direct, memory_cache_mb=0) as one,
            serving(url, redis, database_direct_url=direct) as other,
        ):
            for api in (one, other):
                api.runtime.readers._patience = 60  # two connections, and this machine may be busy
            yield one, other, url


async def test_statements_are_prepared_once_and_run_wherever_there_is_room(two):
    one, other, _ = two
    paths = [f"/v1/claims?limit={1 + n % 50}&sort={('id', '-recorded_at', '-stated_on')[n % 3]}" for n in range(60)]
    for some in range(0, 60, 10):
        answers = await asyncio.gather(*(api.get(path) for path in paths[some : some + 10] for api in (one, other)))
        assert {answer.status_code for answer in answers} == {200}, answers[0].text


async def test_what_is_written_at_one_is_read_at_the_other_within_two_seconds(two):
    one, other, _ = two
    editor = await writer(one, "Pooled")
    for number in range(20):
        created(await editor.create(claim(id=f"pooled-{number}")))
        async with asyncio.timeout(2):
            while f"pooled-{number}" not in (await other.get("/v1/claims?limit=1&sort=-recorded_at")).text:
                await asyncio.sleep(0.005)


async def test_writers_of_one_claim_lose_no_update(two):
    one, other, _ = two
    editors = [await writer(api, f"Pooled at {api.port}") for api in (one, other)]
    created(await editors[0].create(claim(id="pooled-contest")))
    revisions = [editor.revise("pooled-contest", {"scope": f"Harbour {n}."}) for n in range(6) for editor in editors]
    statuses = [answer.status_code for answer in await asyncio.gather(*revisions)]
    assert set(statuses) <= {200, 412}
    newest = await editors[0].ask("GET", "/v1/claims/pooled-contest")  # who reads with a key reads the very newest
    assert newest.json()["version"] == 1 + statuses.count(200)


async def writer(api: Api, name: str) -> Writer:
    """An editor with a key of their own."""
    return Writer(api, name, await key_for(api.runtime.pool, name, Role.EDITOR))


async def test_a_statement_is_given_up_by_postgres_before_it_is_by_us(two):
    *_, url = two
    pool = await open_pool(url, 1)
    try:
        async with reading(pool) as connection:
            for name, value in SESSION.items():
                said = await connection.fetchval(
                    "select case when unit = 'ms' then setting else current_setting(name) end from pg_settings "
                    "where name = $1 or lower(name) = $1",
                    name,
                )
                assert said == value, name
    finally:
        await pool.close()


async def test_a_pooler_that_does_not_remember_statements_is_none_to_stand_behind(cluster, tmp_path):
    async with pooler(cluster.sockets, tmp_path, default_pool_size=2, max_prepared_statements=0) as port:
        url = f"postgresql://citable@127.0.0.1:{port}/citable"
        one, other = await asyncpg.connect(url), await asyncpg.connect(url)
        try:
            prepared = await one.prepare("select 1 + $1::int")
            assert await prepared.fetchval(1) == 2
            async with other.transaction():  # which takes the connection that knows the statement
                await other.execute("select 1")
                with pytest.raises(asyncpg.InvalidSQLStatementNameError):
                    await prepared.fetchval(1)
        finally:
            await one.close()
            await other.close()
