"""Who may frame what of ours, and whom the element that embeds cards listens to."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.chromium import needs_chromium, watched
from tests.browser.exhibits import PAGES
from tests.browser.hosting import document, elsewhere, with_element

pytestmark = needs_chromium
UNFRAMED = [
    "home", "search", "claim-disputed", "claim-stale", "measure", "corrections", "verification", "check", "problem",
]  # fmt: skip


@pytest.mark.parametrize("name", UNFRAMED)
async def test_a_page_refuses_to_be_framed_by_another_origin(name, exhibition, newsroom, page):
    witness = watched(page)
    framed = f'<iframe src="{elsewhere(exhibition.api.url)}{PAGES[name]}"></iframe>'
    await page.goto(newsroom.publish(document(framed)))
    assert any("frame-ancestors" in line for line in witness.complaints), witness.complaints
    assert await page.frames[1].evaluate("location.href") == "chrome-error://chromewebdata/"


async def test_an_element_hears_nobody_but_its_own_card(desk, newsroom, page):
    claim = await desk.verified()
    citable = elsewhere(desk.api.url)
    meddler = newsroom.publish(
        document(
            "<script>setInterval(() => { for (const id of ['@1', '@2', '']) parent.postMessage("
            f"{{type: 'claim-embed:height', id: '{claim['id']}' + id, height: 3000}}, '*') }}, 10)</script>"
        )
    )
    frame = f'<iframe src="{elsewhere(meddler)}"></iframe>'
    await page.goto(newsroom.publish(with_element(citable, f"{claim['id']}@2", frame)))
    card = page.locator("citable-claim iframe")
    await expect(page.frame_locator("citable-claim iframe").get_by_text("4,100 cranes")).to_be_visible()
    await page.evaluate(
        "window.heard = 0; addEventListener('message', event => { heard += event.data.height === 3000 })"
    )
    await page.evaluate("postMessage({type: 'claim-embed:height', height: 3000}, '*')")
    await page.wait_for_function("heard > 10")
    assert 100 < (await card.bounding_box())["height"] < 1500


async def test_two_elements_are_each_as_high_as_their_own_card(exhibition, newsroom, page):
    citable = elsewhere(exhibition.api.url)
    long = '<citable-claim id="cranes-long">Long</citable-claim>'
    await page.goto(newsroom.publish(with_element(citable, "cranes-revised@2", long)))
    frames = page.locator("citable-claim iframe")
    await expect(frames).to_have_count(2)
    await frames.nth(1).scroll_into_view_if_needed()
    async with asyncio.timeout(10):
        while True:
            boxes = [await frames.nth(number).bounding_box() for number in (0, 1)]
            if all(box["height"] > 100 for box in boxes):
                break
            await asyncio.sleep(0.02)
    assert boxes[1]["height"] > boxes[0]["height"] + 50


async def test_an_element_follows_the_width_it_is_given(exhibition, newsroom, page):
    await page.goto(newsroom.publish(with_element(elsewhere(exhibition.api.url), "cranes-long@2")))
    frame = page.locator("citable-claim iframe")
    await expect(page.frame_locator("citable-claim iframe").get_by_role("heading").first).to_be_visible()
    wide = (await frame.bounding_box())["height"]
    await page.set_viewport_size({"width": 320, "height": 640})
    async with asyncio.timeout(10):
        while (await frame.bounding_box())["height"] <= wide:
            await asyncio.sleep(0.02)
    needed, there = await page.frames[1].evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert needed <= there
