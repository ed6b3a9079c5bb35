"""Which trace a request belongs to, as its sender says: W3C Trace Context, section 3.2, read strictly. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_FORM = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL
)


class Trace(NamedTuple):
    """A trace and the span in it that asks, in hexadecimal digits; and whether its sender records it."""

    trace_id: str
    span_id: str
    is_sampled: bool


def trace_of(given: Sequence[bytes]) -> Trace | None:
    """The trace `traceparent` fields name; None if there is none, more than one, or it is not written as it has to be.

    A later version may have more after what the first one has, and the first one has nothing there.
    """
    found = _FORM.fullmatch(given[0].strip(b" \t")) if len(given) == 1 else None
    if found is None or (found[1] == b"00" and found[5] is not None):
        return None
    return Trace(found[2].decode(), found[3].decode(), bool(int(found[4], 16) & 1))
