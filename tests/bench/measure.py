"""Measuring: every subject started, checked and warmed, then put under load in rounds, in an order that rotates."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil

from tests.bench.asking import Answer, answers_to
from tests.bench.checking import Answers, WrongAnswer, agreement, checked
from tests.bench.load import load
from tests.bench.processes import Running, cpu_of, cpu_of_postgres, free_port, running, settled
from tests.bench.results import Round, Rounds
from tests.bench.subjects import BARE, Subject
from tests.bench.work import WORK, Questions, Request

Say = Callable[[str], None]


@dataclass
class Ready:
    """A subject that runs and is warm: for each kind of work what it is asked, who answers, and its usual answer."""

    name: str
    asked: Mapping[str, Sequence[Request]]
    servers: Mapping[str, Running]
    size: Mapping[str, float]
    stores: Sequence[str]
    agreement: dict[str, float] = field(default_factory=dict)

    @property
    def memory(self) -> int:
        """The bytes its process holds; for several that are alike, the most one does."""
        return max(server.memory for server in self.servers.values())


async def ready(stack: ExitStack, folder: Path, subject: Subject, questions: Questions) -> tuple[Ready, Answers]:
    """Starts a subject, checks that it answers as it should, and warms it; also its answers."""
    port = free_port()
    environment = {**subject.environment, "CITABLE_PORT": str(port)}
    server = stack.enter_context(running(subject.name, folder, subject.command(port), port, **environment))
    items = await answers_to(port, subject.asked(questions, [])["item"])
    tags = [(answer and answer.header("etag")) or "" for answer in items]
    asked = {work: requests for work, requests in subject.asked(questions, tags).items() if requests}
    answers = await checked(subject.name, port, asked)
    return Ready(subject.name, asked, dict.fromkeys(asked, server), _sizes(answers), subject.stores), answers


def bare(stack: ExitStack, folder: Path, like: Ready, answers: Answers) -> Ready:
    """Bare applications, one for each kind of work, that give one usual answer of ours to the very same requests."""
    command = [sys.executable, "-m", "tests.bench.peers.bare"]
    servers: dict[str, Running] = {}
    sizes: dict[str, float] = {}
    for work in like.asked:
        usual = usual_of(answers[work])
        file = folder / f"bare-{work.replace(' ', '-')}.answer"
        file.write_bytes(msgspec.msgpack.encode(usual))
        port = free_port()
        servers[work] = stack.enter_context(running(f"{BARE} {work}", folder, [*command, str(port), str(file)], port))
        sizes[work] = usual.size
    return Ready(BARE, like.asked, servers, sizes, ())


def usual_of(answers: Sequence[Answer]) -> Answer:
    """The answer of middle length."""
    return sorted(answers, key=lambda answer: len(answer.body))[len(answers) // 2]


def _sizes(answers: Answers) -> dict[str, float]:
    return {work: sum(answer.size for answer in given) / len(given) for work, given in answers.items()}


def compared(subject: Ready, theirs: Answers, ours: Answers) -> None:
    """Notes how far a subject's answers hold the same claims as ours. WrongAnswer if they do not."""
    for work, answers in theirs.items():
        subject.agreement[work] = agreement(work, subject.name, answers, ours[work])


@dataclass(frozen=True)
class Plan:
    """How measuring is done."""

    generator: str
    rounds: int
    seconds: float
    postmaster: psutil.Process
    redis: psutil.Process | None


async def measure(plan: Plan, subjects: Sequence[Ready], say: Say, step: Callable[[int], None]) -> Rounds:
    """Every subject under every load it knows, in rounds: for each kind of work one after another, so that what is
    compared is close in time; each round begins with another work and another subject."""
    rounds: Rounds = {(work, s.name): [] for work in WORK for s in subjects if work in s.asked}
    for number in range(plan.rounds):
        for work in rotated(WORK, number):
            able = [subject for subject in subjects if work in subject.asked]
            say(f"round {number + 1} of {plan.rounds}: {work}")
            for subject in rotated(able, number):
                rounds[work, subject.name].append(await _once(plan, subject, work))
                step(1)
    return rounds


def rotated(values: Sequence[Any], by: int) -> list[Any]:
    """The values, beginning with another one."""
    if not values:
        return []
    start = by % len(values)
    return [*values[start:], *values[:start]]


async def _once(plan: Plan, subject: Ready, work: str) -> Round:
    server = subject.servers[work]
    await settled(lambda: cpu_of_postgres(plan.postmaster))

    def used() -> dict[str, float]:
        found = {"server": cpu_of(server.process), "postgres": cpu_of_postgres(plan.postmaster)}
        return found | ({"redis": cpu_of(plan.redis)} if plan.redis else {})

    for seconds in (plan.seconds, 10 * plan.seconds):  # one answer may take longer than a load lasts
        before = used()
        done = await load(plan.generator, server.port, subject.asked[work], seconds)
        after = used()
        if done.requests:
            break
    each = {name: 1e6 * (after[name] - before[name]) / max(1, done.requests) for name in after}
    size = done.bytes / max(1, done.requests)
    if done.requests == 0:
        raise WrongAnswer(f"{subject.name}, {work}: no answers, {done.broken} broken")
    if not done.refused and not 0.5 < size / subject.size[work] < 1.5:
        raise WrongAnswer(
            f"{subject.name}, {work}: answers of {size:.0f} bytes, where {subject.size[work]:.0f} are usual"
        )
    return Round(done, each["server"], {name: each[name] for name in subject.stores if name in each})
