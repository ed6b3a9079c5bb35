"""Whatever a claim, a question or an address is made of, a page shows it as text, and nothing of it runs."""

from urllib.parse import quote

import pytest

from tests.browser.chromium import needs_chromium, watched
from tests.browser.hostile import TEXTS, as_read, assert_harmless, publish, read, text
from tests.web.writing import claim, created

pytestmark = needs_chromium
ID = "hostile-cranes-1"
RETRACTED = "hostile-cranes-2"
PAGES = {
    f"/claims/{ID}": [where for where in TEXTS if where not in ("reason", "unit")],
    f"/claims/{ID}@1": ["statement", "scope", "attributed_to", "title", "publisher", "quote", "locator"],
    f"/claims/{RETRACTED}": ["statement", "reason"],
    "/measures/hostile-cranes": ["statement"],
    "/": ["statement"],
    "/?q=statement": ["statement"],
    "/corrections": ["statement", "note", "reason"],
    f"/embed/claims/{ID}": ["statement", "attributed_to", "title", "publisher"],
    f"/embed/claims/{ID}@1": ["statement", "attributed_to", "note"],
    f"/embed/claims/{RETRACTED}@3": ["statement", "reason"],
    f"/embed/claims/{ID}@1?lang=hi": ["statement", "attributed_to", "note"],
}
"""Which hostile texts are to be read where."""

PAYLOAD = quote(text("asked"), safe="")
ASKING = (
    f"/?q={PAYLOAD}",
    f"/?status={PAYLOAD}",
    f"/?topic={PAYLOAD}",
    f"/?{PAYLOAD}=1",
    f"/?cursor={PAYLOAD}",
    f"/?limit={PAYLOAD}",
    f"/{PAYLOAD}",
    f"/claims/{PAYLOAD}",
    f"/claims/{ID}@{PAYLOAD}",
    f"/measures/{PAYLOAD}",
    f"/corrections?cursor={PAYLOAD}",
    f"/corrections?topic={PAYLOAD}",
    f"/problems/{PAYLOAD}",
    f"/embed/claims/{PAYLOAD}",
    f"/embed/claims/{ID}?lang={PAYLOAD}",
    f"/embed/claims/{ID}?{PAYLOAD}=1",
    f"/embed/claims/{PAYLOAD}.svg",
    f"/oembed?url={PAYLOAD}",
    f"/oembed?url={quote('https://citable.example/claims/' + ID)}&format={PAYLOAD}",
    f"/v1/claims/{PAYLOAD}",
    f"/v1/claims?topic={PAYLOAD}",
    f"/v1/measures/{PAYLOAD}/chart.svg",
    f"/v1/claims/{ID}/citation?style={PAYLOAD}",
)
"""Addresses that ask with a hostile text: for pages, cards, pictures and data, most of them refused."""


@pytest.fixture(scope="module")
async def hostile(desk):
    """A desk with two hostile claims, one of them retracted."""
    await publish(desk, ID)
    await publish(desk, RETRACTED)
    answer = await desk.editor.retract(RETRACTED, {"reason": text("reason")})
    assert answer.status_code == 201, answer.text
    return desk


@pytest.mark.parametrize(("path", "texts"), PAGES.items(), ids=PAGES)
async def test_a_page_shows_hostile_texts_as_they_were_written(path, texts, hostile, page):
    witness = watched(page)
    answer = await page.goto(hostile.api.url + path)
    assert answer.status == 200
    await assert_harmless(page, witness)
    shown = await read(page)
    written = [as_read(text(where))[: 60 if path.startswith("/embed/") else None] for where in texts]  # cards cut
    assert [one for one in written if one not in shown] == []
    assert "49" not in shown.replace(as_read(text("x")), "").split()


@pytest.mark.parametrize("path", ASKING, ids=[path.replace(PAYLOAD, "…") for path in ASKING])
async def test_a_page_repeats_what_was_asked_as_text_if_at_all(path, hostile, page):
    witness = watched(page)
    answer = await page.goto(hostile.api.url + path)
    assert answer.status in (200, 400, 404, 501), answer.status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    await assert_harmless(page, witness)


async def test_a_pasted_text_is_shown_as_it_was_written_whether_it_is_checked_or_refused(hostile, page):
    """The one that is refused is longer than it may be; the claims beside the other are as hostile as it is."""
    about = {"statement": f"Harbours run 4,177 automated cranes {text('said')}", "quantity__value": "4177"}
    created(await hostile.editor.create(claim(**about)))
    witness = watched(page)
    for more, status in (("", 200), (" and so on" * 5_000, 400)):
        pasted = f"{text('pasted')}.\n\nHarbours run 4,177 automated cranes {text('marked')}.{more}"
        await page.goto(f"{hostile.api.url}/check")
        await page.get_by_label("The text, in English").fill(pasted)
        witness.navigated.clear()
        async with page.expect_navigation() as coming:
            await page.get_by_role("button", name="Check it").click()
        assert (await coming.value).status == status
        await assert_harmless(page, witness)
        assert await page.locator("textarea").input_value() == pasted
        if status == 200:
            assert "Harbours run" in await page.locator("mark").first.text_content()
            assert as_read(about["statement"]) in await read(page)
            assert as_read(text("pasted")) in as_read(await page.locator(".checked").text_content())


async def test_the_search_box_holds_what_was_asked(hostile, page):
    asked = text("asked")[:150]
    await page.goto(f"{hostile.api.url}/?q={quote(asked, safe='')}")
    assert await page.locator("input[name=q]").first.input_value() == asked
