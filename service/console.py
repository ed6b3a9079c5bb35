"""What a person at a terminal sees while the program works: sentences and progress bars, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from schemas.failures import Failure, FileRefused

console = Console(stderr=True, highlight=False, soft_wrap=True)


def say(sentence: str) -> None:
    """A sentence about what was done."""
    console.print(f"[green]·[/green] {_plain(sentence)}")


def say_failure(failure: Failure) -> None:
    """Why the program ends, in a sentence; and for a file, where it is wrong."""
    console.print(f"[red]✗[/red] {_plain(failure.detail)}")
    if isinstance(failure, FileRefused):
        for line, pointer, sentence in failure.faults:
            where = f"line {line}" if line else "the claim it supersedes"
            console.print(_plain(f"  {where}{', ' + pointer if pointer else ''}: {sentence}"))


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar that fills as it is told of progress, on a terminal; nothing elsewhere."""
    columns = (TextColumn("  {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda step: bar.advance(task, step)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
