"""Workers on a real log with real endpoints: nothing is lost or out of order, whoever else works or goes away."""

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from random import Random

from db.pool import open_pool, writing
from db.webhooks import remove_webhook
from schemas.failures import StoreUnavailable
from service.work import worker as working
from tests.outages.proxy import Proxy
from tests.work.receivers import OK, answering, hang, receiving
from tests.work.working import Shop, claim_of, position_of, until

CLAIMS = [f"claim-{number}" for number in range(5)]


async def write_all(shop: Shop, count: int, most: int = 4) -> None:
    """So many changes of a few claims, some in one transaction and some alone, with pauses between them."""
    chance = Random(3)
    while sum(map(len, shop.written.values())) < count:
        await shop.write(*chance.choices(CLAIMS, k=chance.randint(1, most)))
        await asyncio.sleep(chance.choice([0, 0, 0.005]))


async def test_every_change_comes_while_others_are_written(shop):
    async with receiving() as receiver, shop.working():
        webhook = await shop.webhook(receiver.url)
        await write_all(shop, 200)
        await shop.until_idle(webhook)
    shop.assert_complete(receiver.received, webhook.secret)
    assert len(receiver.received) == len(await shop.deliveries(webhook))


async def test_a_commit_wakes_a_worker_that_would_not_look_for_long(shop, monkeypatch):
    async with receiving() as receiver:
        webhook = await shop.webhook(receiver.url)
        monkeypatch.setattr(working, "LOOK_EVERY", 1000.0)
        async with shop.working():
            for _ in range(3):
                await shop.write("cranes")
                await until(lambda: len(receiver.received) == len(shop.written["cranes"]), "it is woken")
    shop.assert_complete(receiver.received, webhook.secret)


async def test_a_worker_that_hears_nothing_looks(shop):
    @asynccontextmanager
    async def deaf():
        raise StoreUnavailable("nobody listens")
        yield

    async with receiving() as receiver, shop.working() as worker:
        worker.listen = deaf
        webhook = await shop.webhook(receiver.url)
        for _ in range(3):
            await shop.write("cranes")
            await until(lambda: len(receiver.received) == len(shop.written["cranes"]), "it looks")
    shop.assert_complete(receiver.received, webhook.secret)


async def test_a_listener_that_dies_is_replaced(shop, monkeypatch):
    async with receiving() as receiver:
        webhook = await shop.webhook(receiver.url)
        monkeypatch.setattr(working, "LOOK_EVERY", 1000.0)
        async with shop.working():
            await shop.write("cranes")
            await until(lambda: len(receiver.received) == 1, "it hears")
            killed = await shop.pool.fetch(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'citable-listener' and datname = current_database()"
            )
            assert len(killed) == 1
            await shop.write("cranes")
            await until(lambda: len(receiver.received) == 2, "it hears again")
    shop.assert_complete(receiver.received, webhook.secret)


async def test_workers_beside_each_other_deliver_everything_once_and_in_order(shop):
    async with receiving() as one, receiving() as other:
        webhooks = [await shop.webhook(one.url), await shop.webhook(other.url, owner="Others")]
        async with shop.working(), shop.working(), shop.working():
            await write_all(shop, 300)
            await shop.until_idle(*webhooks)
    for receiver, webhook in zip((one, other), webhooks, strict=True):
        shop.assert_complete(receiver.received, webhook.secret)
        for claim in CLAIMS:
            assert [position_of(each) for each in receiver.received if claim_of(each) == claim] == shop.written[claim]


async def test_a_claim_that_fails_for_a_while_holds_nobody_up_and_comes_in_order(shop):
    heals = asyncio.Event()

    def answer(received):
        return answering(500) if claim_of(received) == "claim-0" and not heals.is_set() else OK

    async with receiving(answer=answer) as receiver, shop.working(), shop.working():
        webhook = await shop.webhook(receiver.url)
        await write_all(shop, 100)

        async def others_are_done():
            state = await shop.state(webhook)
            return (state.behind, state.held) == (0, 1)

        await until(others_are_done, "the others' changes came")
        heals.set()
        await shop.until_idle(webhook)
    shop.assert_complete([one for one in receiver.received if claim_of(one) != "claim-0"], webhook.secret, CLAIMS[1:])
    shop.assert_complete(receiver.received, webhook.secret)


async def test_what_is_under_way_may_end_when_the_worker_stops_and_is_not_sent_again(shop):
    lets = asyncio.Event()

    async def slowly(received):
        await lets.wait()
        return OK

    async with receiving(answer=slowly) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*CLAIMS, *CLAIMS)
        async with shop.working() as worker:
            await until(lambda: len(receiver.received) == len(CLAIMS), "one of each is under way")
            asyncio.get_running_loop().call_later(0.3, lets.set)
        assert len(receiver.received) == len(CLAIMS)
        assert worker._tasks == set()
        async with shop.working():
            await shop.until_idle(webhook)
    shop.assert_complete(receiver.received, webhook.secret)
    assert len(receiver.received) == 2 * len(CLAIMS)


async def test_what_does_not_end_in_time_is_sent_again_by_the_next_one(shop, monkeypatch):
    monkeypatch.setattr(working, "ENDED_WITHIN", 0.2)
    async with receiving(answer=hang) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes", "masts")
        async with shop.working():
            await until(lambda: len(receiver.received) == 2, "both are under way")
        state = await shop.state(webhook)
        assert (state.failures, await shop.deliveries(webhook)) == (0, [])
        receiver.answer = lambda received: OK
        async with shop.working():  # at once: the lease was given back
            await shop.until_idle(webhook)
    shop.assert_complete(receiver.received, webhook.secret)


async def test_postgres_may_go_away_and_come_back(shop, cluster, caplog):
    proxy = Proxy(f"{cluster.sockets}/.s.PGSQL.5432")
    name = shop.url.split("/")[3].split("?")[0]
    async with proxy.listening() as port:
        url = f"postgresql://citable@127.0.0.1:{port}/{name}?sslmode=disable"
        behind = Shop(await open_pool(url, 4), url)
        try:
            with caplog.at_level(logging.WARNING):
                async with receiving() as receiver, behind.working():
                    webhook = await shop.webhook(receiver.url)
                    for mode in ("refused", "silent", "refused"):
                        await write_all(shop, sum(map(len, shop.written.values())) + 20)
                        proxy.turn(mode)
                        await write_all(shop, sum(map(len, shop.written.values())) + 20)
                        await asyncio.sleep(0.5)
                        proxy.turn("ok")
                        proxy.hang_up()
                    await shop.until_idle(webhook)
        finally:
            behind.pool.terminate()
    shop.assert_complete(receiver.received, webhook.secret)
    said = [record for record in caplog.records if "deliveries wait" in record.getMessage()]
    assert 1 <= len(said) <= 4
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_what_breaks_the_work_on_one_webhook_is_logged_and_the_others_go_on(shop, caplog):
    async with receiving() as receiver, receiving() as other:
        broken = await shop.webhook(receiver.url)
        webhook = await shop.webhook(other.url, owner="Others")
        await shop.pool.execute("alter table webhook_secret drop constraint webhook_secret_is_of_256_bits")
        await shop.pool.execute("update webhook_secret set secret = 'whsec_?' where webhook = $1", broken.id)
        async with shop.working():
            await write_all(shop, 20)
            await shop.until_idle(webhook)
    shop.assert_complete(other.received, webhook.secret)
    assert [record.getMessage() for record in caplog.records] == [f"the work on webhook {broken.id} failed"]


async def test_an_owner_whose_key_is_revoked_is_sent_nothing_more(shop):
    async with receiving() as receiver, shop.working():
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes")
        await shop.until_idle(webhook)
        await shop.pool.execute("update api_key set revoked_at = now(), revoked_by = 'a test'")
        other = await shop.webhook(receiver.url, owner="Others", claims=["masts"])
        await shop.write("cranes", "masts")
        await shop.until_idle(other)
    assert [position_of(one) for one in receiver.received if one.id.startswith(webhook.id)] == [1]


async def test_a_key_that_is_revoked_ends_what_is_under_way_for_its_owner(shop, monkeypatch):
    monkeypatch.setattr(working, "_RENEWED_EVERY", 0.1)

    async def slowly(received):
        await asyncio.sleep(0.05)
        return OK

    async with receiving(answer=slowly) as receiver, shop.working() as worker:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*["cranes"] * 100)
        await until(lambda: receiver.received, "it is under way")
        await shop.pool.execute("update api_key set revoked_at = now(), revoked_by = 'a test'")
        await until(lambda: not worker._rounds, "it has ended")
        assert len(receiver.received) < 100
        assert len(await shop.deliveries(webhook)) == len(receiver.received)
        state = await shop.state(webhook)
        assert (state.status, state.failures) == ("active", 0)


async def test_a_worker_that_lost_a_lease_sends_nothing_more(shop):
    """Its process was stopped for longer than its leases last; another took over."""
    lets = asyncio.Event()

    async def slowly(received):
        if not lets.is_set():
            await lets.wait()
        return OK

    async with receiving(answer=slowly) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*["cranes"] * 6)
        async with shop.working() as stopped:
            await until(lambda: len(receiver.received) == 1, "the first is under way")
            for work in stopped._rounds.values():
                work.leased_until = time.monotonic() - 1
            await shop.pool.execute("update webhook set leased_until = now() - interval '1 second'")
            async with shop.working():
                await until(lambda: len(receiver.received) == 2, "the other has it")
                lets.set()
                await shop.until_idle(webhook)
    shop.assert_complete(receiver.received, webhook.secret)
    assert [position_of(one) for one in receiver.received] == [1, 1, 2, 3, 4, 5, 6]


async def test_leases_are_kept_while_the_work_lasts(shop, monkeypatch):
    monkeypatch.setattr(working, "LEASE", 2)
    monkeypatch.setattr(working, "_RENEWED_EVERY", 0.1)

    async def slowly(received):
        await asyncio.sleep(0.1)
        return OK

    async with receiving(answer=slowly) as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write(*["cranes"] * 30)
        async with shop.working(), shop.working():
            await shop.until_idle(webhook)
    assert [position_of(one) for one in receiver.received] == shop.written["cranes"]


async def test_a_webhook_that_is_deleted_meanwhile_is_no_error(shop, caplog):
    lets = asyncio.Event()

    async def slowly(received):
        await lets.wait()
        return OK

    async with receiving(answer=slowly) as receiver, receiving() as other, shop.working():
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes")
        await until(lambda: len(receiver.received) == 1, "it is under way")
        async with writing(shop.pool) as connection:
            assert await remove_webhook(connection, webhook.id)
        lets.set()
        still = await shop.webhook(other.url, owner="Others")
        await shop.until_idle(still)
    assert caplog.records == []


async def test_attempts_are_forgotten_after_a_month_and_not_before(shop):
    async with receiving() as receiver:
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes", "masts")
        await shop.steps()
        await shop.pool.execute(
            "update webhook_delivery set attempted_at = now() - interval '31 days' where position = 1"
        )
        await shop.pool.execute(
            "update webhook_delivery set attempted_at = now() - interval '29 days' where position = 2"
        )
        async with shop.working():

            async def swept():
                return [one.position for one in await shop.deliveries(webhook)] == [2]

            await until(swept, "the old one is forgotten")
