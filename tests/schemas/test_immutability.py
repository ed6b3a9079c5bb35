"""What is published is never changed or deleted: Postgres itself refuses, whoever asks."""

import asyncpg
import pytest

from tests.given import draft, published

TAMPERING = {
    "an update": "update claim_version set statement = 'Another.'",
    "a deletion": "delete from claim_version",
    "a truncation": "truncate claim_version cascade",
    "a merge": "merge into claim_version v using (select 1) s on true when matched then delete",
    "an upsert": "insert into claim_version select * from claim_version on conflict (position) do update "
    "set statement = 'Another.'",
}
HEAD = {
    "going back": ("update log_head set position = 0", "log_head_only_grows"),
    "going negative": ("update log_head set position = -1", "log_head_only_grows"),
    "an earlier time": ("update log_head set recorded_at = '2020-01-01'", "log_head_only_grows"),
    "a time to come": ("update log_head set recorded_at = '2099-01-01'", "recorded_in_the_past"),
    "no time at all": ("update log_head set recorded_at = 'infinity'", "recorded_in_the_past"),
    "no deadline": ("update log_head set taken_at = null", "only_an_empty_log_is_restored"),
    "a later time": ("update log_head set recorded_at = clock_timestamp()", "positions_are_filled"),
    "another name": ("update log_head set log = gen_random_uuid()", "log_head_only_grows"),
    "a deletion": ("delete from log_head", "log_head_stays"),
    "a truncation": ("truncate log_head", "log_head_stays"),
    "a second head": (
        "insert into log_head (only_row, position, recorded_at) values (false, 0, now())",
        "log_head_stays",
    ),
}


async def as_superuser(cluster, pool):
    """A connection as PostgreSQL's own administrator to the same database."""
    async with pool.acquire() as connection:
        database = await connection.fetchval("select current_database()")
    return await asyncpg.connect(cluster.url(database).replace("citable@", "postgres@"))


@pytest.fixture(params=["the application's role", "a role that was granted everything", "a superuser"])
async def someone(request, cluster, pool):
    """A connection of each kind of role, to a log that holds two versions."""
    await published(pool, draft())
    await published(pool, draft(change__kind="update"))
    superuser = await as_superuser(cluster, pool)
    if request.param == "the application's role":
        await superuser.execute("set role citable")
    elif request.param == "a role that was granted everything":
        await superuser.execute("drop role if exists outsider")
        await superuser.execute("create role outsider")
        await superuser.execute("grant all on all tables in schema public to outsider")
        await superuser.execute("set role outsider")
    yield superuser
    await superuser.execute("reset role")
    await superuser.execute("drop owned by outsider" if request.param.startswith("a role") else "select 1")
    await superuser.close()


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_a_published_version_is_never_changed_or_deleted(tampering, someone):
    before = await someone.fetch("select position, statement from claim_version order by position")
    with pytest.raises(asyncpg.PostgresError) as refused:
        await someone.execute(TAMPERING[tampering])
    rule = "position_is_dense" if tampering == "an upsert" else "published_is_immutable"
    assert getattr(refused.value, "constraint_name", None) == rule
    assert await someone.fetch("select position, statement from claim_version order by position") == before


@pytest.mark.parametrize("tampering", ["an update", "a deletion"])
async def test_not_even_while_triggers_are_off_for_replication(tampering, cluster, pool):
    await published(pool, draft())
    superuser = await as_superuser(cluster, pool)
    try:
        await superuser.execute("set session_replication_role = replica")
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await superuser.execute(TAMPERING[tampering])
        assert refused.value.constraint_name == "published_is_immutable"
    finally:
        await superuser.close()


@pytest.mark.parametrize("tampering", HEAD)
async def test_the_head_of_the_log_only_grows(tampering, pool):
    await published(pool, draft())
    statement, rule = HEAD[tampering]
    async with pool.acquire() as connection:
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await connection.execute(statement)
    assert refused.value.constraint_name in (rule, "one_log_head", "head_is_not_negative")


@pytest.mark.parametrize(
    "tampering",
    [
        "delete from claim_index",
        "update claim_index set until = position + 1",
        "insert into claim_index select * from claim_index",
        "truncate claim_index",
        "delete from citation",
        "update search_word set position = 999",
        "delete from claim_body",
        "update claim_body set body = 'x'",
        "truncate claim_body",
    ],
)
async def test_what_lists_look_through_is_changed_only_with_the_log(tampering, pool):
    await published(pool, draft())
    async with pool.acquire() as connection:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await connection.execute(tampering)
        assert await connection.fetchval("select count(*) from claim_index") == 1
