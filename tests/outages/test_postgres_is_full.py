"""Where PostgreSQL has no room left, reads go on and writes say so; with room, everything goes on by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from tests.outages import disks
from tests.outages.deployed import curated_deployment
from tests.outages.desk import Desk, told
from tests.outages.figures import write_down
from tests.outages.readers import Readers
from tests.stories.deployment import Deployment, editors
from tests.telling import tell

RATE = 30
CLAIMS = 200
LEFT = 600_001
"""Bytes that a file may grow by, and no multiple of a page: what is refused then is what a full disk refuses."""
LEFT_ON_A_DISK = 6_000_000
FULL = "/problems/storage-full"
AVAILABLE = 0.999
RECOVERED = 5.0
"""Seconds after which writes are taken again, once there is room."""
HANGS = 10.0
"""Seconds any read may take. It is a bound on hanging, not a measure of speed."""


@asynccontextmanager
async def desk_on(
    folder: Path, prepare: Callable[[Deployment], Awaitable[None]]
) -> AsyncIterator[tuple[Deployment, Desk]]:
    """A deployment, prepared, and a desk that will fill its disk."""
    async with curated_deployment(folder, [{}], (), prepare) as deployment:
        desk = Desk(deployment.apis[0].url, (await editors(deployment.database_url, ["Desk"]))["Desk"], "full")
        yield deployment, desk
        await desk.close()


async def filled(deployment: Deployment, desk: Desk, name: str, disk: AbstractContextManager[None], problem: str):
    """The desk publishes until there is no room, while many read; then there is room, and all goes on by itself."""
    readers = Readers(deployment.apis[0].port, RATE, 4, name)
    async with readers.reading(), desk.publishing(0.08):
        begun = time.monotonic()
        await asyncio.sleep(0.7)
        with disk:
            refused = await _fill(desk)
            full = time.monotonic()
            async with desk.resting:
                await readers.warm()
            warm = time.monotonic()
            await asyncio.sleep(1.2)
            ending = time.monotonic()
        back = time.monotonic()
        async with asyncio.timeout(60):
            while not any(one.status == 201 for one in desk.between(back, time.monotonic())):
                await asyncio.sleep(0.02)
        recovered = time.monotonic() - back
    over = time.monotonic()
    while_full, all_reads = readers.between(warm, ending), readers.between(begun, over)
    during = desk.between(full, ending)
    write_down(
        f"full-{name}",
        before=readers.between(begun, full).told(),
        full=while_full.told(),
        writes_before=told(desk.between(begun, full)),
        writes_while_full=told(during),
        recovered=round(recovered, 3),
    )
    assert refused.json()["type"] == problem, deployment.said()
    assert int(refused.headers["retry-after"]) > 0
    assert not all_reads.failed
    assert not all_reads.stale
    assert all_reads.quantile(1.0) <= HANGS
    assert {(one.status, one.problem) for one in during} <= {(201, ""), (503, problem)}
    assert all(int(one.wait) > 0 for one in during if one.status == 503)
    assert recovered <= RECOVERED
    tell(f"full {name}: {dict(await desk.settle())}")
    async with asyncio.timeout(60):
        while "writes are stored again" not in deployment.said():
            await desk.publish()
            await asyncio.sleep(0.1)
    assert len(deployment.said().splitlines()) == 2, deployment.said()


async def _fill(desk: Desk):
    """Publishes many claims at once, until that is refused; the refusal."""
    async with asyncio.timeout(120):
        while (answer := await desk.publish_many(CLAIMS)).status_code == 201:
            pass
    assert answer.status_code == 503, answer.text
    return answer


async def test_reads_go_on_where_files_may_not_grow(tmp_path):
    async def prepare(deployment: Deployment) -> None:
        await deployment.postgres.stop()
        disks.make_log_files_small(deployment.postgres)
        await deployment.postgres.start()

    async with desk_on(tmp_path, prepare) as (deployment, desk):
        most = max(disks.largest_file(deployment.postgres), 2**20) + LEFT
        await filled(deployment, desk, "files", disks.files_limited(deployment.postgres, most), FULL)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_reads_go_on_while_the_disk_of_the_tables_is_full(tmp_path):
    async def prepare(deployment: Deployment) -> None:
        connection = await asyncpg.connect(_elsewhere(deployment))
        await connection.execute(f"create tablespace small location '{disk}'")
        await connection.execute("alter database citable set tablespace small")
        await connection.close()

    with disks.small_disk(tmp_path / "data" / "tables") as disk:
        async with desk_on(tmp_path, prepare) as (deployment, desk):
            await filled(deployment, desk, "tables", disks.nearly_full(disk, LEFT_ON_A_DISK), FULL)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_kept_answers_go_on_while_the_disk_of_the_log_is_full(tmp_path):
    """PostgreSQL stops then, and does not start until there is room: an operator makes some, and starts it."""

    async def prepare(deployment: Deployment) -> None:
        await deployment.postgres.stop()
        disks.make_log_files_small(deployment.postgres)
        disks.move_log(deployment.postgres, disk)
        await deployment.postgres.start()

    with disks.small_disk(tmp_path / "data" / "log") as disk:
        async with desk_on(tmp_path, prepare) as (deployment, desk):
            readers = Readers(deployment.apis[0].port, RATE, 4, "log")
            async with readers.reading():
                for _ in range(5):
                    assert (await desk.publish()).status == 201
                with disks.nearly_full(disk, LEFT_ON_A_DISK):
                    await readers.warm()
                    broken = time.monotonic()
                    await _fill_log(deployment)
                    full = time.monotonic()
                    await asyncio.sleep(5)
                    while_full = [await desk.publish() for _ in range(5)]
                    ending = time.monotonic()
                await deployment.postgres.stop()
                await deployment.postgres.start()
                back = time.monotonic()
                async with asyncio.timeout(60):
                    while (await desk.publish()).status != 201:
                        await asyncio.sleep(0.02)
                recovered = time.monotonic() - back
            hot = readers.between(broken, ending, hot=True)
            write_down(
                "full-log",
                kept=hot.told() | {"available": round(hot.available, 5)},
                while_full=readers.between(full, ending).told(),
                writes_while_full=told(while_full),
                recovered=round(recovered, 3),
            )
            assert hot.available >= AVAILABLE, hot.failed[:5]
            assert all(one.status == 503 and int(one.wait) > 0 for one in while_full)
            assert recovered <= RECOVERED
            tell(f"full log: {dict(await desk.settle())}; {deployment.said()}")


_FILLING = "insert into filling select repeat(md5(n::text), 20) from generate_series(1, 1000) n"


async def _fill_log(deployment: Deployment) -> None:
    """Another program of the same PostgreSQL writes until there is no room, and PostgreSQL stops."""
    connection = await asyncpg.connect(_elsewhere(deployment))
    await connection.execute("create table filling (content text)")
    async with asyncio.timeout(120):
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            while True:
                await connection.execute(_FILLING)
    connection.terminate()


def _elsewhere(deployment: Deployment) -> str:
    """The address of another database, for a superuser."""
    return deployment.database_url.replace("citable@/citable", "postgres@/postgres", 1)
