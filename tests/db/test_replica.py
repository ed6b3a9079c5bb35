"""What a replica must have before it is read: that log, that far, with that digest there, and this release's tables."""

from uuid import uuid4

import pytest

from db import replica as replicas
from db.log import log_head
from db.pool import reading
from db.replica import Known, open_replica, reading_replica
from schemas.failures import ReplicaBehind, ReplicaFailed, ReplicaUnavailable


@pytest.fixture
async def replica(cluster, curated_pool):
    """A pool as for a replica, on a curated log."""
    opened = await open_replica(cluster.url(await curated_pool.fetchval("select current_database()")), 2)
    yield opened
    await opened.close()


@pytest.fixture
async def head(curated_pool) -> Known:
    """Where that log ends."""
    async with reading(curated_pool) as connection:
        found = await log_head(connection)
    return Known(found.log, found.position, found.digest[:16])


async def test_it_is_read_in_one_state_and_cannot_be_written_to(replica, head, curated_pool):
    async with reading_replica(replica, head) as connection:
        asked = "select current_setting('transaction_read_only') || ' ' || current_setting('transaction_isolation')"
        assert await connection.fetchval(asked) == "on repeatable read"
    async with reading_replica(replica, head) as connection:
        assert (await log_head(connection)).position == head.position


async def test_an_earlier_position_of_the_log_is_there_too(replica, head, curated_pool):
    digest = await curated_pool.fetchval("select left(digest, 16) from claim_version where position = 100")
    async with reading_replica(replica, Known(head.log, 100, digest)) as connection:
        assert (await log_head(connection)).position == head.position


@pytest.mark.parametrize(
    ("known", "failure"),
    [
        (lambda head: Known(head.log, head.position + 1, head.digest), ReplicaBehind),
        (lambda head: Known(head.log, head.position + 1, ""), ReplicaBehind),
        (lambda head: Known(head.log, head.position, "0" * 16), ReplicaUnavailable),
        (lambda head: Known(head.log, head.position - 1, head.digest), ReplicaUnavailable),
        (lambda head: Known(str(uuid4()), head.position, head.digest), ReplicaUnavailable),
        (lambda head: Known(str(uuid4()), head.position + 1, head.digest), ReplicaUnavailable),
        (lambda head: Known(head.log, head.position, "' or true or '"), ReplicaUnavailable),
        (lambda head: Known("no log", head.position, head.digest), ReplicaUnavailable),
    ],
)
async def test_what_it_has_not_is_not_read(replica, head, known, failure):
    for _ in range(3):  # more often than there are connections: each comes back to be used again
        with pytest.raises(failure):
            async with reading_replica(replica, known(head)):
                pytest.fail("it was read")
    async with reading_replica(replica, head) as connection:
        assert await connection.fetchval("select 1") == 1


async def test_one_without_this_release_s_migrations_is_not_read(replica, head, curated_pool):
    await curated_pool.execute("delete from schema_migration where name = (select max(name) from schema_migration)")
    with pytest.raises(ReplicaUnavailable, match="migrations"):
        async with reading_replica(replica, head):
            pytest.fail("it was read")


async def test_what_takes_too_long_or_fails_there_is_the_primary_s_and_does_no_harm_to_the_next(
    replica, head, monkeypatch
):
    for statement in (
        "select pg_sleep(20)",
        "select 1 / 0",
        "delete from claim_body",
        "select pg_terminate_backend(pg_backend_pid())",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(replicas, "READ_WITHIN", 0.2)
            with pytest.raises(ReplicaFailed):
                async with reading_replica(replica, head) as connection:
                    await connection.execute(statement)
        async with reading_replica(replica, head) as connection:
            assert await connection.fetchval("select 1") == 1
