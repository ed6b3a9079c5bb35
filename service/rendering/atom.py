"""Feeds as Atom (RFC 4287), in pages (RFC 5005), with tombstones (RFC 6721). Pure."""

from datetime import UTC, datetime
from xml.etree import ElementTree

from service.rendering.feed import LANGUAGE, PUBLISHER, Feed, Item, headline, paragraphs, reason
from service.rendering.xml_text import xml_text

MEDIA_TYPE = "application/atom+xml"
TWIN = "application/feed+json"

Element = ElementTree.Element


def atom(feed: Feed) -> bytes:
    """A page of a feed as an Atom document."""
    names = {
        "xmlns": "http://www.w3.org/2005/Atom",
        "xmlns:at": "http://purl.org/atompub/tombstones/1.0",
        "xml:lang": LANGUAGE,
    }
    root = Element("feed", names)
    _text(root, "id", feed.address)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.description)
    _text(root, "updated", _written(feed.updated))
    author = ElementTree.SubElement(root, "author")
    _text(author, "name", PUBLISHER)
    _text(author, "uri", feed.home)
    _link(root, "self", feed.page, MEDIA_TYPE)
    _link(root, "first", feed.first, MEDIA_TYPE)
    if feed.following is not None:
        _link(root, "next", feed.following, MEDIA_TYPE)
    _link(root, "alternate", feed.home, "text/html")
    _link(root, "alternate", feed.twin, TWIN)
    for item in feed.items:
        if item.withdrawn is not None:
            _tombstone(root, item, item.withdrawn)
    for item in feed.items:
        _entry(root, item)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: Element, item: Item) -> None:
    said, entry = item.entry, ElementTree.SubElement(root, "entry")
    _text(entry, "id", item.address)
    _text(entry, "title", headline(said))
    _text(entry, "published", _written(said.recorded_at))
    _text(entry, "updated", _written(said.recorded_at))
    _link(entry, "alternate", item.address, "application/json")
    if said.source is not None:
        _link(entry, "via", said.source)
    for topic in said.topics:
        ElementTree.SubElement(entry, "category", {"term": topic})
    _text(entry, "summary", reason(said))
    content = ElementTree.SubElement(entry, "content", {"type": "xhtml"})
    division = ElementTree.SubElement(content, "div", {"xmlns": "http://www.w3.org/1999/xhtml"})
    for paragraph in paragraphs(said):
        _text(division, "p", paragraph)


def _tombstone(root: Element, item: Item, withdrawn: str) -> None:
    """That an entry is withdrawn, since when, and why: this is newer than the entry, and so outweighs it."""
    deleted = ElementTree.SubElement(
        root, "at:deleted-entry", {"ref": withdrawn, "when": _written(item.entry.recorded_at)}
    )
    _text(deleted, "at:comment", reason(item.entry))
    _link(deleted, "related", item.address, "application/json")


def _link(parent: Element, relation: str, target: str, media_type: str | None = None) -> None:
    typed = {"type": media_type} if media_type else {}
    ElementTree.SubElement(parent, "link", {"rel": relation, **typed, "href": xml_text(target)})


def _text(parent: Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = xml_text(text)


def _written(instant: datetime) -> str:
    """An instant as RFC 3339 has it, in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
