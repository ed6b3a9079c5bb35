"""What the code says of its own words: the docstrings below fields and members, which Python itself forgets."""

import ast
import inspect
import textwrap
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec


@cache
def sentences_of(kind: type) -> dict[str, str]:
    """The sentence below each field or member of a class of ours, or of what it inherits, by its name on the wire."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if each.__module__.split(".")[0] == "schemas":
            found |= _below(each)
    if issubclass(kind, msgspec.Struct):
        wire = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    else:
        wire = {name: member.value for name, member in kind.__members__.items()} if issubclass(kind, StrEnum) else {}
    return {wire[name]: sentence for name, sentence in found.items() if name in wire}


def summary_of(handler: Any) -> tuple[str, str]:
    """The first sentences of a docstring, and the rest of it."""
    summary, _, rest = inspect.cleandoc(handler.__doc__ or "").partition("\n\n")
    return " ".join(summary.split()), " ".join(rest.split())


def _below(kind: type) -> dict[str, str]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    found: dict[str, str] = {}
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    for statement, after in pairwise(body):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        said = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
        if isinstance(target, ast.Name) and isinstance(said, str):
            found[target.id] = " ".join(said.split())
    return found
