"""What some machines cannot do, CI's among them. Tests that need it are left out there, and a line says which and why.

It is a plugin of pytest's (`pyproject.toml` names it): a test says `pytest.mark.needs("containers")`. What CI always
can is no matter of this; a test of that fails there.
"""

import os
from collections.abc import Callable

import pytest


def _containers() -> str:
    from tests.container import engine

    return engine.lacking()


def _pgbouncer() -> str:
    from tests.db import pooler

    return pooler.lacking()


CAPABILITIES: dict[str, tuple[str, Callable[[], str]]] = {
    "containers": ("the image is not run, its file is linted", _containers),
    "pgbouncer": ("nothing is tried behind PgBouncer", _pgbouncer),
}
"""What a test may need: what is said where it is lacking, and what says why it is, or nothing where it is not."""


def lacking(name: str) -> str:
    """Why this machine cannot, or an empty text. It is tried once: the processes that tests run in are told."""
    variable = f"TESTS_LACK_{name.upper()}"
    if variable not in os.environ:
        os.environ[variable] = CAPABILITIES[name][1]()
    return os.environ[variable]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(capability): left out where the machine lacks it (tests/capabilities.py)")
    if getattr(config.option, "dist", "no") != "no":  # other processes collect, which shall not each try it
        for name in CAPABILITIES:
            lacking(name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if any(lacking(mark.args[0]) for mark in item.iter_markers("needs"))]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, (consequence, _) in CAPABILITIES.items():
        if why := os.environ.get(f"TESTS_LACK_{name.upper()}"):
            terminalreporter.write_line(f"· {consequence}: {why}")
