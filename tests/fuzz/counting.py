"""Counts what schemathesis does while it runs, and leaves the count in a file."""

import os
from collections import Counter
from pathlib import Path

import msgspec
from schemathesis import cli
from schemathesis.engine import Status, events

from tests.fuzz import variables
from tests.fuzz.tally import Found, Tally


@cli.handler()
class Count(cli.EventHandler):
    """Counts each case that was sent and held to the checks, by the phase that made it; and what was found."""

    def __init__(self, *arguments, **options) -> None:
        self._cases: Counter[str] = Counter()
        self._seconds: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._filtered = 0
        self._found: dict[tuple[str, str, str], Found] = {}
        self._errors: list[str] = []

    def handle_event(self, ctx, event) -> None:
        """Takes in what happened."""
        if isinstance(event, events.ScenarioFinished):
            self._seconds[event.phase.value] += event.elapsed_time
            self._scenario(event)
        elif isinstance(event, events.NonFatalError):
            self._errors.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            self._errors.append(repr(event.exception))

    def shutdown(self, ctx) -> None:
        """Leaves the count."""
        tally = Tally(
            cases=dict(self._cases),
            seconds=dict(self._seconds),
            answers=dict(self._answers),
            filtered=self._filtered,
            found=list(self._found.values()),
            errors=self._errors,
        )
        Path(os.environ[variables.TALLY]).write_bytes(msgspec.json.encode(tally))

    def _scenario(self, event) -> None:
        recorder = event.recorder
        self._filtered += sum(recorder.filtered_failures.values())
        for id, checks in recorder.checks.items():
            case, interaction = recorder.cases[id].value, recorder.interactions.get(id)
            self._cases[event.phase.value] += 1
            response = interaction.response if interaction else None
            if response is not None:
                name = case.operation.definition.raw["operationId"]
                self._answers[f"{name} {response.status_code}"] += 1
            for check in checks:
                if check.status is Status.SUCCESS:
                    continue
                failure = check.failure_info.failure if check.failure_info else None
                again = check.failure_info.code_sample if check.failure_info else ""
                said = str(failure) if failure else "the check itself failed"
                key = (check.name, case.operation.label, type(failure).__name__)
                self._found.setdefault(key, Found(check.name, case.operation.label, event.phase.value, said, again))
