"""A real Chromium that can reach nothing but this machine, driven by Playwright, and what a page did in it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page, Request, async_playwright

from tests.browser.exhibits import come_to

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="no Chromium on this machine; CI has one"
)

DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
"""The narrowest screen that a page has to fit without scrolling sideways (WCAG 2.2, 1.4.10 Reflow)."""

_OPTIONS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"]
_PATIENCE = 20_000
"""Milliseconds that anything may take in a page."""


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """The machine's own Chromium until the block ends; nothing is downloaded for it."""
    assert CHROMIUM is not None, "CI has a Chromium"
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        yield browser
        await browser.close()


@dataclass
class Witness:
    """What a page asked for, printed, threw and opened since it was watched."""

    requested: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What the console shows as an error, which a broken Content-Security-Policy is, and what scripts threw."""
    dialogs: list[str] = field(default_factory=list)
    navigated: list[str] = field(default_factory=list)

    def elsewhere(self, origin: str) -> list[str]:
        """What was asked for from any other origin."""
        return [url for url in self.requested if not url.startswith((f"{origin}/", "data:", "blob:"))]


def watched(page: Page) -> Witness:
    """A witness of everything a page does from now on."""
    witness = Witness()

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            witness.complaints.append(message.text)
        else:
            witness.printed.append(message.text)

    async def dialog(opened: Dialog) -> None:
        witness.dialogs.append(opened.message)
        await opened.dismiss()

    def request(asked: Request) -> None:
        witness.requested.append(asked.url)
        if asked.is_navigation_request():
            witness.navigated.append(asked.url)

    def thrown(error: Error) -> None:
        witness.complaints.append(str(error))

    page.on("request", request)
    page.on("console", console)
    page.on("pageerror", thrown)
    page.on("dialog", dialog)
    return witness


@asynccontextmanager
async def new_context(browser: Browser, **options: object) -> AsyncIterator[BrowserContext]:
    """A browser of someone who was never here, with Playwright's options, until the block ends."""
    context = await browser.new_context(**{"viewport": DESKTOP, "locale": "en", "reduced_motion": "reduce", **options})
    context.set_default_timeout(_PATIENCE)
    try:
        yield context
    finally:
        await context.close()


@asynccontextmanager
async def new_page(browser: Browser, **options: object) -> AsyncIterator[Page]:
    """A page in a context of its own."""
    async with new_context(browser, **options) as context:
        yield await context.new_page()


async def visit(page: Page, url: str, status: int = 200) -> None:
    """Goes to a page of HTML, which is answered with this status."""
    answer = await come_to(page, url)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), url
