"""`citable webhooks`: how far each webhook has come, from a terminal."""

from datetime import UTC, datetime
from uuid import uuid4

from db.deliveries import Attempted, Results, change_at, record_results, take_webhook
from db.keys import issue_key
from db.pool import open_pool, writing
from db.webhooks import insert_webhook
from schemas.deliveries import DeliveryKind, DeliveryOutcome
from schemas.keys import NewKey, Role
from schemas.webhooks import DisabledReason, NewWebhook
from tests.cli.programs import Program


async def test_every_webhook_is_listed_with_how_far_it_has_come(database, tmp_path):
    url = await database("curated")
    listing = Program(tmp_path, "webhooks", database_url=url)
    assert "there are no webhooks" in listing.succeeded()
    pool = await open_pool(url, 1)
    worker, then = uuid4(), datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    async with writing(pool) as connection:
        await issue_key(connection, NewKey(name="News [desk]", role=Role.PARTNER), "a test")
        await insert_webhook(connection, NewWebhook(url="https://paused.example:8443/hooks/secret"), "News [desk]")
        await insert_webhook(connection, NewWebhook(url="https://failing.example/", after=100), "News [desk]")
        await insert_webhook(connection, NewWebhook(url="https://keyless.example/", after=0), "Nobody")
        failing = await take_webhook(connection, worker, 20)
        failed = Attempted(
            change=await change_at(connection, 120), kind=DeliveryKind.CHANGE, attempt=1, attempted_at=then,
            outcome=DeliveryOutcome.FAILED, status=503, error="It answered 503.", latency_ms=3,
        )  # fmt: skip
        results = Results(
            position=120, failures=12, paused_until=then, disabled=DisabledReason.FAILING, attempts=[failed]
        )
        await record_results(connection, worker, failing.id, results)
        await connection.execute("update webhook set paused_until = $1 where url like '%paused%'", then)
    await pool.close()
    listing = Program(tmp_path, "webhooks", database_url=url)
    assert '{"status": "active"}' in listing.succeeded()
    said = listing.answered.decode()
    rows = {
        name: next(line for line in said.splitlines() if f"{name}.example" in line)
        for name in ("paused", "failing", "keyless")
    }
    paused = ("News [desk]", "paused.example:8443", "active", "2030-01-02 03:04:05")
    assert all(word in rows["paused"] for word in paused)
    assert "disabled: failing, 20" in rows["failing"]
    last = rows["failing"].split()[-8:]
    assert last == ["120", "55", "0", "12", "never", "It", "answered", "503."]  # and not until when it was paused
    assert "active, no key in force" in rows["keyless"]
    assert rows["keyless"].split()[-5:] == ["0", "175", "0", "0", "never"]
    assert "secret" not in said
