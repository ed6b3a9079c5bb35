"""A signal that comes while a process is started is heard when it has been."""

import signal
import threading
from contextlib import suppress

import pytest

from db.undisturbed import undisturbed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_the_block_ends(number):
    heard: list[str] = []
    before = signal.signal(number, lambda *_: heard.append("stop"))
    try:
        with undisturbed():
            signal.raise_signal(number)
            assert heard == []
        assert heard == ["stop"]
        with suppress(ZeroDivisionError), undisturbed():
            signal.raise_signal(number)
            raise ZeroDivisionError
        assert heard == ["stop", "stop"]
        signal.raise_signal(number)
        assert heard == ["stop"] * 3
    finally:
        signal.signal(number, before)


def test_other_threads_hear_of_none_and_are_not_in_the_way():
    done: list[bool] = []

    def start() -> None:
        with undisturbed():
            done.append(True)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert done == [True]
