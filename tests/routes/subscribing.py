"""Reading feeds as feed readers do, each page held to the rules of its format."""

from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
import httpx
from jsonschema import Draft202012Validator
from lxml import etree

from tests.serving import Api

ATOM, TOMBSTONES = "{http://www.w3.org/2005/Atom}", "{http://purl.org/atompub/tombstones/1.0}"
ORIGIN = "https://citable.example"
FEEDS = {
    "/feeds/claims.atom": "application/atom+xml",
    "/feeds/claims.json": "application/feed+json",
    "/feeds/corrections.atom": "application/atom+xml",
    "/feeds/corrections.json": "application/feed+json",
}

_GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
_NAMESPACES = {"atom": ATOM[1:-1], "at": TOMBSTONES[1:-1]}
_TEXT = {"type": "string", "minLength": 1}
_ADDRESS = {"type": "string", "pattern": "^https?://[^ ]+$"}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
_AUTHORS = {
    "type": "array",
    "items": {"type": "object", "properties": {"name": _TEXT, "url": _ADDRESS, "avatar": _ADDRESS}, "minProperties": 1},
}
_EXTENSION = {"patternProperties": {r"^_[^.]+$": {"type": "object"}}, "additionalProperties": False}
_JSON_FEED = Draft202012Validator(
    {
        "type": "object",
        "required": ["version", "title", "items"],
        "properties": {
            "version": {"const": "https://jsonfeed.org/version/1.1"},
            **dict.fromkeys(("title", "description", "user_comment"), _TEXT),
            **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon", "favicon"), _ADDRESS),
            "language": {"type": "string", "pattern": "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"},
            "authors": _AUTHORS,
            "expired": {"type": "boolean"},
            "hubs": {"type": "array"},
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id"],
                    "anyOf": [{"required": ["content_text"]}, {"required": ["content_html"]}],
                    "properties": {
                        **dict.fromkeys(("id", "title", "content_html", "content_text", "summary"), _TEXT),
                        **dict.fromkeys(("url", "external_url", "image", "banner_image"), _ADDRESS),
                        **dict.fromkeys(("date_published", "date_modified"), _DATE),
                        "authors": _AUTHORS,
                        "tags": {"type": "array", "items": {"type": "string"}},
                        "language": {"type": "string"},
                        "attachments": {"type": "array"},
                    },
                    **_EXTENSION,
                },
            },
        },
        **_EXTENSION,
    }
)
"""The rules of JSON Feed 1.1, top to bottom."""


def version(claim: dict[str, Any] | str, number: int) -> str:
    """The permanent address of a claim's version."""
    return f"{ORIGIN}/v1/claims/{claim if isinstance(claim, str) else claim['id']}/versions/{number}"


def ids(found: list[dict[str, Any]]) -> list[str]:
    """The ids of entries, in order."""
    return [entry["id"] for entry in found]


async def page(api: Api, path: str) -> httpx.Response:
    """A page of a feed, which is what its format asks for."""
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text[:300]
    media_type = answer.headers["content-type"]
    assert media_type == FEEDS[path.partition("?")[0]]
    if media_type == "application/atom+xml":
        assert_atom(answer.content)
    else:
        assert_json_feed(answer.json())
    return answer


def assert_atom(content: bytes) -> Any:
    """The document is Atom: by the grammar of RFC 4287, and by the rules no grammar says. Its root."""
    root = etree.fromstring(content)
    assert _GRAMMAR.validate(root), _GRAMMAR.error_log
    find = lambda path, of=root: of.xpath(path, namespaces=_NAMESPACES)  # noqa: E731 - short, and used all over
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert find("atom:author or not(atom:entry[not(atom:author)])")
    assert len(find("atom:link[@rel='self']")) == 1
    for links in [find("atom:link", of) for of in (root, *find("atom:entry"))]:
        alternates = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
        assert len(alternates) == len(set(alternates))
        assert all(httpx.URL(link.get("href")).is_absolute_url for link in links)
    ids = find("atom:entry/atom:id/text()")
    assert len(ids) == len(set(ids))
    assert all(httpx.URL(id).is_absolute_url for id in ids)
    for entry in find("atom:entry"):
        assert find("atom:link[@rel='alternate'] or atom:content", entry)
        assert find("atom:title", entry)[0].text.strip()
    times = [datetime.fromisoformat(text) for text in find("atom:entry/atom:updated/text()")]
    assert times == sorted(times, reverse=True)
    assert not times or max(times) == datetime.fromisoformat(root.findtext(f"{ATOM}updated"))
    for deleted in find("at:deleted-entry"):
        assert httpx.URL(deleted.get("ref")).is_absolute_url
        assert datetime.fromisoformat(deleted.get("when")).tzinfo is not None
    return root


def assert_json_feed(document: dict[str, Any]) -> None:
    """The document is a JSON Feed of version 1.1."""
    assert [error.message for error in _JSON_FEED.iter_errors(document)] == []
    ids = [item["id"] for item in document["items"]]
    assert len(ids) == len(set(ids))


def parsed(answer: httpx.Response) -> Any:
    """A page as a feed reader's library has it; nothing in it may be mended by guessing."""
    read = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    return read


def entries(answer: httpx.Response) -> list[dict[str, Any]]:
    """The entries of a page in either format: what a reader sees of each."""
    if answer.headers["content-type"] == "application/feed+json":
        return [
            {"id": item["id"], "title": item["title"], "summary": item["summary"], "text": item["content_text"],
             "updated": datetime.fromisoformat(item["date_modified"]), "tags": item["tags"], "link": item["url"],
             "via": item.get("external_url")}
            for item in answer.json()["items"]
        ]  # fmt: skip
    root = etree.fromstring(answer.content)
    return [
        {"id": entry.findtext(f"{ATOM}id"), "title": entry.findtext(f"{ATOM}title"),
         "summary": entry.findtext(f"{ATOM}summary"),
         "text": "\n\n".join(paragraph.text for paragraph in entry.find(f"{ATOM}content")[0]),
         "updated": datetime.fromisoformat(entry.findtext(f"{ATOM}updated")),
         "tags": [category.get("term") for category in entry.findall(f"{ATOM}category")],
         "link": _target(entry, "alternate"), "via": _target(entry, "via")}
        for entry in root.findall(f"{ATOM}entry")
    ]  # fmt: skip


def following(answer: httpx.Response) -> str | None:
    """Where a page says the next one is, as a path of the API under test: in itself and in its Link field the same."""
    if answer.headers["content-type"] == "application/feed+json":
        found = answer.json().get("next_url")
    else:
        found = _target(etree.fromstring(answer.content), "next")
    linked = answer.links.get("next", {}).get("url")
    assert found == (linked and ORIGIN + linked)
    return linked


async def every_entry(api: Api, path: str) -> list[dict[str, Any]]:
    """The entries of all pages of a feed."""
    found: list[dict[str, Any]] = []
    at: str | None = path
    while at is not None:
        answer = await page(api, at)
        found += entries(answer)
        at = following(answer)
    return found


def _target(element: Any, relation: str) -> str | None:
    return next((link.get("href") for link in element.findall(f"{ATOM}link") if link.get("rel") == relation), None)
