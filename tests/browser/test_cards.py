"""Cards in a real browser: their height, their element in other people's pages, and what axe-core finds."""

import json
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, async_playwright

from schemas.languages import Language
from service.rendering.card import card
from service.rendering.card_layout import height
from tests.browser.chromium import CHROMIUM, needs_chromium
from tests.given import read_bodies
from tests.web.writing import Desk, created, revised

CLAIM = "cn-ai-firms-6200"
LOCAL = "--disable-features=LocalNetworkAccessChecks"
"""Lets a page that is no real server's frame what this machine serves."""
HOST = "http://news.example"
POLICY = "default-src 'none'; script-src {ours}/embed.js; frame-src {ours}/"
"""What a careful newsroom lets its pages do."""
WIDTHS = (320, 480, 640)
MEASURED = """widths => widths.map(width => {
  document.body.style.width = `${width}px`;
  const high = Math.ceil(document.querySelector("main").getBoundingClientRect().height) + 2;
  return [high, document.body.scrollWidth <= width];
})"""
EACH_MEASURED = f"""([cards, widths, areWide]) => cards.map(card => {{
  document.body.replaceChildren(new DOMParser().parseFromString(card, "text/html").querySelector("main"));
  document.body.style.fontFamily = areWide ? "DejaVu Sans" : "";
  for (const serif of areWide ? document.querySelectorAll("h1, .large, .small") : [])
    serif.style.fontFamily = "DejaVu Serif";
  return ({MEASURED})(widths);
}})"""
"""In the reader's own letters, or in wide ones, which every machine that runs this has."""
SHOWN = """element => {
  const frame = element.shadowRoot.querySelector("iframe");
  const seen = frame && getComputedStyle(frame).visibility === "visible";
  const text = element.shadowRoot.querySelector("slot").style.display;
  return seen ? [frame.src, frame.offsetHeight, frame.title, text] : null;
}"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", LOCAL])
        yield opened
        await opened.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    opened = await browser.new_page()
    yield opened
    await opened.close()


async def hosted(page: Page, ours: str, body: str, *, policy: str = POLICY) -> None:
    """Opens a page of another site with this body."""

    async def answer(route: Route) -> None:
        fields = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy.format(ours=ours)}
        await route.fulfill(body=f"<!doctype html><title>News</title><body>{body}", headers=fields)

    await page.route(f"{HOST}/**", answer)
    await page.goto(f"{HOST}/")


async def shown(page: Page, selector: str = "citable-claim") -> tuple[str, int, str, str]:
    """What an element shows, as soon as it shows a card: its address, height and name, and what becomes of the text."""
    element = await page.wait_for_selector(selector, state="attached")
    handle = await page.wait_for_function(SHOWN, arg=element)
    return tuple(await handle.json_value())


async def test_a_fixed_height_is_enough_and_little_is_wasted(curated, page):
    claims, following = [], "/v1/claims?limit=100"
    while following:
        answer = await curated.get(following)
        claims += read_bodies([json.dumps(claim) for claim in answer.json()["items"]])
        following = answer.links.get("next", {}).get("url")
    assert len(claims) > 150
    for language in (Language.EN, Language.DE):
        cards = [(await curated.get(f"/embed/claims/{claim.id}@1?lang={language}")).text for claim in claims]
        await page.goto(f"{curated.url}/embed/claims/{CLAIM}@1?lang={language}")
        wasted = []
        for are_wide in (False, True):
            found = await page.evaluate(EACH_MEASURED, [cards, WIDTHS, are_wide])
            for claim, measured in zip(claims, found, strict=True):
                for width, (high, fits) in zip(WIDTHS, measured, strict=True):
                    estimate = height(card(claim, [], is_pinned=True, language=language), width)
                    assert fits, (claim.id, width)
                    assert high <= estimate, (claim.id, width)
                    if are_wide:
                        wasted.append((estimate - high) / high)
        assert sum(wasted) / len(wasted) < 0.2, "most of it is room for a notice that may come"
        assert max(wasted) < 0.5


async def test_a_notice_that_comes_later_has_room(desk: Desk, page):
    claim = await desk.published()
    (version,) = read_bodies([json.dumps(claim)])
    change = {"kind": "correction", "severity": "minor", "note": "Small."}
    revised(await desk.editor.revise(claim["id"], {"scope": "Big ones.", "change": change}))
    for language in Language:
        await page.goto(f"{desk.api.url}/embed/claims/{claim['id']}@1?lang={language}")
        for width, (high, fits) in zip(WIDTHS, await page.evaluate(MEASURED, WIDTHS), strict=True):
            estimate = height(card(version, [], is_pinned=True, language=language), width)
            assert high <= estimate + 24, (language, width)  # a line more, where a notice takes three
            assert fits


async def test_axe_finds_nothing_in_any_card(desk: Desk, page):
    claim, gone = await desk.verified(), await desk.published(statement="Häfen \u05e9\u05dc\u05d5\u05dd " + "x" * 300)
    change = {"kind": "correction", "severity": "major", "note": "A new count."}
    revised(await desk.editor.revise(claim["id"], {"quantity": {"value": "4200"}, "change": change}))
    created(await desk.editor.retract(gone["id"]))
    for name in (f"{claim['id']}@2?theme=light", f"{claim['id']}@2?theme=dark&lang=hi", f"{claim['id']}?lang=zh",
                 f"{gone['id']}@1?theme=light", f"{gone['id']}@1?theme=dark&lang=de", "nobody-said-this?lang=fr",
                 f"{CLAIM}@1?theme=dark"):  # fmt: skip
        await page.set_viewport_size({"width": 320, "height": 600})
        await page.goto(f"{desk.api.url}/embed/claims/{name}")
        found = await Axe().run(page)
        assert found.violations_count == 0, (name, found.generate_report())
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, name


async def test_the_element_shows_cards_wherever_its_script_stands(curated, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    body = (
        f'<citable-claim class="a" id="{CLAIM}@1" lang="de-AT" theme="dark">Over 6,200 firms.</citable-claim>'
        f'<script src="{curated.url}/embed.js" async></script>'
        f'<citable-claim class="b" id="{CLAIM}">The claim.</citable-claim>'
        f'<citable-claim class="c" id="NO SUCH ID">Only text.</citable-claim>'
        f'<script src="{curated.url}/embed.js"></script>'
    )
    await hosted(page, curated.url, body)
    cards = f"{curated.url}/embed/claims"
    source, high, title, text = await shown(page, ".a")
    assert source == f"{cards}/{CLAIM}@1?lang=de&theme=dark"
    assert (title, text) == ("Over 6,200 firms.", "none")
    assert 200 < high < 1000
    assert (await shown(page, ".b"))[0] == f"{cards}/{CLAIM}"
    assert await page.inner_text(".c") == "Only text."
    frame = next(frame for frame in page.frames if "@1" in frame.url)
    assert await frame.inner_text(".label") == "Bestätigt, mit Einschränkungen."
    assert await frame.evaluate("innerHeight === document.documentElement.scrollHeight")
    await page.evaluate(f"document.querySelector('.c').id = '{CLAIM}@1'")
    assert (await shown(page, ".c"))[0] == f"{cards}/{CLAIM}@1"
    await page.evaluate("document.querySelector('.c').removeAttribute('id')")
    assert await page.evaluate("document.querySelector('.c').shadowRoot.querySelector('iframe')") is None
    assert await page.inner_text(".c") == "Only text."
    assert {url for url in asked if not url.startswith((HOST, curated.url))} == set()


async def test_the_element_hears_only_its_own_frame(curated, page):
    body = f'<citable-claim id="{CLAIM}@1">T</citable-claim><script src="{curated.url}/embed.js"></script>'
    await hosted(page, curated.url, body)
    before = await shown(page)
    await page.evaluate("""() => {
      postMessage({type: "claim-embed:height", id: "x", height: 999}, "*");
      const other = document.createElement("iframe");
      document.body.append(other);
      other.contentWindow.parent.postMessage({type: "claim-embed:height", id: "x", height: 999}, "*");
    }""")
    frame = next(frame for frame in page.frames if "/embed/" in frame.url)
    for height_ in ("1e9", "'500'", "NaN", "-5", "0", "5.5"):
        await frame.evaluate(f"parent.postMessage({{type: 'claim-embed:height', height: {height_}}}, '*')")
    await frame.evaluate("parent.postMessage(null, '*')")
    assert await shown(page) == before
    await frame.evaluate("parent.postMessage({type: 'claim-embed:height', height: 777}, '*')")
    element = await page.query_selector("citable-claim")
    high = "element => element.shadowRoot.querySelector('iframe').offsetHeight === 777"
    await page.wait_for_function(high, arg=element)


async def test_without_an_answer_the_text_stays(curated, page):
    await page.route("**/embed/claims/**", lambda route: route.abort())
    await hosted(page, curated.url, f'<citable-claim id="{CLAIM}@1">Over 6,200 firms.</citable-claim>'
                                    f'<script src="{curated.url}/embed.js"></script>')  # fmt: skip
    await page.wait_for_timeout(300)
    assert await page.locator("citable-claim").inner_text() == "Over 6,200 firms."
    assert await page.locator("citable-claim").evaluate(SHOWN) is None


async def test_the_script_works_as_a_module(curated, page):
    """Then it shows the cards of the origin it was published for, which is not where this test has it from."""
    origin = curated.runtime.settings.origin

    async def answer(route: Route) -> None:
        found = await curated.get(route.request.url.removeprefix(origin))
        await route.fulfill(status=found.status_code, body=found.content, headers=dict(found.headers))

    await page.route(f"{origin}/**", answer)
    body = f'<script type="module" src="{origin}/embed.js"></script><citable-claim id="{CLAIM}@1">T</citable-claim>'
    await hosted(page, origin, body)
    assert (await shown(page))[0] == f"{origin}/embed/claims/{CLAIM}@1"


async def test_a_sandboxed_frame_without_scripts_says_that_the_claim_was_changed(desk: Desk, browser):
    claim = await desk.published()
    ours = desk.api.url
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    body = f'<iframe sandbox src="{ours}/embed/claims/{claim["id"]}@1" width="480" height="500"></iframe>'
    await hosted(page, ours, body)
    card_ = page.frame_locator("iframe")
    assert await card_.locator(".large").inner_text() == "4,100 cranes"
    assert await card_.locator(".notice").count() == 0
    change = {"kind": "correction", "severity": "major", "note": "A new count."}
    revised(await desk.editor.revise(claim["id"], {"quantity": {"value": "4200"}, "change": change}))
    await page.reload()
    assert "A new count." in await card_.locator(".notice").inner_text()
    created(await desk.editor.retract(claim["id"]))
    await page.reload()
    assert await card_.locator("s").inner_text() == "4,100 cranes"
    await context.close()
