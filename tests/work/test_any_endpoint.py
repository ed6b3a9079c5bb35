"""Whatever an endpoint does, every change is delivered in its claim's order, or given up for a reason."""

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest

from schemas.deliveries import DeliveryOutcome
from schemas.webhooks import WebhookStatus
from service.work.retries import ATTEMPTS
from tests.work.receivers import OK, answering, receiving
from tests.work.working import claim_of, position_of

CLAIMS = [f"claim-{number}" for number in range(6)]
FAILURES = [
    answering(500), answering(503, "Retry-After: 600"), answering(429), answering(302, "Location: /"), answering(404),
    answering(410), b"", b"nonsense\r\n\r\n",
]  # fmt: skip


class Whimsy:
    """An endpoint with moods: it takes all, some, or nothing, and dislikes some changes for ever."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.mood = 1.0
        self.dislikes = {chance.randrange(1, 120) for _ in range(3)}
        self.taken: dict[str, list[int]] = defaultdict(list)

    def __call__(self, received):
        position, claim = position_of(received), claim_of(received)
        if position in self.dislikes:
            return answering(422)
        if self.chance.random() > self.mood:
            return self.chance.choice(FAILURES)
        if position not in self.taken[claim]:
            self.taken[claim].append(position)
        return OK


@pytest.mark.parametrize("seed", range(4))
async def test_every_change_is_delivered_in_order_or_given_up(shop, seed):
    chance = Random(seed)
    endpoint = Whimsy(chance)
    async with receiving(answer=endpoint) as receiver:
        webhook = await shop.webhook(receiver.url)
        for _ in range(2000):
            is_all = sum(map(len, shop.written.values())) >= 120
            if not is_all:
                await shop.write(*chance.choices(CLAIMS, k=chance.randint(1, 6)))
            else:
                endpoint.mood = 1.0  # in the end it takes what it does not dislike
            if await shop.step() is None:
                if is_all:  # a change is given up where others are taken meanwhile: else the endpoint is what fails
                    await shop.write(chance.choice(CLAIMS))
                endpoint.mood = max(endpoint.mood, chance.choice([0.0, 0.3, 0.9, 1.0]))
                shop.clock.ahead += timedelta(seconds=chance.choice([1, 60, 3600, 20000]))
            elif chance.random() < 0.3:
                endpoint.mood = chance.choice([0.0, 0.3, 0.9, 1.0])
            state = await shop.state(webhook)
            if state.status is WebhookStatus.DISABLED:
                await shop.enable(webhook)
            elif (state.behind, state.held) == (0, 0) and is_all:
                break
        else:
            raise AssertionError("it does not end")
    attempts = await shop.deliveries(webhook)
    given_up = {one.position for one in attempts if one.outcome is DeliveryOutcome.GIVEN_UP}
    assert given_up <= endpoint.dislikes
    for claim, written in shop.written.items():
        assert endpoint.taken[claim] == [position for position in written if position not in endpoint.dislikes]
    for position in given_up:
        assert max(one.attempt for one in attempts if one.position == position) >= ATTEMPTS
