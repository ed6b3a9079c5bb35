"""GET /claims/{id} and /claims/{id}@{version}: a claim for people."""

import pytest

from tests.pages.reading import read, text, texts
from tests.web.asking import CLAIM
from tests.web.writing import SUPPORT, claim

NOTICE = "//*[@role='note']"
HOSTILE = "</script><img src=x onerror=hacked()>{{ 7*7 }}\"'&amp;"


async def test_it_says_what_was_said_what_was_found_and_who_says_so(curated):
    page = read(await curated.get(f"/claims/{CLAIM}"))
    record = (await curated.get(f"/v1/claims/{CLAIM}")).json()
    assert text(page, "//h1") == record["statement"]
    assert "60" in text(page, "//p[@class='number']")
    assert text(page, "//*[@aria-labelledby='finding']/span") == "Disputed: Credible sources disagree."
    assert record["verification"]["rationale"] in text(page, "//*[@aria-labelledby='finding']")
    headings = texts(page, "//section[@aria-labelledby='sources']/h3")
    assert headings == ["What supports it", "What says otherwise"]
    for source in record["sources"]:
        assert source["title"] in page.text_content()
        assert f"Read as: {source['read_as']}" in text(page, "//section[@aria-labelledby='sources']")
    assert page.xpath("//link[@rel='canonical']/@href") == [f"https://citable.example/claims/{CLAIM}"]


async def test_the_competing_claims_are_a_chart_and_a_table(curated):
    page = read(await curated.get(f"/claims/{CLAIM}"))
    measure = (await curated.get("/v1/measures/china-share-of-world-ai-patents")).json()
    rows = page.xpath("//table/tbody/tr")
    assert len(rows) == measure["claims"]
    assert len(page.xpath("//tr[@aria-current]")) == 1
    (image,) = page.xpath("//figure//img")
    assert image.get("alt").startswith("Chart of the claims")
    for address in [image.get("src"), *page.xpath("//picture/source/@srcset")]:
        assert (await curated.get(address)).headers["content-type"] == "image/svg+xml"


async def test_every_link_and_file_of_a_page_is_there(curated):
    page = read(await curated.get(f"/claims/{CLAIM}"))
    named = {*page.xpath("//a/@href"), *page.xpath("//link/@href"), *page.xpath("//iframe/@src")}
    ours = sorted(address for address in named if address.startswith("/") and not address.startswith("//"))
    assert len(ours) > 20
    missing = [address for address in ours if (await curated.get(address)).status_code >= 400]
    assert missing == []


async def test_a_number_is_said_in_the_reader_s_language_too(curated):
    german = await curated.get("/claims/cn-open-models-10bn-downloads", accept_language="de")
    page = read(german)
    assert "10 Milliarden" in text(page, "//*[@lang='de']")
    assert german.headers["content-language"] == "de, en"
    english = await curated.get("/claims/cn-open-models-10bn-downloads")
    assert english.headers["etag"] != german.headers["etag"]
    assert not read(english).xpath("//p[@class='spoken']")


async def test_a_version_s_page_stays_and_says_that_there_is_a_newer_one(desk):
    made = (await desk.editor.create(claim())).json()
    await desk.editor.revise(
        made["id"],
        {
            "quantity": {"value": "4200"},
            "statement": "Harbours run 4,200 automated cranes.",
            "change": {"note": "Miscounted."},
        },
    )
    page = read(await desk.api.get(f"/claims/{made['id']}@1"))
    assert "4,100" in text(page, "//p[@class='number']")
    assert "This is version 1." in text(page, NOTICE)
    assert "Miscounted." in text(page, NOTICE)
    now = read(await desk.api.get(f"/claims/{made['id']}"))
    assert "4,200" in text(now, "//p[@class='number']")
    assert not now.xpath(NOTICE)


async def test_the_history_shows_what_changed_word_by_word(desk):
    made = (await desk.editor.create(claim())).json()
    await desk.editor.revise(
        made["id"], {"quantity": {"value": "4200"}, "statement": "Harbours run 4,200 automated cranes.",
                     "sources": [SUPPORT, {**SUPPORT, "title": "A second count", "url": "https://second.example/"}]},
    )  # fmt: skip
    page = read(await desk.api.get(f"/claims/{made['id']}"))
    newest, first = page.xpath("//ol[@class='timeline']/li")
    assert "Version 2" in newest.text_content()
    assert "Published" in first.text_content()
    assert texts(newest, ".//dt") == ["Statement", "Number", "Sources"]
    statement, number, sources = newest.xpath(".//dd")
    assert (texts(statement, "del"), texts(statement, "ins")) == (["4,100"], ["4,200"])
    assert (texts(number, "del"), texts(number, "ins")) == (["4,100 cranes"], ["4,200 cranes"])
    assert texts(sources, "ins") == ["A second count (Port Register)"]


async def test_a_retracted_claim_is_readable_with_its_number_struck_and_the_reason(desk):
    made = (await desk.editor.create(claim())).json()
    await desk.editor.retract(made["id"], {"reason": "The register never said so."})
    for address in (f"/claims/{made['id']}", f"/claims/{made['id']}@1", f"/claims/{made['id']}@2"):
        page = read(await desk.api.get(address))
        assert "4,100" in text(page, "//p[@class='number']/s")
        assert "retracted" in text(page, NOTICE)
        assert "The register never said so." in text(page, NOTICE)


async def test_a_long_history_is_shown_a_part_at_a_time(desk):
    made = (await desk.editor.create(claim())).json()
    for number in range(2, 25):
        assert (await desk.editor.revise(made["id"], {"scope": f"Scope {number}."})).status_code == 200
    page = read(await desk.api.get(f"/claims/{made['id']}"))
    shown = texts(page, "//ol[@class='timeline']/li/h3")
    assert len(shown) == 20
    (earlier,) = page.xpath("//a[text()='Earlier versions']/@href")
    assert earlier == f"/claims/{made['id']}@4#history"
    first = read(await desk.api.get(f"/claims/{made['id']}@4"))
    assert len(texts(first, "//ol[@class='timeline']/li/h3")) == 4
    assert not first.xpath("//a[text()='Earlier versions']")


async def test_whatever_a_claim_says_is_text(desk):
    source = {
        **SUPPORT,
        "title": HOSTILE,
        "publisher": HOSTILE,
        "quote": HOSTILE,
        "locator": HOSTILE,
        "read_as": HOSTILE,
    }
    made = await desk.editor.create(
        claim(statement=HOSTILE, quantity__unit=HOSTILE, attributed_to=HOSTILE, scope=HOSTILE, sources=[source])
    )
    assert made.status_code == 201
    answer = await desk.api.get(f"/claims/{made.json()['id']}")
    page = read(answer)
    assert text(page, "//h1") == HOSTILE
    assert page.xpath("//img[@src='x']") == []
    assert page.xpath("//*[@onerror]") == []
    assert [script.get("type") for script in page.xpath("//script")] == ["application/ld+json"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    measure = read(await desk.api.get("/measures/automated-cranes"))
    assert HOSTILE in texts(measure, "//td")


@pytest.mark.parametrize(
    "name", ["no-such-claim", f"{CLAIM}@2", f"{CLAIM}@0", f"{CLAIM}@01", CLAIM.upper(), f"{CLAIM}@1@1", "%00", "a" * 91]
)
async def test_what_is_not_there_is_not_found(curated, name):
    answer = await curated.get(f"/claims/{name}")
    assert answer.status_code in (400, 404), name


async def test_who_has_the_page_is_told_so(curated):
    answer = await curated.get(f"/claims/{CLAIM}")
    assert answer.headers["cache-control"].startswith("public, max-age=30")
    again = await curated.get(f"/claims/{CLAIM}", if_none_match=answer.headers["etag"])
    assert again.status_code == 304
    head = await curated.client.head(f"/claims/{CLAIM}")
    assert (head.headers["etag"], head.content) == (answer.headers["etag"], b"")


async def test_a_measure_s_page_has_its_chart_and_all_of_its_claims(curated):
    measure = (await curated.get("/v1/measures/size-of-china-ai-industry")).json()
    page = read(await curated.get("/measures/size-of-china-ai-industry"))
    assert text(page, "//h1") == measure["label"]
    assert len(page.xpath("//tbody/tr")) == len(measure["items"])
    assert page.xpath("//figcaption")
    assert (await curated.get("/measures/nothing")).status_code == 404


async def test_the_style_sheet_may_be_kept_for_ever_and_others_are_not_there(curated):
    page = read(await curated.get(f"/claims/{CLAIM}"))
    (path,) = page.xpath("//link[@rel='stylesheet']/@href")
    answer = await curated.get(path)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert (await curated.get("/assets/0123456789abcdef.css")).status_code == 404
