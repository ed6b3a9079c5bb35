"""Types that demand less, for what was read strictly before: patterns of texts are most of what reading costs."""

from collections.abc import Callable
from functools import cache, reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta
from msgspec.structs import asdict, astuple

Keep = Callable[[Meta], Meta | None]
"""What is left of a constraint."""


@cache
def loosened(kind: Any, keep: Keep) -> Any:
    """A type with of each constraint what `keep` leaves; each Struct in it is a twin, and equals the original."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _twin(kind, keep)
    if get_origin(kind) is Annotated:
        inner, *metas = get_args(kind)
        kept = [meta for meta in map(keep, metas) if meta is not None]
        return Annotated[(loosened(inner, keep), *kept)] if kept else loosened(inner, keep)
    if get_origin(kind) is list:
        return GenericAlias(list, (loosened(get_args(kind)[0], keep),))
    if get_origin(kind) in (Union, UnionType):
        return reduce(or_, (loosened(part, keep) for part in get_args(kind)))
    return kind


def _twin(kind: type[msgspec.Struct], keep: Keep) -> type[msgspec.Struct]:
    """A subclass with the same fields in the same order. msgspec's own equality is for one class only."""

    def is_equal(self: Any, other: object) -> bool:
        return astuple(self) == astuple(other) if isinstance(other, kind) else NotImplemented

    def is_other(self: Any, other: object) -> bool:
        return astuple(self) != astuple(other) if isinstance(other, kind) else NotImplemented

    def hashed(self: Any) -> int:
        return hash(kind(**asdict(self)))

    hints = get_type_hints(kind, include_extras=True)
    fields = [(name, loosened(hints[name], keep)) for name in kind.__struct_fields__]
    equality = {"__eq__": is_equal, "__ne__": is_other, "__hash__": hashed}
    return msgspec.defstruct(kind.__name__, fields, bases=(kind,), namespace=equality, frozen=True, kw_only=True)
