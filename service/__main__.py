"""The command `citable`, which `python -m service` is too."""

import sys
from typing import NoReturn

from service.interrupts import on_interrupt, raise_interrupt


def main() -> NoReturn:
    """Runs the command. Interrupted, it stops all it started: serving ends well, anything else with exit status 130."""
    on_interrupt(raise_interrupt)  # before anything slow is imported: an interrupt may come at once
    try:
        from service.cli import run_command_line

        status = run_command_line()
    except KeyboardInterrupt:
        sys.stderr.write("· stopped\n")  # and not by the console, which may not be imported yet
        status = 0 if {"run", "serve", "work"} & set(sys.argv[1:2]) else 130
    sys.exit(status)


if __name__ == "__main__":
    main()
