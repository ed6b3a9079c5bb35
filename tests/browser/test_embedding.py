"""A page on one origin embeds a card from another, and whoever reads it learns what became of the claim."""

import asyncio
import re
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.browser.chromium import needs_chromium, new_page, watched
from tests.browser.hosting import FALLBACK, Newsroom, elsewhere, with_element, with_frame
from tests.web.writing import Desk, new_id

pytestmark = needs_chromium
WIDTH = 600
WAYS = [("element", True), ("frame", True), ("frame", False)]


async def oembed_height(desk: Desk, name: str) -> int:
    """How high oEmbed says that a card's frame is, for whoever embeds it without a script."""
    url = f"https://citable.example/embed/claims/{name}"
    answer = await desk.api.client.get("/oembed", params={"url": url, "maxwidth": str(WIDTH)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["width"] == WIDTH
    return answer.json()["height"]


async def article(desk: Desk, newsroom: Newsroom, name: str, way: str) -> str:
    """The address of a newsroom's page that embeds a card in one of the ways."""
    citable = elsewhere(desk.api.url)
    if way == "element":
        return newsroom.publish(with_element(citable, name))
    return newsroom.publish(with_frame(citable, name, WIDTH, await oembed_height(desk, name)))


def card_in(page: Page) -> FrameLocator:
    """The card in a page, however it is embedded."""
    return page.frame_locator("iframe")


async def struck(card: FrameLocator, text: str) -> bool:
    """Whether a text of a card is struck through."""
    return await card.get_by_text(text).first.evaluate(
        """element => {
            for (; element; element = element.parentElement)
                if (getComputedStyle(element).textDecorationLine.includes("line-through")) return true;
            return false;
        }"""
    )


async def is_read(page: Page, text: str) -> bool:
    """Whether the letters of a text are on the screen, which an element can be without them."""
    return await page.get_by_text(text).evaluate(
        """element => {
            const range = document.createRange();
            range.selectNodeContents(element);
            return range.getClientRects().length > 0;
        }"""
    )


async def assert_fits(page: Page) -> None:
    """The card is seen whole: its frame is as high as it is, or higher, so that nothing scrolls inside."""
    frame = page.frames[1]
    needed, there = await frame.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert needed <= there
    box = await page.locator("iframe").bounding_box()
    assert box["height"] > 100
    assert box["width"] > 300


async def shows_the_quoted_number(page: Page) -> None:
    """The card says what was quoted, whole, and nothing else."""
    card = card_in(page)
    await expect(card.get_by_text("4,100 cranes")).to_be_visible()
    await expect(card.get_by_text("Harbours run 4,100 automated cranes.")).to_be_visible()
    await expect(card.get_by_role("note")).to_have_count(0)
    await assert_fits(page)
    assert not await struck(card, "4,100 cranes")


async def reload_until_noticed(page: Page) -> None:
    """Reloads once a second, as a reader might, until the card has a notice: within a minute."""
    async with asyncio.timeout(60):
        while True:
            await page.reload()
            await expect(card_in(page).get_by_text("4,100 cranes")).to_be_visible()
            if await card_in(page).get_by_role("note").is_visible():
                return
            await asyncio.sleep(1)


async def test_within_a_minute_a_reload_shows_that_the_claim_was_corrected_and_then_retracted(desk, newsroom, browser):
    """Embedded by the element, by a frame, and by a frame for readers without JavaScript."""
    id = new_id()
    await desk.verified(id=id)
    articles = [(await article(desk, newsroom, f"{id}@2", way), way, scripts) for way, scripts in WAYS]
    async with AsyncExitStack() as stack:
        pages = []
        for address, _, scripts in articles:
            page = await stack.enter_async_context(new_page(browser, java_script_enabled=scripts))
            await page.goto(address)
            await shows_the_quoted_number(page)
            pages.append(page)
        note = "Two harbours were counted twice."
        number = {"quantity": {"value": "3900"}, "statement": "Harbours run 3,900 automated cranes."}
        await desk.editor.revise(id, {**number, "change": {"kind": "correction", "note": note}})
        await asyncio.gather(*(reload_until_noticed(page) for page in pages))
        for page in pages:
            notice = card_in(page).get_by_role("note")
            await expect(notice).to_contain_text(re.compile("correct", re.IGNORECASE))
            await expect(notice).to_contain_text(note)
            await expect(notice.get_by_role("link")).to_have_attribute("href", f"https://citable.example/claims/{id}")
            await expect(card_in(page).get_by_text("4,100 cranes")).to_be_visible()
            await expect(card_in(page).get_by_text("3,900 cranes")).to_have_count(0)
        await assert_fits(pages[0])

    await desk.editor.retract(id, {"reason": "The register never said so."})
    for address, way, scripts in articles:
        async with new_page(browser, java_script_enabled=scripts) as page:
            await page.goto(address)
            notice = card_in(page).get_by_role("note")
            await expect(notice).to_contain_text("The register never said so.")
            await expect(notice).to_contain_text(re.compile("retract", re.IGNORECASE))
            assert await struck(card_in(page), "4,100 cranes")
            if way == "element":
                await assert_fits(page)


async def test_the_live_card_shows_the_new_number(desk, newsroom, page, browser):
    id = new_id()
    await desk.published(id=id)
    address = await article(desk, newsroom, id, "element")
    await page.goto(address)
    await expect(card_in(page).get_by_text("4,100 cranes")).to_be_visible()
    await desk.editor.revise(id, {"quantity": {"value": "4200"}, "statement": "Harbours run 4,200 automated cranes."})
    async with new_page(browser) as page:
        await page.goto(address)
        await expect(card_in(page).get_by_text("4,200 cranes")).to_be_visible()
        await expect(card_in(page).get_by_role("note")).to_have_count(0)
        await assert_fits(page)


async def test_no_cache_may_take_a_card_for_fresh_longer_than_a_minute(desk):
    """A shared cache may use it a little longer, while it fetches it anew (RFC 5861)."""
    claim = await desk.published()
    for name in (claim["id"], f"{claim['id']}@1", f"{claim['id']}@1.svg", f"{claim['id']}.png"):
        answer = await desk.api.get(f"/embed/claims/{name}")
        said = dict(re.findall(r"([a-z-]+)=(\d+)", answer.headers["cache-control"]))
        assert "immutable" not in answer.headers["cache-control"]
        assert max(int(said["max-age"]), int(said["s-maxage"])) <= 60, name


async def test_a_card_says_nothing_to_a_page_that_cannot_reach_it(desk, newsroom, page):
    """Another origin sees nothing of the card, so it can neither read the notice nor style it away."""
    claim = await desk.published()
    await page.goto(await article(desk, newsroom, f"{claim['id']}@1", "frame"))
    await expect(card_in(page).get_by_text("4,100 cranes")).to_be_visible()
    assert await page.evaluate("document.querySelector('iframe').contentDocument") is None
    with pytest.raises(Exception, match="Blocked a frame"):
        await page.evaluate("document.querySelector('iframe').contentWindow.document.body.innerHTML")


async def test_a_host_s_style_sheet_changes_nothing_in_a_card(desk, newsroom, page):
    claim = await desk.published()
    await desk.editor.revise(claim["id"], {"quantity": {"value": "1"}, "statement": "Harbours run 1 automated crane."})
    hiding = (
        "<style>[role=note], .notice, p, main * { display: none !important; color: transparent !important }</style>"
    )
    await page.goto(newsroom.publish(with_element(elsewhere(desk.api.url), f"{claim['id']}@1", hiding)))
    await expect(card_in(page).get_by_role("note")).to_be_visible()


@pytest.mark.parametrize("sandbox", ["", "allow-scripts"])
async def test_a_card_is_whole_in_the_strictest_sandbox(sandbox, desk, newsroom, page):
    claim = await desk.verified()
    height = await oembed_height(desk, f"{claim['id']}@2")
    witness = watched(page)
    framed = with_frame(elsewhere(desk.api.url), f"{claim['id']}@2", WIDTH, height, sandbox)
    await page.goto(newsroom.publish(framed))
    await expect(card_in(page).get_by_text("4,100 cranes")).to_be_visible()
    await assert_fits(page)
    if sandbox:
        assert witness.complaints == []


async def test_a_host_with_a_strict_policy_embeds_a_card(desk, newsroom, page):
    claim = await desk.verified()
    citable = elsewhere(desk.api.url)
    policy = f"default-src 'none'; script-src {citable}; frame-src {citable}"
    await page.goto(newsroom.publish(with_element(citable, f"{claim['id']}@2"), Content_Security_Policy=policy))
    await expect(card_in(page).get_by_text("4,100 cranes")).to_be_visible()
    assert not await is_read(page, FALLBACK)
    await assert_fits(page)


async def test_without_scripts_the_element_s_text_is_there(desk, newsroom, browser):
    claim = await desk.published()
    async with new_page(browser, java_script_enabled=False) as page:
        await page.goto(await article(desk, newsroom, f"{claim['id']}@1", "element"))
        await expect(page.get_by_text(FALLBACK)).to_be_visible()


async def test_the_element_s_text_stays_when_nobody_answers(newsroom, page):
    await page.goto(newsroom.publish(with_element("http://localhost:9", "cranes@1")))
    await expect(page.get_by_text(FALLBACK)).to_be_visible()
