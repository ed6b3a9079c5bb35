"""A page without scripts, without its style sheet, and on paper."""

import pytest

from tests.browser.chromium import needs_chromium, new_page, visit
from tests.browser.exhibits import CARDS, PAGES
from tests.browser.hostile import read
from tests.browser.looking import AXE, OF_APPEARANCE, SCREENS, violations

pytestmark = needs_chromium
SOME = {
    name: {**PAGES, **CARDS}[name]
    for name in ("home", "search", "claim-disputed", "claim-stale", "claim-retracted", "measure", "corrections",
                 "verification", "check-mixed", "card-disputed", "card-stale")
}  # fmt: skip
PRINTED = {name: SOME[name] for name in ("claim-disputed", "claim-retracted", "measure", "corrections", "check-mixed",
                                        "card-stale")}  # fmt: skip
HEADINGS = "[...document.querySelectorAll('h1, h2, h3, h4')].filter(element => element.checkVisibility())"


@pytest.mark.parametrize("path", SOME.values(), ids=SOME)
async def test_a_page_says_the_same_without_scripts(path, exhibition, page, browser):
    await visit(page, exhibition.api.url + path)
    async with new_page(browser, java_script_enabled=False) as plain:
        await visit(plain, exhibition.api.url + path)
        assert await read(plain) == await read(page)
        assert await plain.locator("main").is_visible()


@pytest.mark.parametrize("path", SOME.values(), ids=SOME)
async def test_a_page_without_its_style_sheet_is_read_in_the_same_order(path, exhibition, page):
    """As on a phone, where nothing stands beside anything else."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await visit(page, exhibition.api.url + path)
    styled = await page.evaluate(f"{HEADINGS}.map(element => element.textContent.trim())")
    tops = await page.evaluate(f"{HEADINGS}.map(element => element.getBoundingClientRect().top)")
    await page.evaluate("document.querySelectorAll('style, link[rel=stylesheet]').forEach(sheet => sheet.remove())")
    plain = await page.evaluate(f"{HEADINGS}.map(element => element.textContent.trim())")
    assert len(styled) > 0
    assert [heading for heading in plain if heading in styled] == styled
    assert tops == sorted(tops)
    wide = "[...document.querySelectorAll('svg, img')].filter(one => one.getBoundingClientRect().width > innerWidth)"
    assert await page.evaluate(f"{wide}.map(one => one.outerHTML.slice(0, 200))") == []


@pytest.mark.parametrize(("name", "path"), PRINTED.items(), ids=PRINTED)
async def test_a_page_is_printed_dark_on_white(name, path, exhibition, browser):
    """Even for readers who prefer dark pages, and nothing is cut off at the edge of the paper."""
    async with new_page(browser, color_scheme="dark", viewport={"width": 720, "height": 1000}) as page:
        await visit(page, exhibition.api.url + path)
        await page.emulate_media(media="print")
        ground = await page.evaluate(
            "[document.documentElement, document.body].map(element => getComputedStyle(element).backgroundColor)"
        )
        assert {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"} >= set(ground)
        await page.evaluate(AXE)
        assert await violations(page, OF_APPEARANCE) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 720
        SCREENS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SCREENS / f"{name}-print.png", full_page=True)
        assert (await page.pdf()).startswith(b"%PDF")
