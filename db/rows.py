"""Rows as the Structs they are, without checking again what was checked when it was written.

What is stored was read strictly before, and the constraints of the database hold it. Checking every pattern of every
source again took most of the time of a list.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

T = TypeVar("T")

Make = Callable[[Any], Any]


def as_struct(row: Mapping[str, Any], kind: type[T]) -> T:
    """A row, or a value of JSON in it, as a Struct; one that is not as expected is converted slowly, which says why."""
    try:
        make: Callable[[Mapping[str, Any]], T] = _maker(kind)  # type: ignore[arg-type] # a type is hashable
        return make(row)
    except (KeyError, TypeError, ValueError, AttributeError):
        return msgspec.convert(row, kind)


@cache
def _maker(kind: Any) -> Make:
    """What makes a Struct of a mapping that has its fields and no others."""
    shapes = {field.name: inspect.type_info(field.type) for field in msgspec.structs.fields(kind)}
    made = [(name, make) for name, shape in shapes.items() if (make := _make(shape)) is not None]

    def maker(values: Mapping[str, Any]) -> Any:
        fields = dict(values)
        for name, make in made:
            fields[name] = make(fields[name])
        return kind(**fields)

    return maker


def _make(shape: inspect.Type) -> Make | None:
    """What makes a value of a type out of what the driver or JSON gives; None where that is the value."""
    if isinstance(shape, inspect.Metadata):
        return _make(shape.type)
    if isinstance(shape, inspect.UnionType):
        (inner,) = [part for part in shape.types if not isinstance(part, inspect.NoneType)]
        make = _make(inner)
        return None if make is None else lambda value: None if value is None else make(value)
    if isinstance(shape, inspect.StructType):
        return _maker(shape.cls)
    if isinstance(shape, inspect.EnumType):
        return {member.value: member for member in shape.cls}.__getitem__
    if isinstance(shape, inspect.ListType):
        item = _make(shape.item_type)
        return None if item is None else lambda values: [item(value) for value in values]
    if isinstance(shape, inspect.TupleType) and not any(map(_make, shape.item_types)):
        return tuple
    if isinstance(shape, inspect.DateTimeType):
        return lambda value: value if not isinstance(value, str) else msgspec.convert(value, datetime)
    if isinstance(shape, inspect.StrType | inspect.IntType | inspect.BoolType | inspect.BytesType | inspect.AnyType):
        return None
    raise TypeError(f"nothing is said of how {shape} is read from a row")
