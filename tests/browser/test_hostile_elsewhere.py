"""Hostile texts in what others take from us: pictures, data for machines, feeds, and what oEmbed puts into a page."""

import json
from typing import Any

import feedparser
import pytest
from playwright.async_api import expect

from tests.browser.chromium import needs_chromium, watched
from tests.browser.hostile import (
    LINK,
    REFUSED_LETTERS,
    REFUSED_LINKS,
    TRACES,
    as_read,
    assert_harmless,
    hostile_claim,
    publish,
    read,
    text,
)
from tests.browser.hosting import document, elsewhere
from tests.web.writing import SUPPORT, assert_refused, claim, new_id

ID = "hostile-cranes-3"
PICTURES = (f"/embed/claims/{ID}.svg", f"/embed/claims/{ID}@1.svg", "/v1/measures/hostile-cranes/chart.svg")
CITATION = f"https://citable.example/claims/{ID}"


@pytest.fixture(scope="module")
async def hostile(desk):
    """A desk with a hostile claim."""
    await publish(desk, ID)
    return desk


def strings(value: Any) -> list[str]:
    """Every text inside of a JSON value."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in inside for one in strings(part)]


@needs_chromium
@pytest.mark.parametrize("path", PICTURES)
async def test_a_picture_says_it_as_text(path, hostile, page):
    witness = watched(page)
    answer = await page.goto(hostile.api.url + path)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
    await assert_harmless(page, witness)
    assert "<script>window.hacked='statement'" in await read(page)


@needs_chromium
@pytest.mark.parametrize("path", PICTURES)
async def test_a_picture_is_one_to_other_pages(path, hostile, newsroom, page):
    witness = watched(page)
    await page.goto(newsroom.publish(document(f'<img src="{elsewhere(hostile.api.url)}{path}" alt="A card">')))
    assert await page.evaluate("document.images[0].naturalWidth") > 100
    await assert_harmless(page, witness)


@needs_chromium
async def test_the_json_ld_of_a_page_says_it_exactly(hostile, page):
    await page.goto(f"{hostile.api.url}/claims/{ID}")
    blocks = await page.evaluate(
        "[...document.querySelectorAll('script[type=\"application/ld+json\"]')].map(element => element.textContent)"
    )
    said = [one for block in blocks for one in strings(json.loads(block))]
    assert text("statement") in said
    assert LINK in said


@needs_chromium
async def test_the_head_of_a_page_says_it_exactly(hostile, page):
    await page.goto(f"{hostile.api.url}/claims/{ID}")
    assert as_read(text("statement"))[:60] in await page.title()
    described = await page.locator("meta[property='og:title'], meta[property='og:description']").evaluate_all(
        "all => all.map(element => element.content)"
    )
    assert any(text("statement")[:60] in content for content in described), described


@needs_chromium
@pytest.mark.parametrize("limits", [{}, {"maxwidth": "400"}, {"maxheight": "300"}])
async def test_what_oembed_gives_can_be_put_into_a_page(limits, hostile, newsroom, page):
    """A consumer sets `innerHTML` to it: one frame, and nothing besides."""
    answer = await hostile.api.client.get("/oembed", params={"url": CITATION, **limits})
    said = answer.json()
    assert answer.status_code == 200
    assert said["title"] == text("statement")
    if said["type"] != "rich":
        assert "html" not in said
        return
    witness = watched(page)
    await page.goto(newsroom.publish(document("<main></main>")))
    html = said["html"].replace("https://citable.example", elsewhere(hostile.api.url))
    made = await page.evaluate(
        """html => {
            document.querySelector("main").innerHTML = html;
            return [...document.querySelectorAll("main *")].map(element => element.tagName);
        }""",
        html,
    )
    assert made == ["IFRAME"]
    frame = page.locator("iframe")
    await expect(page.frame_locator("iframe").get_by_text("window.hacked").first).to_be_visible()
    box = await frame.bounding_box()
    assert (box["width"], box["height"]) == (said["width"], said["height"])
    assert said["width"] <= int(limits.get("maxwidth", 100000))
    assert text("statement") in await frame.get_attribute("title")
    assert await page.evaluate(TRACES) == []
    assert await page.frames[1].evaluate(TRACES) == []
    assert witness.complaints == []


async def test_a_feed_is_read_as_it_was_written(hostile):
    for kind in ("claims", "corrections"):
        answer = await hostile.api.get(f"/feeds/{kind}.atom?claim={ID}")
        feed = feedparser.parse(answer.content, sanitize_html=False)
        assert not feed.bozo
        assert feed.entries
        for entry in feed.entries:
            assert text("statement")[:100] in entry.title
            assert entry.title_detail.type == "text/plain"
        written = await hostile.api.get(f"/feeds/{kind}.json?claim={ID}")
        assert any(text("statement") in one for one in strings(written.json()))


async def test_structured_data_says_it_exactly(hostile):
    answer = await hostile.api.get(f"/v1/claims/{ID}/claim-review")
    assert answer.status_code == 200
    assert text("statement") in strings(answer.json())


@pytest.mark.parametrize("url", REFUSED_LINKS)
async def test_an_address_that_is_none_of_the_web_is_refused(url, desk):
    for field in ("url", "archive_url"):
        answer = await desk.editor.create(claim(sources=[{**SUPPORT, field: url}]))
        assert_refused(answer, 400, f"#/sources/0/{field}")


@pytest.mark.parametrize("letter", REFUSED_LETTERS, ids=[f"{ord(letter):04x}" for letter in REFUSED_LETTERS])
async def test_a_letter_that_turns_or_breaks_a_text_is_refused(letter, desk):
    body = hostile_claim(new_id())
    assert_refused(await desk.editor.create({**body, "statement": f"Cranes {letter}run."}), 400, "#/statement")
    assert_refused(await desk.editor.create({**body, "attributed_to": f"Port{letter}"}), 400, "#/attributed_to")
    source = {**SUPPORT, "quote": f"Port{letter}"}
    assert_refused(await desk.editor.create({**body, "sources": [source]}), 400, "#/sources/0/quote")
