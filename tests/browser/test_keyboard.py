"""Whoever has no mouse reaches all that can be clicked, in order, sees where they are, and can skip what repeats."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.chromium import needs_chromium, visit
from tests.browser.exhibits import CARDS, PAGES

pytestmark = needs_chromium
WALKED = {
    name: {**PAGES, **CARDS}[name]
    for name in ("home", "search", "claim-disputed", "claim-stale", "measure", "corrections", "verification",
                 "check-example", "card-disputed", "card-stale")
}  # fmt: skip
ON_PAGES = {name: path for name, path in WALKED.items() if name in PAGES}
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])"
HERE = """() => {
    const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return null;
    const style = getComputedStyle(at), box = at.getBoundingClientRect();
    return {
        number: [...document.querySelectorAll("*")].indexOf(at),
        html: at.outerHTML.slice(0, 160),
        marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
        seen: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth
            && box.top < innerHeight,
    };
}"""
REACHABLE = """selector => [...document.querySelectorAll(selector)]
    .filter(element => !element.disabled && element.checkVisibility({visibilityProperty: true})
        && !(element.type === "radio" && !element.checked))
    .map(element => [...document.querySelectorAll("*")].indexOf(element))"""


async def walk(page: Page) -> list[dict[str, Any]]:
    """Where Tab leads, from the beginning of a page to its end."""
    stops: list[dict[str, Any]] = []
    for _ in range(600):
        await page.keyboard.press("Tab")
        here = await page.evaluate(HERE)
        if here is None or (stops and here["number"] == stops[0]["number"]):
            return stops
        stops.append(here)
    raise AssertionError("Tab leads around in circles")


@pytest.mark.parametrize("path", WALKED.values(), ids=WALKED)
async def test_tab_reaches_everything_in_order_and_shows_where_it_is(path, exhibition, page):
    await visit(page, exhibition.api.url + path)
    wanted = await page.evaluate(REACHABLE, FOCUSABLE)
    stops = await walk(page)
    assert [stop["number"] for stop in stops] == wanted
    assert [stop["html"] for stop in stops if not (stop["marked"] and stop["seen"])] == []


@pytest.mark.parametrize("path", ON_PAGES.values(), ids=ON_PAGES)
async def test_the_first_link_skips_to_what_the_page_is_about(path, exhibition, page):
    await visit(page, exhibition.api.url + path)
    await page.keyboard.press("Tab")
    target = await page.evaluate("document.activeElement.getAttribute('href')")
    assert target.startswith("#")
    assert await page.locator(target).evaluate("element => element.matches('main') || element.closest('main') !== null")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.closest('main, footer') !== null")


async def test_what_is_folded_opens_with_enter(exhibition, page):
    await visit(page, exhibition.api.url + PAGES["claim-revised"])
    folded = page.locator("details > summary")
    assert await folded.count() > 0
    for number in range(await folded.count()):
        summary = folded.nth(number)
        if not await summary.is_visible():
            continue
        before = await summary.evaluate("element => element.parentElement.open")
        await summary.focus()
        await page.keyboard.press("Enter")
        assert await summary.evaluate("element => element.parentElement.open") is not before


async def test_a_search_is_typed_and_sent_with_enter(exhibition, page):
    await visit(page, exhibition.api.url + PAGES["home"])
    box = page.get_by_role("searchbox").or_(page.locator("input[name=q]")).first
    await box.focus()
    await page.keyboard.type("patents")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert "q=patents" in page.url
    assert await page.locator("input[name=q]").first.input_value() == "patents"
    assert await page.locator("main a[href*='/claims/']").count() > 3
