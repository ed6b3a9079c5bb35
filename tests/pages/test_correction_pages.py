"""GET /corrections: each claim as it was before, and as it is since."""

import pytest

from tests.pages.reading import read, text, texts
from tests.web.writing import claim

HOSTILE = "</script><img src=x onerror=hacked()>{{ 7*7 }}"


async def test_a_correction_shows_both_numbers_the_reason_and_both_versions(desk):
    made = (await desk.editor.create(claim())).json()
    await desk.editor.revise(
        made["id"],
        {"quantity": {"value": "4200"}, "statement": "Harbours run 4,200 automated cranes.",
         "change": {"note": f"Miscounted {HOSTILE}"}},
    )  # fmt: skip
    page = read(await desk.api.get(f"/corrections?claim={made['id']}"))
    (entry,) = page.xpath("//ol/li/article")
    assert text(entry, "h2/a") == "Harbours run 4,200 automated cranes."
    assert texts(entry, ".//dt") == ["Statement", "Number"]
    assert (texts(entry, ".//del"), texts(entry, ".//ins")) == (["4,100", "4,100 cranes"], ["4,200", "4,200 cranes"])
    assert f"Miscounted {HOSTILE}" in entry.text_content()
    assert not page.xpath("//script | //img")
    assert list(entry.xpath(".//p/a/@href")) == [
        f"/claims/{made['id']}@1",
        f"/claims/{made['id']}@2",
    ]


async def test_a_retraction_strikes_the_number_and_nothing_that_stayed_is_marked(desk):
    made = (await desk.editor.create(claim())).json()
    await desk.editor.retract(made["id"], {"reason": "The register never said so."})
    page = read(await desk.api.get(f"/corrections?claim={made['id']}"))
    (entry,) = page.xpath("//ol/li/article")
    assert text(entry, ".//dd/s") == "4,100 cranes"
    assert not entry.xpath(".//del | .//ins")
    assert "The register never said so." in entry.text_content()
    assert text(entry, "p[1]/span") == "Retracted"
    front = read(await desk.api.get("/"))
    assert f"/claims/{made['id']}" in front.xpath("//section[@aria-labelledby='corrected']//a/@href")[0]


async def test_pages_tell_each_correction_once_the_newest_first(desk):
    made = (await desk.editor.create(claim())).json()
    for number in range(4200, 4205):
        await desk.editor.revise(made["id"], {"quantity": {"value": str(number)}})
    address, found = f"/corrections?claim={made['id']}&limit=2", []
    while address:
        page = read(await desk.api.get(address))
        found += texts(page, "//ol/li//ins")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert found == [f"{number:,} cranes" for number in range(4204, 4199, -1)]


async def test_none_says_so_and_feeds_are_named(curated):
    answer = await curated.get("/corrections")
    page = read(answer)
    assert "No claim has been corrected so far" in text(page, "//main/p[@class='notice']")
    assert {"/feeds/corrections.atom", "/feeds/corrections.json"} <= set(page.xpath("//main//a/@href"))
    assert "</feeds/corrections.atom>" in answer.headers["link"]
    assert (await curated.get("/corrections", if_none_match=answer.headers["etag"])).status_code == 304


@pytest.mark.parametrize("wrong", ["limit=0", "claim=A", "surprise=1"])
async def test_what_cannot_be_read_is_refused(wrong, curated):
    page = read(await curated.get(f"/corrections?{wrong}", accept="text/html"), 400)
    assert wrong.partition("=")[0] in text(page, "//p[@class='lede']")
