"""An interrupt that is caught is over, wherever it came."""

import signal
import subprocess
import sys

PROGRAM = """
import signal
from service.interrupts import on_interrupt, raise_interrupt
on_interrupt(raise_interrupt)
try:
    exec("signal.raise_signal(signal.SIGINT)")
except KeyboardInterrupt:
    print("caught")
"""


def test_an_interrupt_inside_what_importing_executes_does_not_end_the_program_once_it_is_caught():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "caught\n"), signal.strsignal(abs(ended.returncode))
