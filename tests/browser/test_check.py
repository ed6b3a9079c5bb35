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


async def test_a_text_that_is_refused_is_still_in_the_form_and_is_mended_there(curated, browser: Browser):
    """With a letter that no page can show, and then far too long to be read at all."""
    async with new_page(browser, java_script_enabled=False) as page:
        await page.goto(f"{curated.url}/check")
        box = page.get_by_label("The text, in English")
        said = "China has more than 6,200 AI firms. " * 2000 + "\n And so on.\n"
        await box.fill(said)
        await page.get_by_role("button", name="Check it").click()
        await expect(page.get_by_role("alert")).to_contain_text(f"{len(said):,} characters; 50,000 are checked")
        assert await box.input_value() == said
        await box.fill("China has more than\0 6,200 AI firms.")
        await page.get_by_role("button", name="Check it").click()
        await expect(page.get_by_role("alert")).to_contain_text("NUL")
        assert await box.input_value() == "China has more than\N{REPLACEMENT CHARACTER} 6,200 AI firms."
        await page.goto(f"{curated.url}/check")
        said = "China has more than 6,200 AI firms. " * 20_000
        await box.fill(said)
        await page.get_by_role("button", name="Check it").click()
        await expect(page.get_by_role("alert")).to_contain_text("far longer")
        await page.go_back()
        assert await box.input_value() == said
        await box.fill("China has more than 6,200 AI firms.")
        await page.get_by_role("button", name="Check it").click()
        await expect(page.get_by_role("heading", level=2)).to_contain_text("1 of 1 passage")


async def test_the_rest_of_a_long_text_is_checked_by_one_click(curated, browser: Browser):
    async with new_page(browser, java_script_enabled=False, viewport={"width": 360, "height": 640}) as page:
        await page.goto(f"{curated.url}/check")
        shops = "".join(f"Shop number has {n:,} chairs.\n" for n in range(2001, 2201))
        await page.get_by_label("The text, in English").fill(f"{shops}China has more than 6,200 AI firms.\n")
        await page.get_by_role("button", name="Check it").click()
        await expect(page.get_by_role("heading", level=2)).to_contain_text("0 of 200 passages")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        await page.get_by_role("button", name="Check the rest").last.click()
        await expect(page.get_by_role("heading", level=2)).to_contain_text("1 of 1 passage")
        assert await page.get_by_label("The text, in English").input_value() == "China has more than 6,200 AI firms.\n"
