"""GET and POST /check: a text is pasted, and its passages are marked."""

import threading
from urllib.parse import urlencode

import pytest

from schemas.matching import LONGEST_TEXT, MOST_COMPARED
from service.web import endpoints
from service.web.bodies import LARGEST_QUESTION
from tests.matching.labels import ARTICLE
from tests.pages.reading import read, text, texts
from tests.web.asking import assert_problem, own_api

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": BROWSER}
SUMMARY = "//h2[@id='result-summary']"
HELD = "//ol[contains(@class, 'matches')]/li"
BOX = "//textarea[@name='text']"


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
    assert form.xpath(".//textarea/@maxlength") == []  # which cuts off what is pasted, and does not say so
    assert f"{LONGEST_TEXT:,}" in text(page, f"//*[@id='{form.xpath('.//textarea/@aria-describedby')[0]}']")
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
    assert len(page.xpath(HELD)) == len(links)
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
    [item] = page.xpath(HELD)
    assert "More than we have" in item.text_content()
    assert "pandas" in text(page, "//h3[text()='Numbers we hold no claim about']/following-sibling::ul")
    assert text(page, SUMMARY).startswith("1 of ")


async def test_nothing_found_is_said(curated):
    page = read(await pasted(curated, "Nothing here counts anything."))
    assert text(page, SUMMARY) == "No passage of this text states a number."


async def test_the_example_is_checked_at_once(curated):
    answer = await curated.get("/check?example=1")
    assert answer.status_code == 200
    assert len(read(answer).xpath("//mark")) >= 3


async def test_what_is_pasted_is_text(curated):
    hostile = "<script>alert(1)</script> China has more than 6,200 AI firms </textarea><img src=x onerror=alert(2)>."
    page = read(await pasted(curated, hostile))
    assert page.xpath("//script | //img") == []
    assert hostile in page.xpath("//textarea")[0].text


async def test_a_claim_s_status_stands_beside_the_verdict_in_words(curated):
    """A number may be the one we have, and the claim refuted; and a claim may have been replaced."""
    said = "DeepSeek was built for $6 million. ChatGPT has 800 million weekly users. China has 9,000 AI firms."
    page = read(await pasted(curated, said))
    assert texts(page, f"{HELD}/p[@class='judged']") == [
        "✓ As we have it The claim: Refuted: The evidence says otherwise.",
        "↻ Replaced by a newer figure The claim: Verified, with caveats: Right number, read the caveat. Superseded",
        "▲ More than we have The claim: Verified, with caveats: Right number, read the caveat.",
    ]
    assert texts(page, "//mark/a[@class='nth']") == [
        "1 ✓ refuted", "2 ↻ verified, with caveats", "3 ▲ verified, with caveats",
    ]  # fmt: skip
    assert page.xpath("//mark/a[@class='nth']/@aria-label")[0] == "Passage 1: As we have it; the claim: Refuted"
    assert texts(page, "//p[@class='stand']/span/span") == ["Verified, with caveats", "Refuted"]
    for target in page.xpath("//main//a[starts-with(@href, '#')]/@href"):
        assert len(page.xpath(f"//*[@id='{target[1:]}']")) == 1, target


async def test_the_nearest_measure_is_named_as_it_is_called_where_one_is_near(curated):
    near = read(await pasted(curated, "China's 12 AI patent offices employ 4,000 clerks."))
    label = (await curated.get("/v1/measures/china-share-of-world-ai-patents")).json()["label"]
    assert near.xpath("//ul[@class='plain']/li//a/text()") == [label]
    far = read(await pasted(curated, "We walked for three hours."))
    assert len(far.xpath("//ul[@class='plain']/li")) == 1
    assert far.xpath("//ul[@class='plain']/li//a") == []


async def test_the_rest_of_a_text_with_very_many_numbers_is_one_click_away(curated):
    whole = "\n\n".join(f"Shop number has {n:,} chairs and 6,200 AI firms." for n in range(2001, 2201))
    whole += "\n\nThe last of them has 9,999 tables.  \n"
    seen, left, answers = "", whole, 0
    while left:
        page = read(await pasted(curated, left))
        (shown,) = page.xpath("//div[@class='checked']")
        assert page.xpath(BOX)[0].text.removeprefix("\n") == left
        for note in shown.xpath(".//a[@class='nth'] | .//*[@class='unseen']"):
            note.drop_tree()
        forms = page.xpath("//form[@id='rest']")
        rest = forms[0].xpath("input[@name='text']/@value")[0] if forms else ""
        assert len(page.xpath("//button[@form='rest' or ancestor::form[@id='rest']]")) == 2 * len(forms)
        assert f"{len(rest):,} characters" in page.text_content() or not rest
        assert left.endswith(rest)
        seen += left.removesuffix(rest)
        left, answers = rest, answers + 1
    assert seen == whole
    assert answers == 3  # of 401 passages
    assert "The last of them has 9,999 tables." in page.text_content()


async def test_a_text_with_as_many_as_are_compared_has_no_rest(curated):
    page = read(await pasted(curated, "".join(f"Shop number has {n:,} chairs. " for n in range(1, MOST_COMPARED + 1))))
    assert text(page, SUMMARY).startswith(f"0 of {MOST_COMPARED} ")
    assert page.xpath("//form[@id='rest']") == []


async def test_letters_that_steer_are_shown_and_not_done(curated):
    page = read(
        await pasted(curated, "\ufeff\u202eChina\u2028has \x1b[31m6,200\x0c AI firms\u2066.\ufdd0 12\x9b pandas")
    )
    shown = page.text_content() + page.xpath(BOX)[0].text
    assert not set(shown) & set("\ufeff\u202e\u2028\x1b\x0c\u2066\ufdd0\x9b")
    assert "\N{REPLACEMENT CHARACTER}China\nhas \N{REPLACEMENT CHARACTER}[31m6,200\n AI firms" in shown


def refused(answer, status):
    """The page that says why, in an element that the form refers to; and what stands in the form."""
    page = read(answer, status)
    (box,) = page.xpath(BOX)
    (alert,) = page.xpath("//*[@role='alert'][@id='result']")
    assert "why" in box.get("aria-describedby").split()
    assert (box.get("aria-invalid") == "true") == (status == 400)
    assert answer.headers["x-request-id"] in alert.text_content()
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert text(page, "//title").startswith("Not checked")
    return text(page, "//p[@id='why']"), (box.text or "").removeprefix("\n")


@pytest.mark.parametrize(
    ("body", "why", "kept"),
    [
        (b"", "There is no text to check", ""),
        (b"text=", "There is no text to check", ""),
        (b"text=+%0D%0A+", "There is no text to check", " \n "),
        (b"text=" + b"ab%C3%A9%0D%0A" * 12_501, "has 50,004 characters; 50,000 are", "abé\n" * 12_501),
        (b"text=Five%00+models", "NUL", "Five\N{REPLACEMENT CHARACTER} models"),
        (b"text=a&text=b", "stands 2 times", "a"),
        (b"text=Five+models&other=b", "'other'", "Five models"),
        (b"text=Five%FF+models", "UTF-8", "Five\N{REPLACEMENT CHARACTER} models"),
        ("text=Fünf".encode(), "UTF-8", "Fünf"),
        (b"text=" + b"x&" * 501, "500 parameters", ""),
    ],
    ids=["nothing", "empty", "blank", "too-long", "nul", "twice", "unknown", "not-utf-8", "not-encoded", "many"],
)
async def test_what_cannot_be_checked_is_refused_in_words_and_stays_in_the_form(curated, body, why, kept):
    answer = await curated.client.post("/check", content=body, headers=FORM)
    said, held = refused(answer, 400)
    assert why in said
    assert held == kept
    assert_problem(await curated.client.post("/check", content=body, headers={**FORM, "accept": "*/*"}), 400)


async def test_the_longest_text_is_checked_and_a_longer_form_not_even_read(curated):
    longest = b"text=" + b"%F0%9F%A4%96" * LONGEST_TEXT
    answer = await curated.client.post("/check", content=longest, headers=FORM)
    assert text(read(answer), SUMMARY) == "No passage of this text states a number."
    said, held = refused(
        await curated.client.post("/check", content=b"text=" + b"x" * LARGEST_QUESTION, headers=FORM), 413
    )
    assert "far longer than the 50,000 characters" in said
    assert held == ""


async def test_a_long_form_is_decoded_beside_the_event_loop(curated, monkeypatch):
    threads = []
    decode = endpoints.form_of
    monkeypatch.setattr(endpoints, "form_of", lambda raw: (threads.append(threading.current_thread()), decode(raw))[1])
    for length in (10, LONGEST_TEXT + 1):
        await curated.client.post("/check", content=b"text=" + b"x" * length, headers=FORM)
    assert [thread is threads[0] for thread in threads] == [True, False]


async def test_who_asked_too_often_keeps_the_text(cluster):
    async with own_api(cluster, reads_per_minute=1) as api:
        read(await pasted(api, "China has 6,200 AI firms."))
        answer = await pasted(api, "Five models\n& <more>")
    said, held = refused(answer, 429)
    assert "wait" in said
    assert held == "Five models\n& <more>"
    assert int(answer.headers["retry-after"]) > 0
    assert "reads" in answer.headers["ratelimit-policy"]
    assert answer.headers["vary"] == "Accept"


async def test_when_too_many_wait_for_their_turn_the_text_is_kept(curated, monkeypatch):
    monkeypatch.setattr("service.texts.WAITING", 0)
    answer = await pasted(curated, "Five models")
    said, held = refused(answer, 503)
    assert "try again" in said
    assert held == "Five models"
    assert answer.headers["retry-after"] == "2"


async def test_other_bodies_are_refused(curated):
    answer = await curated.client.post("/check", json={"text": "a"}, headers={"accept": BROWSER})
    assert answer.headers["accept"] == FORM["content-type"]
    refused(answer, 415)
    assert_problem(await curated.client.post("/check", json={"text": "a"}), 415)
