"""GET and POST /check: a text is pasted, and its passages are marked."""

from urllib.parse import urlencode

import pytest

from schemas.matching import LONGEST_TEXT
from tests.matching.labels import ARTICLE
from tests.pages.reading import read, text

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def pasted(api, said: str, **more: str):
    """The page for a text, pasted as a browser sends it: with CR and LF at the end of each line."""
    body = urlencode({"text": said.replace("\n", "\r\n"), **more})
    return await api.client.post("/check", content=body, headers=FORM)


async def test_the_form_is_a_page_and_works_without_anything_else(curated):
    answer = await curated.get("/check")
    page = read(answer)
    assert answer.status_code == 200
    [form] = page.xpath("//form[@method='post']")
    assert form.get("action") == "/check#result"
    assert form.xpath(".//textarea/@name") == ["text"]
    assert page.xpath("//*[@id='result']") == []
    assert page.xpath("//nav//a[@aria-current]/@href") == ["/check"]


async def test_every_mention_in_the_article_is_marked_and_leads_to_its_claim(curated):
    said = ARTICLE.read_text()
    answer = await pasted(curated, said)
    page = read(answer)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in answer.headers
    links = page.xpath("//mark/a[not(@class)]/@href")
    assert {link.partition("@")[0].rpartition("/")[2] for link in links} == {
        "cn-open-models-10bn-downloads", "cn-ai-firms-6200", "cn-ai-patents-60pct",
    }  # fmt: skip
    assert len(page.xpath("//ol[contains(@class, 'matches')]/li")) == len(links)
    for link in set(links):
        assert (await curated.get(link)).status_code == 200
    [shown] = page.xpath("//div[@class='checked']")
    for signs in shown.xpath(".//a[@class='nth']"):
        before = signs.getprevious()
        before.tail = (before.tail or "").removesuffix(" ")
        tail, parent = signs.tail, signs.getparent()
        parent.remove(signs)
        before.tail += tail or ""
    assert shown.text_content() == said.replace("\r\n", "\n")


async def test_a_wrong_number_and_an_unknown_one_are_told_apart_in_words(curated):
    page = read(await pasted(curated, "China has 9,000 AI firms. The zoo has 12 pandas, and 3,000 visitors a day."))
    [item] = page.xpath("//ol[contains(@class, 'matches')]/li")
    assert "More than we have" in item.text_content()
    assert "pandas" in text(page, "//h3[text()='Numbers we hold no claim about']/following-sibling::ul")
    assert text(page, "//h2[@id='result-summary']").startswith("1 of ")


async def test_nothing_found_is_said(curated):
    page = read(await pasted(curated, "Nothing here counts anything."))
    assert text(page, "//h2[@id='result-summary']") == "No passage of this text states a number."


async def test_the_example_is_checked_at_once(curated):
    answer = await curated.get("/check?example=1")
    assert answer.status_code == 200
    assert len(read(answer).xpath("//mark")) >= 3


async def test_what_is_pasted_is_text(curated):
    hostile = "<script>alert(1)</script> China has more than 6,200 AI firms </textarea><img src=x onerror=alert(2)>."
    page = read(await pasted(curated, hostile))
    assert page.xpath("//script | //img") == []
    assert hostile in page.xpath("//textarea")[0].text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"text=", 400),
        (b"", 400),
        (b"text=a&text=b", 400),
        (b"text=a&other=b", 400),
        (b"text=%FF", 400),
        (b"text=" + b"a" * (LONGEST_TEXT + 1), 400),
        (b"text=" + b"a" * 700_000, 413),
    ],
)
async def test_what_cannot_be_checked_is_a_page_that_says_why(curated, body, status):
    answer = await curated.client.post("/check", content=body, headers={**FORM, "accept": "text/html"})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_other_bodies_are_refused(curated):
    answer = await curated.client.post("/check", json={"text": "a"})
    assert (answer.status_code, answer.headers["accept"]) == (415, FORM["content-type"])
