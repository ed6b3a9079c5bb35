"""What a person reads on a page."""

import httpx
from lxml import html


def read(answer: httpx.Response, status: int = 200) -> html.HtmlElement:
    """The page an answer is."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return html.document_fromstring(answer.text)


def text(page: html.HtmlElement, path: str) -> str:
    """The text of the one element a CSS-like path of XPath finds, without its line breaks."""
    (found,) = page.xpath(path)
    return " ".join(found.text_content().split())


def texts(page: html.HtmlElement, path: str) -> list[str]:
    """The texts of all elements that are found."""
    return [" ".join(found.text_content().split()) for found in page.xpath(path)]
