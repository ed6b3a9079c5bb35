"""The metrics are read when it matters: while the API is overloaded, and while its servers are away."""

import asyncio
import socket
import struct
import time
from pathlib import Path

import msgspec
import pytest

from db.pool import writing
from db.webhooks import insert_webhook
from schemas.keys import Role
from schemas.webhooks import NewWebhook
from service.metrics import METRICS, OF_PROCESS
from service.scrape_server import MOST
from service.scrapes import Lagging
from tests.cast import key_for
from tests.cli.programs import Program, free_port
from tests.given import draft, published
from tests.outages.conftest import behind_proxies
from tests.telemetry.traffic import scrape, scraped, watching

OF_POSTGRES = ("citable_webhook_lag_positions", "citable_webhook_lag_seconds", "citable_webhook_overdue_seconds",
               "citable_webhooks_disabled")  # fmt: skip


@pytest.fixture(scope="module")
async def breakable(cluster):
    async with behind_proxies(cluster) as api:
        yield api


async def test_it_answers_while_the_loop_of_the_api_is_stuck(breakable):
    async with watching(breakable.api) as port:
        reading = asyncio.create_task(asyncio.to_thread(lambda: (scraped(port), time.monotonic())))
        await asyncio.sleep(0)  # the thread begins
        time.sleep(1.5)  # noqa: ASYNC251 - and nothing else in this loop goes on
        stuck_until = time.monotonic()
        found, answered_at = await reading
    assert answered_at < stuck_until
    assert found.value("citable_build_info") == 1


async def test_redis_is_away_and_back(breakable):
    async with watching(breakable.api) as port:
        assert (await scrape(port)).value("citable_redis_circuit_open") == 0
        before = (await scrape(port)).value("citable_failures_tolerated_total", what="a ping to Redis")
        breakable.redis.turn("refused")
        for _ in range(4):
            await breakable.get("/readyz")
        found = await scrape(port)
        assert found.value("citable_redis_circuit_open") == 1
        assert found.value("citable_failures_tolerated_total", what="a ping to Redis") == before + 3
        breakable.redis.turn("ok")
        async with asyncio.timeout(25):
            while (await scrape(port)).value("citable_redis_circuit_open"):
                await asyncio.sleep(0.1)
        assert (await breakable.get("/readyz")).json()["redis"] == "up"


async def test_postgres_is_away_and_what_only_it_knows_is_left_out(breakable):
    async with watching(breakable.api) as port:
        async with asyncio.timeout(25):
            while not (await scrape(port)).samples("citable_webhooks_disabled"):
                await asyncio.sleep(0.05)
        breakable.postgres.turn("refused")
        lagging = Lagging(breakable.api.runtime.pool)
        await lagging.look()
        assert lagging.last is None
    async with watching(breakable.api) as port:
        await asyncio.sleep(0.3)
        found = await scrape(port)
        assert found.value("citable_log_unconfirmed_seconds") > 0.2
        assert found.value("citable_failures_tolerated_total", what="a look at how far webhooks are") >= 1
        there = {sample.name for family in found.families.values() for sample in family.samples}
        assert not there & set(OF_POSTGRES)
        assert {"citable_pool_connections", "citable_log_position", "citable_cache_memory_bytes"} <= there
    breakable.postgres.turn("ok")
    await breakable.recovered("/v1/claims?limit=1")


async def test_the_lag_is_that_of_the_enabled_webhook_farthest_behind(pool):
    lagging = Lagging(pool)
    await lagging.look()
    assert msgspec.structs.astuple(lagging.last) == (0, 0, 0, 0, 0)
    for number in range(5):
        await published(pool, draft(id=f"claim-{number}"))
    await key_for(pool, "News", Role.PARTNER)
    hooks = {"News": ((2, "active"), (4, "active"), (1, "disabled")), "Nobody": ((0, "active"),)}
    async with writing(pool) as connection:
        for owner, kept in hooks.items():
            for after, status in kept:
                url = f"https://{owner}-{after}.example/".lower()
                made = await insert_webhook(connection, NewWebhook(url=url, after=after), owner)
                if status == "disabled":
                    await connection.execute(
                        "update webhook set status = 'disabled', disabled_reason = 'owner', disabled_at = now() "
                        "where id = $1",
                        made.id,
                    )
    await asyncio.sleep(0.2)
    await lagging.look()
    last = lagging.last
    assert (last.head, last.positions, last.disabled) == (5, 3, 1)
    recorded = await pool.fetchval("select recorded_at from claim_version where position = 3")
    age = (await pool.fetchval("select now()") - recorded).total_seconds()
    assert 0.2 <= last.seconds <= age
    assert 0.2 <= last.overdue <= age


@pytest.mark.parametrize(
    ("held", "state", "at_least", "below"),
    [
        (None, "", 0.001, 20),
        (-400, "", 400, 420),
        (400, "", 0.001, 20),
        (400, "position = 1", 0, 0),
        (-40, "position = 1", 40, 60),
        (-400, "paused_until = now() - interval '30 s'", 30, 50),
        (-400, "paused_until = now() + interval '1 h'", 0, 0),
        (-400, "leased_by = gen_random_uuid(), leased_until = now() + interval '9 s'", 0, 0),
        (-400, "leased_by = gen_random_uuid(), leased_until = now() - interval '60 s'", 60, 80),
        (None, "position = 1", 0, 0),
        (-400, "status = 'disabled', disabled_reason = 'owner', disabled_at = now()", 0, 0),
        (-400, "owner = 'Nobody'", 0, 0),
    ],
)
async def test_what_waits_for_a_worker_and_not_for_its_endpoint_is_overdue(pool, held, state, at_least, below):
    await published(pool, draft())
    await key_for(pool, "News", Role.PARTNER)
    async with writing(pool) as connection:
        made = await insert_webhook(connection, NewWebhook(url="https://news.example/", after=0), "News")
        if held is not None:
            await connection.execute(
                "insert into webhook_held (webhook, claim, position, attempts, first_attempt_at, next_attempt_at) "
                "select $1, id, 1, 1, now() - interval '1 h', now() + make_interval(secs => $2) from claim_version",
                made.id,
                held,
            )
        await connection.execute(f"update webhook set {state or 'status = status'} where id = $1", made.id)
    lagging = Lagging(pool)
    await lagging.look()
    assert at_least <= lagging.last.overdue <= below


async def test_a_port_in_use_is_one_sentence(database, tmp_path):
    url, port = await database("curated"), free_port()
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    program = Program(tmp_path, "work", database_url=url, metrics_port=port)
    said = await asyncio.to_thread(program.failed_in_a_sentence)
    assert said == f"Port {port} of 127.0.0.1 is in use: stop what listens there, or set CITABLE_METRICS_PORT."
    taken.close()


async def test_a_worker_alone_is_watched_too(database, tmp_path):
    url, port = await database("curated"), free_port()
    program = Program(tmp_path, "work", database_url=url, metrics_port=port)
    await asyncio.to_thread(program.says, "delivering")
    async with asyncio.timeout(25):
        while not (found := await scrape(port)).samples("citable_webhooks_disabled"):
            await asyncio.sleep(0.05)
    assert set(found.families) <= {
        name.removesuffix("_total") for name in (*OF_PROCESS, *(metric.name for metric in METRICS))
    }
    assert found.samples("citable_webhook_attempts_total", result="unreachable")
    assert found.value("citable_webhook_lag_positions") == 0
    assert sum(sample.value for sample in found.samples("citable_pool_connections")) >= 1
    assert not found.samples("citable_log_unconfirmed_seconds")
    program.interrupt()
    await asyncio.to_thread(program.succeeded)


def exchanged(port: int, request: bytes) -> bytes:
    """All that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /metrics HTTP/1.1", 200), (b"GET /metrics?name[]=x HTTP/1.0", 200), (b"HEAD /metrics HTTP/1.1", 200),
        (b"GET / HTTP/1.1", 404), (b"GET /v1/claims HTTP/1.1", 404), (b"GET /metrics/../etc/passwd HTTP/1.1", 404),
        (b"POST /metrics HTTP/1.1", 501), (b"\xff\x1b[31m\x00", 400), (b"GET /metrics HTTP/9.9", 505),
    ],
)  # fmt: skip
async def test_there_is_one_address_and_nothing_makes_it_say_more(watched, request_line, status):
    hostile = b"Accept: application/openmetrics-text;version=x.y\r\nHost: \x9b2J\r\n\r\n"
    answered = await asyncio.to_thread(exchanged, watched.metrics, request_line + b"\r\n" + hostile)
    head, _, body = answered.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status, head
    assert (b"citable_build_info" in body) == (status == 200 and not request_line.startswith(b"HEAD"))
    assert b"Python" not in answered
    assert b"\x1b" not in answered
    for line in watched.program.said.splitlines():
        assert line.startswith("{"), line


async def test_who_is_slow_or_many_keeps_nobody_from_reading_them(watched):
    def story() -> None:
        task = Path(f"/proc/{watched.program.process.pid}/task")
        before = len(list(task.iterdir()))
        slow = [socket.create_connection(("127.0.0.1", watched.metrics), timeout=20) for _ in range(100)]
        try:
            slow[-1].sendall(b"GET /metr")
            assert scraped(watched.metrics).value("citable_build_info") == 1
            assert len(list(task.iterdir())) <= before + MOST + 1
            began = time.monotonic()
            assert slow[-1].recv(1) == b""
            assert time.monotonic() - began < 15
        finally:
            for each in slow:
                each.close()
        gone = socket.create_connection(("127.0.0.1", watched.metrics))
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        gone.close()  # with a reset, while it is answered
        assert scraped(watched.metrics).value("citable_build_info") == 1
        assert "Traceback" not in watched.program.said

    await asyncio.to_thread(story)


async def test_an_address_that_is_not_here_is_one_sentence(database, tmp_path):
    program = Program(tmp_path, "work", database_url=await database("curated"), metrics_port=free_port(),
                      metrics_host="192.0.2.1")  # fmt: skip
    said = await asyncio.to_thread(program.failed_in_a_sentence)
    assert said.startswith("192.0.2.1:")
    assert "cannot be listened on for metrics" in said


async def test_the_public_address_does_not_show_them(breakable):
    assert (await breakable.get("/metrics")).status_code == 404
