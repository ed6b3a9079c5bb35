"""`citable work` as a process that is killed again and again, while a thousand changes are written."""

import asyncio
from random import Random

from tests.cli.programs import Program
from tests.telling import tell
from tests.work.receivers import OK, receiving
from tests.work.working import Shop, claim_of, position_of, until

CHANGES = 1000
CLAIMS = [f"claim-{number}" for number in range(20)]
KILLS = 6


async def slowly(received):
    """Takes a message in a moment, so that there is always something under way."""
    await asyncio.sleep(0.004)
    return OK


class Workers:
    """Processes beside each other, one of which is killed now and then."""

    def __init__(self, folder, url: str) -> None:
        self._folder = folder
        self._url = url
        self.programs: list[Program] = []
        self.said: list[Program] = []

    async def start(self) -> None:
        """One more."""
        program = Program(self._folder, "work", database_url=self._url, webhook_loopback="true")
        self.programs.append(program)
        self.said.append(program)
        await asyncio.to_thread(program.says, "delivering")

    async def kill(self, number: int, shop: Shop) -> None:
        """SIGKILL to one of them, and its leases run out as they would after a while."""
        program = self.programs.pop(number % len(self.programs))
        await asyncio.to_thread(program.kill)
        await shop.pool.execute("update webhook set leased_until = now() where leased_until is not null")

    def kill_all(self) -> None:
        """Ends every one that is left."""
        for program in self.programs:
            program.kill()


async def test_workers_that_are_killed_lose_nothing_and_keep_the_order_of_each_claim(shop, tmp_path):
    chance, workers = Random(11), Workers(tmp_path, shop.url)
    async with receiving(answer=slowly) as receiver:
        webhook = await shop.webhook(receiver.url)
        try:
            await workers.start()

            async def write() -> None:
                while sum(map(len, shop.written.values())) < CHANGES:
                    await shop.write(*chance.choices(CLAIMS, k=chance.randint(1, 12)))
                    await asyncio.sleep(0.04)

            writing = asyncio.create_task(write())
            for kill in range(KILLS):
                before = len(receiver.received)
                await until(lambda before=before: len(receiver.received) > before + 20, "it delivers")
                await workers.kill(kill, shop)
                await workers.start()
            await writing
            await shop.until_idle(webhook)
        finally:
            workers.kill_all()
    shop.assert_complete(receiver.received, webhook.secret)
    count = sum(map(len, shop.written.values()))
    tell(f"{count} changes, {KILLS} kills: {len(receiver.received)} messages, "
         f"{len(receiver.received) - count} of them again")  # fmt: skip
    assert not [program.said for program in workers.said if "Traceback" in program.said or "failed" in program.said]


async def test_a_process_that_is_told_to_stop_ends_well_and_gives_back_what_it_had(shop, tmp_path):
    async with receiving(answer=slowly) as receiver:
        webhook, workers = await shop.webhook(receiver.url), Workers(tmp_path, shop.url)
        try:
            for stop in (Program.terminate, Program.interrupt):
                await workers.start()
                await shop.write(*CLAIMS * 5)
                before = len(receiver.received)
                await until(lambda before=before: len(receiver.received) > before, "it delivers")
                program = workers.programs.pop()
                stop(program)
                said = await asyncio.to_thread(program.succeeded)
                assert said.splitlines()[-1] == "· stopped"
                assert await shop.pool.fetchval("select count(*) from webhook where leased_by is not null") == 0
            await workers.start()
            await shop.until_idle(webhook)
        finally:
            workers.kill_all()
    shop.assert_complete(receiver.received, webhook.secret)
    for claim in CLAIMS:  # nothing came twice: a stop is no crash
        assert [position_of(each) for each in receiver.received if claim_of(each) == claim] == shop.written[claim]
