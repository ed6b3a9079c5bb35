"""Reading cards and pictures as a page that embeds them does: through parsers of others."""

import base64
import hashlib
import re
import struct
from typing import Any

from lxml import etree, html

from tests.serving import Api
from tests.web.writing import Desk

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{7*7}}{% raw %}",
    "javascript:alert(1)",
    "]]></title><b>&amp;&#60;",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
)
"""What must be text wherever it is shown: markup, template syntax, an address that runs, letters from right to left."""


async def page_of(api: Api, name: str, **headers: str) -> html.HtmlElement:
    """A card as a browser reads it: it must be there."""
    answer = await api.get(f"/embed/claims/{name}", **headers)
    assert answer.status_code == 200, answer.text[:300]
    return html.document_fromstring(answer.text)


async def picture_of(api: Api, name: str) -> etree._Element:
    """A card as an XML parser reads it: it must be there."""
    answer = await api.get(f"/embed/claims/{name}")
    assert answer.status_code == 200, answer.text[:300]
    return etree.fromstring(answer.content)


def text(element: Any) -> str:
    """What an element says, with single spaces."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def part(page: html.HtmlElement, name: str) -> str:
    """What one part of a card says; empty if it has none such."""
    return " ".join(text(element) for element in page.find_class(name))


def source_hash(content: str) -> str:
    """How a policy names a script or a style sheet by its text (CSP 3)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def size_of(png: bytes) -> tuple[int, int]:
    """The width and height of a PNG (its first chunk)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


async def hostile(desk: Desk) -> dict[str, Any]:
    """A claim that says hostile things wherever an author may, with a correction that does too."""
    said = " ".join(HOSTILE)
    supports = {
        "title": said,
        "publisher": said,
        "kind": "primary",
        "stance": "supports",
        "read_as": said,
        "quote": said,
    }
    claim = await desk.published(
        statement=said, quantity__unit=said, attributed_to=said, scope=said, sources=[supports], change__note=said
    )
    assert (await desk.verifier.verify(claim["id"], {"status": "disputed", "rationale": said})).status_code == 201
    change = {"kind": "correction", "severity": "major", "note": said}
    assert (await desk.editor.revise(claim["id"], {"quantity": {"value": "7"}, "change": change})).status_code == 200
    return claim
