"""Ctrl-C and SIGTERM: the first one stops the program in order, and later ones cannot break the stopping."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """An interrupt that can be caught for good.

    Python remembers a plain KeyboardInterrupt that was raised inside `exec` or `eval` of a text, which importing does,
    and in the end kills itself by SIGINT, whoever caught it (`_Py_UnhandledKeyboardInterrupt`).
    """


def on_interrupt(act: Callable[[int], None]) -> None:
    """Does `act` at the first signal, whose number it is given, and from then on nothing at any."""

    def first(number: int, _: object) -> None:
        ignore_interrupts()
        act(number)

    for number in SIGNALS:
        signal.signal(number, first)


def ignore_interrupts() -> None:
    """Lets what is stopping stop in peace. Everything that stops is bounded in time."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def raise_interrupt(_: int) -> None:
    """Ends what runs, wherever it is, closing everything on the way out."""
    raise Interrupted


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs asynchronous work to its end. KeyboardInterrupt after the first Ctrl-C or SIGTERM, when all is closed."""

    async def until_interrupted() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def cancel(_: int) -> None:
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)

        on_interrupt(cancel)
        await work

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(until_interrupted())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        ignore_interrupts()  # what follows only stops what was started
