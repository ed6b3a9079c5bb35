"""Before anything is timed: every answer has the status it should, and everyone's answers hold the same claims."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tests.bench.asking import Answer, answers_to
from tests.bench.work import Request


class WrongAnswer(Exception):
    """A subject did not do the work; the text says which answer was wrong."""


Answers = dict[str, list[Answer]]


async def checked(name: str, port: int, asked: Mapping[str, Sequence[Request]], times: int = 2) -> Answers:
    """Asks for everything, twice, so that it is warm; the last answers. WrongAnswer if one is not as it should be."""
    found: Answers = {}
    for _ in range(times):
        for work, requests in asked.items():
            answers = await answers_to(port, requests)
            expected = 304 if work == "conditional" else 200
            for request, answer in zip(requests, answers, strict=True):
                if answer is None or answer.status != expected:
                    told = "nothing" if answer is None else f"{answer.status} {answer.body[:300]!r}"
                    raise WrongAnswer(f"{name} was asked for {request.path} and answered {told}")
            found[work] = [answer for answer in answers if answer is not None]
        await asyncio.sleep(0)
    return found


def claims_in(document: Any) -> list[str]:
    """The ids of the claims in an answer, however it is dressed."""
    if isinstance(document, list):
        return [id for item in document for id in claims_in(item)]
    for dress in ("items", "data", "body"):
        if dress in document:
            return claims_in(document[dress])
    return [document["id"]]


def agreement(work: str, name: str, theirs: Sequence[Answer], ours: Sequence[Answer]) -> float:
    """The share of our claims that are in a peer's answers too: all, except in a search, where ranks may differ.

    WrongAnswer if an answer holds other claims, or a search of theirs shares none with ours.
    """
    if work == "conditional":
        return 1.0
    shared = total = 0
    for mine, other in zip(ours, theirs, strict=True):
        expected, found = claims_in(msgspec.json.decode(mine.body)), claims_in(msgspec.json.decode(other.body))
        if work != "search" and found != expected:
            raise WrongAnswer(f"{name}, {work}: it answers {found[:5]}… where we answer {expected[:5]}…")
        shared += len(set(expected) & set(found))
        total += len(expected)
    if total and not shared:
        raise WrongAnswer(f"{name}, {work}: it finds other claims than we do")
    return shared / total if total else 1.0
