"""Who works on which webhook, and what is kept of it: leases, what is held, and the attempts."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from db.deliveries import (
    Attempted,
    Held,
    Results,
    change_at,
    delete_old_deliveries,
    deliveries_page,
    held_claims,
    held_due,
    next_change_of,
    next_due,
    record_results,
    renew_leases,
    take_webhook,
)
from db.keys import keys, revoke_key
from db.pool import reading, writing
from db.webhooks import hold_webhook, remove_webhook, rotate_secret, update_webhook, webhook_by_id
from schemas.changes import ChangeFilter
from schemas.deliveries import DeliveryKind, DeliveryOutcome
from schemas.webhooks import DisabledReason
from tests.db.test_webhooks import URL, created
from tests.given import draft, published

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def held(claim="harbour-cranes-4100", position=1, due=NOW, attempts=1):
    return Held(claim=claim, position=position, attempts=attempts, first_attempt_at=NOW, next_attempt_at=due)


async def take(pool, worker, seconds=20, now=None):
    async with writing(pool) as connection:
        return await take_webhook(connection, worker, seconds, now=now)


async def record(pool, worker, webhook, **results):
    async with writing(pool) as connection:
        return await record_results(connection, worker, webhook, Results(**{"position": 1, "failures": 0, **results}))


async def attempted(pool, position=1, outcome=DeliveryOutcome.DELIVERED, **about):
    async with reading(pool) as connection:
        change = await change_at(connection, position)
    error = None if outcome is DeliveryOutcome.DELIVERED else "It answered 500."
    plain = {"kind": DeliveryKind.CHANGE, "attempt": None, "attempted_at": NOW, "status": 200, "latency_ms": 3}
    return Attempted(**{**plain, "change": change, "outcome": outcome, "error": error, **about})


@pytest.fixture
async def webhook(pool):
    """A webhook on a log with one change for it."""
    new = await created(pool)
    await published(pool, draft())
    return new


async def test_a_webhook_is_due_when_the_log_has_more_for_it(pool):
    new = await created(pool)
    one = uuid4()
    assert await take(pool, one) is None
    await published(pool, draft())
    taken = await take(pool, one)
    assert (taken.id, taken.position, taken.head, taken.secrets) == (new.id, 0, 1, [new.secret])
    assert taken.wanted == ChangeFilter()
    assert await record(pool, one, new.id)
    assert await take(pool, one) is None


async def test_of_many_workers_one_has_a_webhook(pool, webhook):
    found = await asyncio.gather(*(take(pool, uuid4()) for _ in range(20)))
    assert [taken.id for taken in found if taken] == [webhook.id]


async def test_workers_share_webhooks_and_the_one_not_looked_at_for_longest_is_next(pool):
    made = [await created(pool, url=f"{URL}/{number}") for number in range(6)]
    await published(pool, draft())
    workers = [uuid4() for _ in range(6)]
    found = await asyncio.gather(*(take(pool, worker) for worker in workers))
    taken = {one.id: worker for one, worker in zip(found, workers, strict=True) if one}
    assert len(taken) > 1  # those that others were taking are passed over, and looked at again
    while one := await take(pool, worker := uuid4()):
        assert one.id not in taken
        taken[one.id] = worker
    assert set(taken) == {webhook.id for webhook in made}
    order = sorted(taken)[::-1]
    for id in order:
        await record(pool, taken[id], id, position=0)
    async with pool.acquire() as connection:
        longest = [row["id"] for row in await connection.fetch("select id from webhook order by taken_at")]
    assert [(await take(pool, uuid4())).id for _ in order] == longest


async def test_a_lease_that_ran_out_is_another_s_and_its_results_are_refused(pool, webhook):
    one, other = uuid4(), uuid4()
    assert await take(pool, one, seconds=0)
    assert (await take(pool, other)).id == webhook.id
    late = await attempted(pool)
    assert not await record(pool, one, webhook.id, attempts=[late], hold=[held()])
    async with reading(pool) as connection:
        assert (await webhook_by_id(connection, webhook.id)).position == 0
        assert await held_claims(connection, webhook.id) == set()
        assert [kept.position for kept in await deliveries_page(connection, webhook.id, None, 10)] == [1]
        assert await renew_leases(connection, one, 20) == []
        assert await renew_leases(connection, other, 20) == [webhook.id]
    assert await record(pool, other, webhook.id, keeps=True)
    assert await record(pool, other, webhook.id)
    assert not await record(pool, other, webhook.id)


async def test_a_lease_is_renewed_as_long_as_nobody_took_it(pool, webhook):
    one = uuid4()
    await take(pool, one, seconds=0)
    async with reading(pool) as connection:
        assert await renew_leases(connection, one, 20) == [webhook.id]
    assert await take(pool, uuid4()) is None


async def test_a_webhook_that_is_changed_or_deleted_is_taken_from_its_worker(pool, webhook):
    one = uuid4()
    await take(pool, one)
    async with writing(pool) as connection:
        await update_webhook(connection, await hold_webhook(connection, webhook.id), restarts=False, moves=False)
        assert await renew_leases(connection, one, 20) == [webhook.id]
        await update_webhook(connection, await hold_webhook(connection, webhook.id), restarts=True, moves=False)
    assert not await record(pool, one, webhook.id)
    await take(pool, one)
    async with writing(pool) as connection:
        await remove_webhook(connection, webhook.id)
    assert not await record(pool, one, webhook.id, attempts=[await attempted(pool)])


async def test_what_is_held_is_due_when_its_time_has_come(pool, webhook):
    one = uuid4()
    await published(pool, draft(id="other"))
    await take(pool, one)
    await record(pool, one, webhook.id, position=2, hold=[held(due=NOW + HOUR), held("other", 2, NOW + 2 * HOUR)])
    assert await take(pool, one, now=NOW) is None
    async with reading(pool) as connection:
        assert await next_due(connection) == NOW + HOUR
        assert [due.claim for due in await held_due(connection, webhook.id, 10, now=NOW + HOUR)] == [
            "harbour-cranes-4100"
        ]
        assert len(await held_due(connection, webhook.id, 10, now=NOW + 2 * HOUR)) == 2
        assert len(await held_due(connection, webhook.id, 1, now=NOW + 2 * HOUR)) == 1
        assert await held_claims(connection, webhook.id) == {"harbour-cranes-4100", "other"}
        assert (await webhook_by_id(connection, webhook.id)).held == 2
    assert (await take(pool, one, now=NOW + HOUR)).id == webhook.id
    await record(pool, one, webhook.id, position=2, release=["harbour-cranes-4100"],
                 hold=[held("other", 2, NOW + 3 * HOUR, 2)])  # fmt: skip
    async with reading(pool) as connection:
        assert await held_due(connection, webhook.id, 10, now=NOW + 3 * HOUR) == [held("other", 2, NOW + 3 * HOUR, 2)]


async def test_a_claim_that_goes_on_finds_its_next_change_in_the_log(pool, webhook):
    await published(pool, draft(id="other"), draft(change__kind="update"), draft(change__kind="correction"))
    cranes = "harbour-cranes-4100"
    async with reading(pool) as connection:
        assert (await next_change_of(connection, ChangeFilter(), cranes, 1, 4)).position == 3
        assert await next_change_of(connection, ChangeFilter(), cranes, 1, 2) is None
        assert (await next_change_of(connection, ChangeFilter(kind=["correction"]), cranes, 1, 4)).position == 4
        assert await next_change_of(connection, ChangeFilter(claim=["other"]), cranes, 1, 4) is None
        assert (await next_change_of(connection, ChangeFilter(claim=[cranes]), cranes, 3, 4)).position == 4


async def test_a_webhook_that_is_paused_waits(pool, webhook):
    one = uuid4()
    await take(pool, one)
    await record(pool, one, webhook.id, position=0, failures=3, paused_until=NOW + HOUR)
    assert await take(pool, one, now=NOW) is None
    async with reading(pool) as connection:
        assert await next_due(connection) == NOW + HOUR
    assert (await take(pool, one, now=NOW + HOUR)).failures == 3
    await record(pool, one, webhook.id, failures=0, last_success_at=NOW + HOUR, hold=[held(due=NOW + HOUR)])
    async with reading(pool) as connection:
        after = await webhook_by_id(connection, webhook.id)
        assert await next_due(connection) == NOW + HOUR
    assert (after.failures, after.paused_until, after.last_success_at) == (0, None, NOW + HOUR)
    await take(pool, one, now=NOW + HOUR)
    await record(pool, one, webhook.id, paused_until=NOW + 2 * HOUR)
    async with reading(pool) as connection:
        assert (await webhook_by_id(connection, webhook.id)).last_success_at == NOW + HOUR
        assert await next_due(connection) == NOW + 2 * HOUR


async def test_a_disabled_webhook_waits_until_it_is_made_active_and_then_goes_on_anew(pool, webhook):
    one = uuid4()
    await take(pool, one)
    await record(pool, one, webhook.id, failures=9, disabled=DisabledReason.FAILING,
                 hold=[held(due=NOW - HOUR, attempts=9)])  # fmt: skip
    assert await take(pool, one, now=NOW + HOUR) is None
    async with writing(pool) as connection:
        assert await next_due(connection) is None
        found = await hold_webhook(connection, webhook.id)
        assert (found.status, found.disabled_reason) == ("disabled", "failing")
        assert found.disabled_at is not None
        active = type(found)(**{**{f: getattr(found, f) for f in found.__struct_fields__}, "status": "active"})
        await update_webhook(connection, active, restarts=True, moves=False)
    taken = await take(pool, one)
    assert (taken.id, taken.position, taken.failures) == (webhook.id, 1, 0)
    async with reading(pool) as connection:
        (again,) = await held_due(connection, webhook.id, 10)
        assert (again.attempts, again.first_attempt_at > NOW - HOUR * 100_000) == (0, True)
        assert (await webhook_by_id(connection, webhook.id)).disabled_reason is None


async def test_an_owner_without_a_key_in_force_is_sent_nothing(pool, webhook):
    async with writing(pool) as connection:
        for key in await keys(connection):
            await revoke_key(connection, key.id, "a test")
    assert await take(pool, uuid4()) is None
    await created(pool, "NEWS", url=f"{URL}/2")  # whoever gets another key of that name, in whatever case
    assert (await take(pool, uuid4())).id == webhook.id


async def test_a_worker_signs_with_both_secrets_while_they_rotate(pool, webhook):
    async with writing(pool) as connection:
        await hold_webhook(connection, webhook.id)
        newest = (await rotate_secret(connection, webhook.id)).secret
    assert (await take(pool, uuid4())).secrets == [newest, webhook.secret]


async def test_attempts_are_listed_newest_first_and_forgotten_when_they_are_old(pool, webhook):
    one = uuid4()
    await take(pool, one)
    attempts = [await attempted(pool, outcome=DeliveryOutcome.FAILED, attempted_at=NOW + n * HOUR) for n in range(3)]
    test = await attempted(pool, kind=DeliveryKind.TEST, change=None, attempted_at=NOW + 3 * HOUR)
    await record(pool, one, webhook.id, attempts=[*attempts, test])
    async with writing(pool) as connection:
        listed = await deliveries_page(connection, webhook.id, None, 10)
        assert [kept.attempt for kept in listed] == [1, 3, 2, 1]
        assert [kept.kind for kept in listed] == ["test", "change", "change", "change"]
        assert await deliveries_page(connection, webhook.id, listed[1].id, 1) == [listed[2]]
        assert await delete_old_deliveries(connection, NOW + 2 * HOUR) == 2
        assert await deliveries_page(connection, webhook.id, None, 10) == listed[:2]
