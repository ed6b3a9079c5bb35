"""Someone checks an article in a browser without scripts: they paste it, see what is marked, and open a claim."""

from playwright.async_api import Browser, expect

from tests.browser.chromium import needs_chromium, new_page
from tests.matching.labels import ARTICLE

pytestmark = needs_chromium


async def test_an_article_is_pasted_and_a_claim_of_it_opened(curated, browser: Browser):
    async with new_page(browser, java_script_enabled=False) as page:
        await page.goto(f"{curated.url}/")
        await page.get_by_role("link", name="Check a text").click()
        await page.get_by_label("The text, in English").fill(ARTICLE.read_text())
        await page.get_by_role("button", name="Check it").click()
        await expect(page.get_by_role("heading", level=2)).to_contain_text("13 of 13 passages")
        assert page.url.endswith("/check#result")
        marks = page.locator("mark")
        assert await marks.count() == 13
        found = {
            (await mark.get_attribute("data-status"), await mark.get_attribute("data-differs"))
            for mark in await marks.all()
        }
        assert found == {("unverified", "no"), ("verified_with_caveats", "no"), ("disputed", "no")}
        await marks.nth(1).get_by_role("link").first.click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("more than 6,200 AI companies")


async def test_a_wrong_number_is_told_in_words_and_not_by_colour_alone(curated, browser: Browser):
    async with new_page(browser) as page:
        await page.goto(f"{curated.url}/check")
        await page.get_by_label("The text, in English").fill("China now has 9,000 AI firms.")
        await page.get_by_role("button", name="Check it").click()
        await expect(page.get_by_text("More than we have")).to_be_visible()
        await expect(page.get_by_role("link", name="Passage 1: More than we have")).to_be_visible()
