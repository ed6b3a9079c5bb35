"""What a person at a terminal sees while the program works: sentences and progress bars, on standard error."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOBase
from logging import Logger
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from schemas.failures import Failure, FileRefused
from schemas.keys import Key, Role
from schemas.webhooks import Webhook

MAY = {
    Role.PARTNER: "read more, have webhooks",
    Role.EDITOR: "edit claims",
    Role.VERIFIER: "verify them",
    Role.ADMIN: "manage keys and everyone's webhooks",
}
"""What each role adds to those before it."""

console = Console(stderr=True, highlight=False, soft_wrap=True)


_log: list[Logger] = []
"""Where sentences go instead, when standard error is for programs."""


def speak_through(log: Logger | None) -> None:
    """Has what is said from now on said through a log, or on the console for None."""
    _log[:] = [] if log is None else [log]


class Written(TextIOBase):
    """A file for the console that has each text written by something that makes nobody wait."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put

    def write(self, text: str) -> int:
        """Has a text written, sooner or later."""
        self._put(text.encode(errors="replace"))
        return len(text)


def say(sentence: str) -> None:
    """A sentence about what was done."""
    if _log:
        _log[0].info("%s", sentence)
        return
    console.print(f"[green]·[/green] {_plain(sentence)}")


def say_failure(failure: Failure) -> None:
    """Why the program ends, in a sentence; and for a file, where it is wrong."""
    if _log:
        faults = [list(fault) for fault in failure.faults] if isinstance(failure, FileRefused) else []
        _log[0].error("%s", failure, extra={"faults": faults} if faults else None)
        return
    console.print(f"[red]✗[/red] {_plain(str(failure))}")
    if isinstance(failure, FileRefused):
        for line, pointer, sentence in failure.faults:
            where = f"line {line}" if line else "the claim it supersedes"
            console.print(_plain(f"  {where}{', ' + pointer if pointer else ''}: {sentence}"))


def show_keys(keys: Sequence[Key]) -> None:
    """Who can do what, as a table on standard output: what a person asked to see."""
    table = Table("id", "name", "role", "may", "issued", "last used (UTC)", "revoked", box=None, header_style="bold")
    for key in keys:
        ways = [may for role, may in MAY.items() if key.role.includes(role) and not key.revoked_at]
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
        revoked = f"{key.revoked_at:%Y-%m-%d} by {key.revoked_by}" if key.revoked_at else ""
        issued = f"{key.issued_at:%Y-%m-%d} by {key.issued_by}"
        cells = [key.id, key.name, key.role, ", ".join(ways) or "nothing", issued, used, revoked]
        table.add_row(*(_plain(cell) for cell in cells))
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


def show_webhooks(webhooks: Sequence[Webhook], keyless: Collection[str], why: Mapping[str, str]) -> None:
    """Who is told of changes, where, and how far that has come, on standard output.

    `keyless` owners have no key; `why` says, by id, what went wrong where something fails. Times are UTC.
    """
    counted = ("position", "behind", "held", "failures")
    columns = ("id", "owner", "host", "status", *counted, "last success (UTC)", "paused until (UTC)", "last failure")
    table = Table(*columns, box=None, header_style="bold")
    for webhook in webhooks:
        status = str(webhook.status)
        if webhook.disabled_at:
            status += f": {webhook.disabled_reason}, {_at(webhook.disabled_at)}"
        if webhook.owner in keyless:
            status += ", no key in force"
        paused = "" if webhook.disabled_at or not webhook.paused_until else _at(webhook.paused_until)
        success = _at(webhook.last_success_at) if webhook.last_success_at else "never"
        counts = [str(count) for count in (webhook.position, webhook.behind, webhook.held, webhook.failures)]
        about = [webhook.id, webhook.owner, urlsplit(webhook.url).netloc, status]
        cells = [*about, *counts, success, paused, why.get(webhook.id, "")]
        table.add_row(*(_plain(cell) for cell in cells))
    Console(highlight=False, width=None if sys.stdout.isatty() else 240).print(table)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar that fills as it is told of progress, on a terminal; nothing elsewhere."""
    columns = (TextColumn("  {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda step: bar.advance(task, step)


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
