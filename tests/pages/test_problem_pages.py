"""Failures as people read them; and as programs do, whatever they like."""

import pytest

from tests.pages.reading import read, text
from tests.web.asking import CLAIM, assert_problem

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    "path", ["/claims/nothing", f"/claims/{CLAIM}@99", "/measures/nothing", "/nothing", "/claims/"]
)
async def test_a_browser_is_shown_a_page_with_the_search(path, curated):
    answer = await curated.get(path, accept=BROWSER)
    page = read(answer, 404)
    assert text(page, "//h1") == "There is no such resource"
    assert page.xpath("//form[@role='search']")
    assert answer.headers["x-request-id"] in text(page, "//main//code[last()]")
    assert answer.headers["cache-control"] == "no-store"
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["vary"] == "Accept"
    plain = await curated.get(path)
    assert_problem(plain, 404)
    assert plain.json()["detail"] in page.text_content()


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/json", "text/html;q=0.5,application/json", "text/*;q=0,*/*"]
)
async def test_who_does_not_prefer_html_is_told_in_json(accept, curated):
    answer = await curated.get("/claims/nothing", accept=accept)
    assert_problem(answer, 406 if answer.status_code == 406 else 404)


@pytest.mark.parametrize(
    "path", ["/v1/claims/nothing", "/v1/claims?limit=0", "/feeds/claims.atom?limit=0", "/oembed", "/openapi.json?a=1"]
)
async def test_programs_addresses_answer_programs(path, curated):
    answer = await curated.get(path, accept=BROWSER)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "vary" not in answer.headers or "Accept" not in answer.headers["vary"]


async def test_a_method_a_page_does_not_know_keeps_its_header_fields(curated):
    answer = await curated.client.post("/corrections", headers={"accept": BROWSER})
    read(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_head_of_what_is_not_there_has_no_body(curated):
    answer = await curated.client.head("/nothing", headers={"accept": BROWSER})
    assert (answer.status_code, answer.content) == (404, b"")


async def test_what_is_said_of_the_request_is_text(curated):
    answer = await curated.get("/?%3Cscript%3Ehacked()%3C/script%3E=1&{{7*7}}=1", accept=BROWSER)
    page = read(answer, 400)
    assert not page.xpath("//script")
    assert "<script>hacked()</script>" in page.text_content()
    assert "{{7*7}}" in page.text_content()
