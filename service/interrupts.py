"""Ctrl-C and SIGTERM: the first one stops the program in order, and later ones cannot break the stopping."""

import signal
from collections.abc import Callable

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
