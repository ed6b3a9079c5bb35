"""Texts that mean harm where they are not taken as text, and claims full of them."""

from typing import Any

import msgspec

from schemas.claims import ClaimVersion
from tests.given import PLAIN, with_changes

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><svg onload=alert(1)>",
    "<img src=x onerror='alert(1)'>",
    "\"><a href=\"javascript:alert(1)\">x</a>",
    "{{7*7}} {% include 'x' %} {# x #} ${7*7}",
    "&lt;b&gt; &amp; &#60;",
    "100% of $x_1$ & #2 ~ ^ \\input{/etc/passwd} } { {",
    "}, note = {injected}} @misc{other, title={x}}",
    "ER  - TY  - JOUR UR  - https://evil.example",
    "javascript:alert(1)",
    "a\uffffb 中文 é 😀 \u00a0x",
    "'; drop table claim_version; --",
    "datum.value' + alert(1) + '",
    "Is it so?",
    "It is so!",
    "It is so…",
    "It is so..",
    "He said: \"it is so.\"",
)  # fmt: skip
"""One line each, as the record allows them."""
LINES = ("a\nER  - \nTY  - JOUR", "b\r\nX: y", "c\u2028d")
"""What a note of several lines could be, and what none of the record could."""


def claim(**changed: Any) -> ClaimVersion:
    """The plain record as a version, with fields changed; `quantity__value` names a field inside another."""
    logged = {"version": 2, "position": 7, "recorded_at": "2026-11-23T12:00:00Z", "digest": "0" * 64}
    return msgspec.convert(with_changes({**PLAIN, **logged}, changed), ClaimVersion, strict=False)


def hostile(text: str, **changed: Any) -> ClaimVersion:
    """A claim in which every text that people write is a hostile one."""
    source = {**PLAIN["sources"][0], "title": text, "publisher": text, "quote": text, "read_as": text}
    return claim(
        statement=text, attributed_to=text, scope=text, quantity__unit=text, sources=[source],
        verification={**PLAIN["verification"], "status": "disputed", "rationale": text, "caveats": [text]},
        change={**PLAIN["change"], "note": text}, **changed,
    )  # fmt: skip


def retracted(text: str = "It was never said.", **changed: Any) -> ClaimVersion:
    """A claim that was withdrawn, with the reason."""
    change = {"kind": "retraction", "severity": "major", "note": text, "by": "desk"}
    return claim(lifecycle="retracted", change=change, version=3, **changed)
