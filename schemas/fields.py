"""The kinds of value a field may hold, and the two kinds of record.

A pattern ends in `$(?!\\n)` because Python's `$` also matches before a final newline and JSON Schema's does not; the
published contract leaves that ending out, and so the two agree.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

LARGEST_INTEGER = 2**53 - 1
"""The largest whole number a browser reads exactly (ECMA-262, Number.MAX_SAFE_INTEGER)."""

UNREADABLE = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff"
"""Control and bidirectional-override characters, but for new lines and tabs: what goes between `[` and `]`."""

LINE_PATTERN = rf"^[^\t\n{UNREADABLE}]+$(?!\n)"
TEXT_PATTERN = rf"^[^{UNREADABLE}]+$(?!\n)"
NAME_PATTERN = rf"^[^\s{UNREADABLE}]([^\t\n{UNREADABLE}]*[^\s{UNREADABLE}])?$(?!\n)"

Slug = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)",
        max_length=80,
        description="Lower-case ASCII letters and digits, joined by single hyphens.",
        examples=["cn-ai-patents-60pct"],
    ),
]
Line = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        pattern=LINE_PATTERN,
        description="One line of text, without control or bidirectional-override characters.",
    ),
]
Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        pattern=TEXT_PATTERN,
        description="Text; new lines and tabs are its only control characters.",
    ),
]
DecimalText = Annotated[
    str,
    Meta(
        pattern=r"^(0|-?[1-9][0-9]{0,17}|-?(0|[1-9][0-9]{0,17})[.][0-9]{1,18})$(?!\n)",
        max_length=38,
        description="A decimal number as text, so that every digit survives: no exponent, no separators.",
        examples=["10000000000", "6.7"],
    ),
]
PARTIAL_DATE_PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$(?!\n)"
PartialDate = Annotated[
    str,
    Meta(
        pattern=PARTIAL_DATE_PATTERN,
        max_length=10,
        description="A year, a month or a day: as precise as the source was.",
        examples=["2026", "2026-04", "2026-04-28"],
    ),
]
Geography = Annotated[
    str,
    Meta(
        pattern=r"^([A-Z]{2}|WORLD)$(?!\n)",
        max_length=5,
        description="An ISO 3166-1 alpha-2 code, `EU`, or `WORLD`.",
        examples=["CN"],
    ),
]
Url = Annotated[
    str,
    Meta(
        pattern=r'^https?://[^\s\u0000-\u0020\u007f-\u009f\u202a-\u202e\u2066-\u2069<>"\\^`{|}]+$(?!\n)',
        max_length=2000,
        description="An absolute http or https address.",
    ),
]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339, in UTC (`Z`), to the microsecond.")]
Position = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER, description="A place in the log: 1, 2, 3 … without gaps.")]
VersionNumber = Annotated[int, Meta(ge=1, le=999_999_999, description="1 for a claim's first version, then 2, 3 …")]
Digest = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{64}$(?!\n)",
        max_length=64,
        description="SHA-256, in hexadecimal, of the version's RFC 8785 canonical JSON without `digest`, and without "
        "`quantity.display`, which only readers of a claim are told.",
    ),
]
Cursor = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]+$(?!\n)",
        max_length=1000,
        description="Opaque: pass back what `next` gave. It freezes the position, so pages stay consistent.",
    ),
]


class Answer(Struct, frozen=True, kw_only=True):
    """What we send. No field has a default, so the contract lists every field as always present."""


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What we are sent. A field we do not know is an error, never ignored."""

    is_form: ClassVar[bool] = False
    """Whether a form sends it: then a parameter without a value is not asked."""
