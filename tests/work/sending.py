"""Sending from tests: with a resolver of their own, to this machine unless they say otherwise."""

import time

from service.work.sending import Attempt, Sender

HEADERS = {"webhook-id": "0123456789ab-7"}


class Naming:
    """A resolver of the test's own: each look-up takes the next answer, and the last one again and again."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def sender(loopback: bool = True, **changed) -> Sender:
    return Sender(time.monotonic, loopback, **changed)


async def send(url: str, loopback: bool = True, **changed) -> Attempt:
    return await sender(loopback, **changed).send(url, HEADERS, b"{}")
