"""Text that breaks programs, put into every place of an example that takes text: one request for each.

Schemathesis has the same words as a dictionary (`schemathesis.toml`), but for lone surrogates, which TOML cannot hold,
and draws from it by chance. Here nothing is left to chance: each run puts some of them everywhere, a long one all.
"""

import copy
import itertools
import os
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis.auths import set_on_case

from tests.fuzz import variables

SURROGATES = ("\ud800", "a\udfffb", "\udc00\ud800")
NASTY = (
    "\0", "a\0b", *SURROGATES, "\u202e4100", "\u2066a\u2069", "\ufeff", "\uffff", "\x7f", "\x85", "\u2028", "%00", "%",
    "\r\nX-Injected: 1", "\n", "\t", " ", "", "' OR 1=1 --", "../../etc/passwd", "null", "NaN", "1e400", "-0", "٣",
    "e\u0301", "\U0001f600", "\\u0000", "{{7*7}}", "<script>alert(1)</script>", "a" * 5_000,
)  # fmt: skip
_SHARE = int(os.environ.get(variables.NASTY, len(NASTY)))
_turns = itertools.count()


@schemathesis.hook
def before_add_examples(context, examples):
    """Adds to the contract's own examples of an operation the ones in which one text is replaced."""
    base = next(iter(examples), None)
    if base is None:
        return
    for parameter in context.operation.query:
        examples += [_asked(base, query={parameter.name: text}) for text in _some() if text not in SURROGATES]
    for parameter in context.operation.path_parameters:
        path = {name: value for name, value in base.path_parameters.items() if name != parameter.name}
        examples += [
            _asked(base, path={**path, parameter.name: text})
            for text in _some()
            if text and text not in SURROGATES and "/" not in text
        ]
    for place in _places(base.body):
        examples += [_asked(base, body=_replaced(base.body, place, text)) for text in _some()]


def _some() -> list[str]:
    """As many of the texts as there should be: NUL, and others by turns."""
    turn = next(_turns)
    others = [NASTY[1 + (turn * (_SHARE - 1) + step) % (len(NASTY) - 1)] for step in range(_SHARE - 1)]
    return [NASTY[0], *others]


def _asked(base, *, path=None, query=None, body=None):
    case = base.operation.Case(
        path_parameters=dict(base.path_parameters) if path is None else path,
        query=query,
        headers={name: value for name, value in base.headers.items() if name != "Authorization"},
        body=base.body if body is None else body,
        media_type=base.media_type,
    )
    set_on_case(case, schemathesis.AuthContext(operation=case.operation, app=None), None)  # as for what it makes itself
    return case


def _replaced(body: Any, place: tuple[str | int, ...], text: str) -> Any:
    """The body with another text at a place."""
    changed = copy.deepcopy(body)
    target = changed
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = text
    return changed


def _places(value: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where there is text in JSON."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        if isinstance(inner, str):
            yield (*here, step)
        yield from _places(inner, (*here, step))
