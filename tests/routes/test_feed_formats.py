"""GET /feeds/…: each page is what its format says, whatever texts it holds, and is found by those who look for it."""

import pytest
from lxml import etree

from tests.routes.subscribing import ATOM, FEEDS, ORIGIN, entries, following, ids, page, parsed
from tests.routes.test_corrections import corrected
from tests.web.asking import assert_problem
from tests.web.writing import created, revised


async def test_a_feed_reader_understands_all_of_it(curated):
    answer = await page(curated, "/feeds/claims.atom")
    read = parsed(answer)
    assert read.feed.title == "Citable: claims"
    assert read.feed.id == f"{ORIGIN}/feeds/claims.atom"
    assert read.feed.language == "en"
    assert read.feed.link == f"{ORIGIN}/"
    assert read.feed.author == "Citable"
    assert [entry.id for entry in read.entries] == ids(entries(answer))
    assert [entry.title for entry in read.entries] == [entry["title"] for entry in entries(answer)]
    for entry in read.entries:
        assert entry.link == entry.id
        assert entry.content[0].type == "application/xhtml+xml"
        assert entry.updated_parsed == entry.published_parsed


async def test_both_formats_say_the_same(desk, topic):
    claim = await desk.published(topics=[topic])
    await corrected(desk, claim, "4200", note="A new count.")
    created(await desk.editor.retract(claim["id"]))
    for name in ("claims", "corrections"):
        one, other = [entries(await page(desk.api, f"/feeds/{name}.{form}?topic={topic}")) for form in ("atom", "json")]
        assert one == other
        assert len(one) == {"claims": 3, "corrections": 2}[name]


async def test_a_page_names_itself_and_its_twin(curated):
    root = etree.fromstring((await page(curated, "/feeds/claims.atom?topic=patents&topic=china&limit=2")).content)
    links = {(link.get("rel"), link.get("type")): link.get("href") for link in root.findall(f"{ATOM}link")}
    feed = f"{ORIGIN}/feeds/claims.atom?topic=patents&topic=china"
    assert root.findtext(f"{ATOM}id") == feed
    assert links["self", "application/atom+xml"] == links["first", "application/atom+xml"] == f"{feed}&limit=2"
    assert links["alternate", "application/feed+json"] == feed.replace(".atom", ".json")
    twin = (await page(curated, "/feeds/claims.json?topic=patents&topic=china&limit=2")).json()
    assert twin["feed_url"] == feed.replace(".atom", ".json")
    assert twin["title"] == root.findtext(f"{ATOM}title") == "Citable: claims (patents, china)"
    second = etree.fromstring((await page(curated, links["next", "application/atom+xml"].removeprefix(ORIGIN))).content)
    assert second.findtext(f"{ATOM}id") == feed
    assert "cursor=" in second.find(f"{ATOM}link[@rel='self']").get("href")


async def test_an_item_brings_the_change_as_data(desk, topic):
    claim = await desk.published(topics=[topic])
    now = await corrected(desk, claim, "4200", note="A new count.")
    item = (await page(desk.api, f"/feeds/corrections.json?topic={topic}")).json()["items"][0]["_claim"]
    (listed,) = (await desk.api.get(f"/v1/corrections?topic={topic}")).json()["items"]
    assert listed.items() <= item.items()
    assert item["quantity"] == now["quantity"]
    assert item["source"] == now["sources"][0]["url"]
    assert item["before"] == {
        "statement": claim["statement"], "quantity": claim["quantity"], "status": "unverified",
    }  # fmt: skip


HOSTILE = (
    "<script>alert(1)</script> & <b>bold</b> &amp; &#60;", "]]></content></entry></feed><!-- <![CDATA[ x ]]>",
    "\u200f\u200e مرحبا \U0001f600", "a\uffffb\ufffec", "{{7*7}} %s \\u0000 ${x}", '"quoted" \'single\' \\ /',
)  # fmt: skip


@pytest.mark.parametrize("form", ["atom", "json"])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_text_stays_text(form, text, desk, topic):
    """What XML cannot hold is replaced there by the character that says so."""
    claim = await desk.published(topics=[topic], statement=text, attributed_to=text, quantity__unit=text[:60])
    body = {"scope": text, "change": {"kind": "correction", "severity": "major", "note": f"{text}\n\t{text}"}}
    revised(await desk.editor.revise(claim["id"], body))
    answer = await page(desk.api, f"/feeds/claims.{form}?topic={topic}")
    shown = text if form == "json" else text.replace("\uffff", "\ufffd").replace("\ufffe", "\ufffd")
    newest, first = entries(answer)
    assert first["title"] == f"New: {shown}"
    assert newest["summary"] == f"Major correction: {shown}\n\t{shown}"
    assert newest["text"].split("\n\n")[:3] == [f"Major correction: {shown}", shown, shown]
    assert f"Stated by: {shown}" in newest["text"]
    if form == "atom":
        read = parsed(answer)
        assert read.entries[1].title_detail.type == "text/plain"
        assert not {element.tag for element in etree.fromstring(answer.content).iter()} & {f"{ATOM}script", "script"}


async def test_an_address_of_a_source_stays_an_address(desk, topic):
    url = "https://register.example/ä?a=1&b='2'&c=(3)#]]&gt;"
    source = {
        "title": "T",
        "publisher": "P",
        "kind": "primary",
        "stance": "supports",
        "read_as": "document",
        "url": url,
    }
    nowhere = {**source, "title": "Spoken", "url": None}
    await desk.published(topics=[topic], sources=[nowhere, source])
    for form in ("atom", "json"):
        (entry,) = entries(await page(desk.api, f"/feeds/claims.{form}?topic={topic}"))
        assert entry["via"] == url


@pytest.mark.parametrize("path", FEEDS)
async def test_what_feed_readers_really_send_is_acceptable(path, curated):
    """As FreshRSS, Miniflux, feedparser and a browser ask."""
    for accept in (
        "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, */*;q=0.1",
        "application/xml, application/atom+xml, application/rss+xml, application/feed+json, text/html, */*;q=0.9",
        "application/atom+xml,application/rdf+xml,application/x-netcdf,application/xml;q=0.9,text/xml;q=0.2,*/*;q=0.1",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*",
    ):  # fmt: skip
        answer = await curated.get(path, Accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (200, FEEDS[path])
    assert_problem(await curated.get(path, Accept="text/html"), 406)


async def test_the_start_and_the_reference_lead_to_the_feeds(curated):
    start, reference = await curated.get("/"), (await curated.get("/docs")).text
    tree = etree.fromstring(reference.encode(), etree.HTMLParser())
    there = {link.get("href"): link.get("type") for link in tree.iterfind(".//link[@rel='alternate']")}
    assert there == FEEDS
    for path, media_type in FEEDS.items():
        assert f'<{path}>; rel="alternate"; type="{media_type}"' in start.headers["link"]


async def test_an_empty_feed_is_a_feed(curated):
    for path in FEEDS:
        answer = await page(curated, f"{path}?claim=nobody-said-this")
        assert entries(answer) == []
        assert following(answer) is None
    assert (await page(curated, "/feeds/corrections.json")).json()["items"] == []
