"""The promise itself: what was published stays as it was, and every answer as of then is what it was then."""

import asyncio
import random
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from db.claims import newest_versions
from db.log import append_versions
from db.pool import open_pool, reading, writing
from schemas.failures import VersionConflict
from schemas.verification import Lifecycle
from tests.given import WORDS, random_draft
from tests.stories.model import Model


async def revise(pool, chance, ids):
    """One random revision of a random claim, made from the version read before it; None when someone was quicker."""
    id = chance.choice(ids)
    async with reading(pool) as connection:
        newest = next(iter(await newest_versions(connection, [id])), None)
    if newest and newest.lifecycle is Lifecycle.RETRACTED:
        return []
    try:
        async with writing(pool) as connection:
            draft = random_draft(chance, id, newest)
            return await append_versions(connection, [draft], [newest.version if newest else 0])
    except VersionConflict:
        return None


async def test_a_thousand_revisions_and_every_answer_as_of_then(pool):
    chance, model = random.Random(20261123), Model()
    ids = [f"claim-{number}" for number in range(60)]
    while len(model.log) < 1000:
        model.take(await revise(pool, chance, ids) or [])
    await model.check_log(pool)
    await model.check_instants(pool)
    for position in [0, 1, 999, 1000, *chance.sample(range(2, 999), 40)]:
        await model.check_as_of(pool, position, tuple(chance.sample(WORDS, 6)))


async def test_sixteen_writers_at_once_lose_nothing(cluster):
    async with cluster.pool(size=20) as pool:
        model = Model()
        ids = [f"claim-{number}" for number in range(40)]
        conflicts = 0

        async def write(seed):
            nonlocal conflicts
            chance = random.Random(seed)
            while len(model.log) < 500:
                versions = await revise(pool, chance, ids)
                conflicts += versions is None
                model.take(versions or [])

        await asyncio.gather(*(write(seed) for seed in range(16)))
        assert conflicts > 0, "the writers never met: this test shows nothing"
        await model.check_log(pool)
        await model.check_instants(pool)
        for claim in {version.id for version in model.log}:
            numbers = [version.version for version in model.log if version.id == claim]
            assert numbers == list(range(1, len(numbers) + 1))
        for position in range(0, len(model.log) + 1, len(model.log) // 20):
            await model.check_as_of(pool, position, WORDS)


class History(RuleBasedStateMachine):
    """Writes and reads in any order, against the model."""

    cluster = None

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.model = Model()
        self.database = self.wait(self.cluster.new_database("bare"))
        self.pool = self.wait(open_pool(self.cluster.url(self.database), 2))

    def wait(self, work):
        return self.loop.run_until_complete(work)

    def teardown(self):
        self.wait(self.model.check_log(self.pool))
        self.wait(self.pool.close())
        self.wait(self.cluster.drop(self.database))
        self.loop.close()

    @rule(seed=st.integers(0, 2**32), claim=st.integers(0, 5), count=st.integers(1, 4))
    def several_claims_are_written_together(self, seed, claim, count):
        chance = random.Random(seed)
        newest = self.model.in_force(len(self.model.log))
        ids = [f"claim-{claim + step}" for step in range(count)]
        open_ids = [id for id in ids if id not in newest or newest[id].lifecycle is not Lifecycle.RETRACTED]

        async def write():
            async with writing(self.pool) as connection:
                return await append_versions(connection, [random_draft(chance, id, newest.get(id)) for id in open_ids])

        self.model.take(self.wait(write()))

    @rule(seed=st.integers(0, 2**32), claim=st.integers(0, 8))
    def a_write_is_given_up(self, seed, claim):
        newest = self.model.in_force(len(self.model.log)).get(f"claim-{claim}")
        if newest and newest.lifecycle is Lifecycle.RETRACTED:
            return

        async def write():
            async with writing(self.pool) as connection:
                await append_versions(connection, [random_draft(random.Random(seed), f"claim-{claim}", newest)])
                raise KeyError("given up")

        with suppress(KeyError):
            self.wait(write())

    @precondition(lambda self: self.model.log)
    @rule(part=st.floats(0, 1), words=st.permutations(WORDS))
    def everything_is_read_as_of_some_position(self, part, words):
        position = round(part * len(self.model.log))
        self.wait(self.model.check_as_of(self.pool, position, tuple(words)))

    @invariant()
    def positions_are_dense(self):
        assert [version.position for version in self.model.log] == list(range(1, len(self.model.log) + 1))


def test_any_order_of_writes_and_reads_agrees_with_the_model(cluster):
    History.cluster = cluster
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
