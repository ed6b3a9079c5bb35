"""GET /: the claims for people, searched, narrowed down and paged by its address."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.pages.reading import read, text, texts
from tests.web.asking import MEASURE
from tests.web.writing import SUPPORT, claim

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
STATEMENTS = "//ol[@class='claims']//h3/a"
HEADING = "//h2[@id='claims']"
SET = "//ul[@class='chips set']//a[@aria-current]"
HOSTILE = ("</script><script>hacked()</script>", "{{ 7*7 }}{% raw %}", "\"><img src=x onerror='hacked()'>", "&lt;b&gt;")


def chips(page, kind):
    """The filters of a kind: their labels, counts and addresses."""
    found = page.xpath(f"//ul[@aria-labelledby='by-{kind}']//a")
    return [
        (" ".join(chip.text_content().split()), int(chip.xpath("string(span[@class='count'])").split()[0]),
         chip.get("href"))
        for chip in found
    ]  # fmt: skip


async def listed(api, **asked):
    """What the API lists for the same question."""
    answer = await api.get("/v1/claims?" + urlencode({"limit": 100, **asked}, doseq=True))
    return answer.json()["items"]


async def test_it_begins_with_the_newest_claims_and_what_one_may_do(curated):
    page = read(await curated.get("/", accept=BROWSER))
    newest = await listed(curated, limit=20)
    assert texts(page, STATEMENTS) == [item["statement"] for item in newest]
    assert page.xpath("//form[@role='search']/@method") == ["get"]
    assert text(page, "//form//label") == "Search the claims"
    for address in ("/about/verification", "/docs", "/corrections", "/feeds/corrections.atom"):
        assert page.xpath(f"//main//a[@href='{address}'] | //nav//a[@href='{address}']"), address
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://citable.example/"]


async def test_a_search_finds_what_the_api_finds_in_the_same_order(curated):
    page = read(await curated.get("/?q=chinese+downloads"))
    found = await listed(curated, q="chinese downloads")
    assert texts(page, STATEMENTS) == [item["statement"] for item in found[:20]]
    assert text(page, HEADING) == f"{len(found)} claims"
    assert page.xpath("//input[@name='q']/@value") == ["chinese downloads"]
    highest = read(await curated.get("/?q=chinese+downloads&sort=-value"))
    assert texts(highest, STATEMENTS) == [
        item["statement"] for item in await listed(curated, q="chinese downloads", sort="-value", limit=20)
    ]


@pytest.mark.parametrize("empty", ["q=", "q=+", "q=&status=&topic=&sort=&cursor="])
async def test_what_a_form_leaves_empty_is_not_asked(empty, curated):
    page = read(await curated.get(f"/?{empty}"))
    assert texts(page, STATEMENTS) == texts(read(await curated.get("/")), STATEMENTS)
    api = await curated.get("/v1/claims?q=")
    assert api.status_code == 400


@pytest.mark.parametrize("asked", [
    {}, {"q": "china"}, {"topic": ["patents"]}, {"status": ["disputed", "refuted"], "geography": ["CN"]},
    {"measure": [MEASURE], "q": "patents"}, {"currency": ["superseded"], "status": ["verified_with_caveats"]},
])  # fmt: skip
async def test_each_filter_counts_what_its_link_shows(asked, curated):
    page = read(await curated.get("/?" + urlencode(asked, doseq=True)))
    looked = 0
    for kind in ("status", "topic", "geography"):
        for _, count, address in chips(page, kind)[:4]:
            query = parse_qsl(urlsplit(address).query)
            given = asked.get(kind, [])
            values = [value for name, value in query if name == kind]
            if len(given) == 0:
                shown = read(await curated.get(address))
                assert text(shown, HEADING) == ("1 claim" if count == 1 else f"{count} claims")
                assert len(texts(shown, SET)) == len(query) - ("q" in asked)
            else:  # another alternative adds, and one that is set takes away
                assert len(values) == len(given) + (1 if len(values) > len(given) else -1)
            looked += 1
    assert looked > 3


async def test_a_filter_that_is_set_can_be_taken_back(curated):
    page = read(await curated.get("/?q=china&topic=patents&topic=firms"))
    assert texts(page, SET) == [
        "Remove the filter patents \N{MULTIPLICATION SIGN}",
        "Remove the filter firms \N{MULTIPLICATION SIGN}",
    ]
    assert page.xpath(f"{SET}/@href") == ["/?q=china&topic=firms", "/?q=china&topic=patents"]
    kept = page.xpath("//form//input[@type='hidden']")
    assert [(each.get("name"), each.get("value")) for each in kept] == [("topic", "patents"), ("topic", "firms")]


async def test_pages_follow_each_other_to_the_last_claim(curated):
    found, address, pages = [], "/?topic=china", 0
    while address:
        answer = await curated.get(address)
        page = read(answer)
        found += texts(page, STATEMENTS)
        address = next(iter(page.xpath("//a[@rel='next']/@href")), None)
        assert ('rel="next"' in answer.headers["link"]) == bool(address)
        pages += 1
    assert pages > 1
    assert found == [item["statement"] for item in await listed(curated, topic="china")]


async def test_nothing_found_says_so_and_what_to_do(curated):
    page = read(await curated.get("/?q=qqqxyz&topic=patents"))
    assert text(page, HEADING) == "Nothing found"
    assert "qqqxyz" in text(page, "//div[@class='notice']")
    assert page.xpath("//div[@class='notice']//a/@href") == ["/?q=qqqxyz", "/"]


@pytest.mark.parametrize(
    "wrong", ["sort=up", "status=true", "surprise=1", "cursor=abc", "sort=relevance", "q=" + "x" * 201]
)
async def test_what_cannot_be_read_is_a_page_that_says_why(wrong, curated):
    page = read(await curated.get(f"/?{wrong}", accept=BROWSER), 400)
    assert text(page, "//h1") == "The request is not valid"
    named = wrong.partition("=")[0]
    assert any(f"{quote}{named}" in text(page, "//p[@class='lede']") for quote in "`'")
    assert page.xpath("//form[@role='search']")


async def test_it_is_kept_and_who_has_it_is_told_so(curated):
    answer = await curated.get("/?topic=energy")
    assert answer.headers["cache-control"].startswith("public, max-age=30")
    assert 'rel="alternate"; type="application/atom+xml"' in answer.headers["link"]
    assert "</feeds/corrections.atom?topic=energy>" in answer.headers["link"]
    again = await curated.get("/?topic=energy")
    assert "citable-memory; hit" in again.headers["cache-status"]
    assert (await curated.get("/?topic=energy", if_none_match=answer.headers["etag"])).status_code == 304
    head = await curated.client.head("/?topic=energy")
    assert (head.headers["etag"], head.content) == (answer.headers["etag"], b"")


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_what_is_asked_and_what_is_claimed_is_text(hostile, desk):
    source = {**SUPPORT, "publisher": hostile}
    made = claim(statement=f"Cranes say {hostile}", sources=[source])
    assert (await desk.editor.create(made)).status_code == 201
    for asked in ({"ids": made["id"]}, {"publisher": hostile}, {"q": hostile}):
        answer = await desk.api.get("/?" + urlencode(asked))
        page = read(answer)
        assert not page.xpath("//script | //img")
        assert "49" not in text(page, "//h1")
        if "q" in asked:
            assert page.xpath("//input[@name='q']/@value") == [hostile]
            assert text(page, "//title") == f"{hostile} \N{EN DASH} Citable"
        else:
            assert texts(page, STATEMENTS) == [made["statement"]]
            assert hostile in page.text_content()
