"""A claim of which every text tries to become something else than text."""

import re
from typing import Any

from playwright.async_api import Page

from tests.browser.chromium import Witness
from tests.web.writing import SUPPORT, Desk, claim, created, revised

HEAVY = (
    "</script></style></title></textarea><script>window.hacked='{where}'</script>"
    "<img src=x onerror=window.hacked='{where}'><svg onload=window.hacked='{where}'>"
    "\"'><a href=javascript:window.hacked='{where}'>{{{{7*7}}}} ${{7*7}} <%= 7*7 %> {{% raw %}} #{{7*7}} "
    "]]> --> &lt;b&gt; &amp;amp; \\u003cb\\u003e"
)
"""Ends whatever it may stand in, then runs; and says what templates, entities and escapes would change."""

LINK = "https://register.example/'onclick='window.hacked=1'/&lt;script&gt;?a=1&copy=2#'-window.hacked"
"""An address that is allowed, with all that is not markup only because of where it stands."""

REFUSED_LINKS = (
    "javascript:window.hacked=1",
    " javascript:window.hacked=1",
    "JAVASCRIPT://register.example/%0Awindow.hacked=1",
    "data:text/html,<script>window.hacked=1</script>",
    "vbscript:x",
    "//register.example/",
    'https://register.example/"onclick="window.hacked=1',
    "https://register.example/<script>",
    "https://register.example/\nx",
    "https://register.example/\u202egnp.exe",
)
REFUSED_LETTERS = (
    "\u202e",
    "\u202d",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\x00",
    "\x1b",
)
"""What turns the direction of a text around, ends lines, or steers a terminal."""


def text(where: str) -> str:
    """A hostile text that says where it stands."""
    return f"{where}: {HEAVY.format(where=where)}"


TEXTS = (
    "statement", "scope", "attributed_to", "unit", "title", "publisher", "quote", "locator", "rationale", "caveat",
    "note", "reason",
)  # fmt: skip


def hostile_claim(id: str) -> dict[str, Any]:
    """A claim to publish that is made of hostile texts alone."""
    source = {
        **SUPPORT, "title": text("title"), "publisher": text("publisher"), "quote": text("quote"),
        "locator": text("locator"), "read_as": text("read_as"), "url": LINK, "archive_url": LINK,
    }  # fmt: skip
    return claim(
        id=id, statement=text("statement"), quantity__unit=text("unit"), scope=text("scope"),
        attributed_to=text("attributed_to"), sources=[source, {**source, "stance": "contradicts", "url": f"{LINK}2"}],
        measure="hostile-cranes", change__note=text("note"),
    )  # fmt: skip


async def publish(desk: Desk, id: str) -> None:
    """Publishes a hostile claim, gives a hostile verdict on it, and corrects it with a hostile note: version 3."""
    created(await desk.editor.create(hostile_claim(id)))
    verdict = {"status": "disputed", "rationale": text("rationale"), "caveats": [text("caveat")]}
    created(await desk.verifier.verify(id, verdict))
    changed = {"quantity": {"value": "4200"}, "change": {"kind": "correction", "note": text("note")}}
    revised(await desk.editor.revise(id, changed))


TRACES = """() => [
    ...[window.hacked].filter(Boolean).map(where => `ran: ${where}`),
    ...[...document.querySelectorAll("*")].flatMap(element => [...element.attributes]
        .filter(attribute => attribute.value !== "data:,")
        .filter(attribute => /^on/i.test(attribute.name) || /^\\s*(javascript|vbscript|data):/i.test(attribute.value))
        .map(attribute => `${element.tagName} has ${attribute.name}=${attribute.value}`)),
    ...[...document.querySelectorAll("img[src=x], base, object, embed, applet, meta[http-equiv]")]
        .map(element => `there is ${element.outerHTML}`),
    ...[...document.querySelectorAll("script, style")]
        .filter(element => element.type !== "application/ld+json" && element.textContent.includes("hacked"))
        .map(element => `${element.tagName} holds it`),
    ...[...document.links].filter(link => !/^https?:$/.test(link.protocol ?? "https:"))
        .map(link => `a link leads to ${link.href}`),
]"""


async def assert_harmless(page: Page, witness: Witness) -> None:
    """Nothing of a hostile text ran, was made an element or attribute, or was even tried and stopped by the policy."""
    assert await page.evaluate(TRACES) == []
    assert witness.dialogs == []
    assert [line for line in witness.complaints if not line.startswith("Failed to load resource")] == []
    assert len([url for url in witness.navigated if "chrome-error" not in url]) == 1


def as_read(text: str) -> str:
    """A text as a page shows it: with each row of spaces as one."""
    return re.sub(r"\s+", " ", text).strip()


async def read(page: Page) -> str:
    """All the text of a page, scripts and style sheets left out, whether it is folded or not."""
    return as_read(
        await page.evaluate(
            """() => {
                const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
                const texts = [];
                while (walker.nextNode())
                    if (!walker.currentNode.parentElement.closest("script, style")) texts.push(walker.currentNode.data);
                return texts.join("");
            }"""
        )
    )
