"""Every page and card is held to WCAG 2.2 AA and good practice by axe-core: light and dark, on a desk and on a phone.

Swagger UI, at /docs, is not ours.
"""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.chromium import DESKTOP, PHONE, needs_chromium, new_page
from tests.browser.exhibits import EVERYTHING, shown

pytestmark = needs_chromium
AXE = Axe()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations", "incomplete"]}
SITUATIONS = [("light", DESKTOP), ("dark", DESKTOP), ("dark", PHONE), ("light", PHONE)]


def told(found: dict[str, Any]) -> list[str]:
    """What axe found wrong, each with the elements and why."""
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} – {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it is shown now."""
    return told((await AXE.run(page, options=OPTIONS)).response)


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_nothing_stands_in_anyone_s_way(path, exhibition, browser: Browser):
    async with new_page(browser) as page:
        await page.goto(exhibition.api.url + path)
        for scheme, viewport in SITUATIONS:
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size(viewport)
            assert await violations(page) == [], (scheme, viewport)


async def test_axe_sees_what_is_wrong(page):
    await page.set_content("<html><title>A</title><body><img src='data:,'><p style='color:#aaa'>Pale</p></body></html>")
    found = await violations(page)
    assert {line.split(":")[0] for line in found} >= {"html-has-lang", "image-alt", "color-contrast"}
