"""Addresses of ours, and Link fields that name them (RFC 8288). Pure."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from werkzeug.http import http_date

from schemas.addresses import claim_path, version_path

FEEDS: Mapping[str, Mapping[str, str]] = {
    "claims": {"/feeds/claims.atom": "application/atom+xml", "/feeds/claims.json": "application/feed+json"},
    "corrections": {
        "/feeds/corrections.atom": "application/atom+xml",
        "/feeds/corrections.json": "application/feed+json",
    },
}
"""The feeds by what they tell of: their addresses, with their media types."""


def link(target: str, relation: str, **parameters: str) -> str:
    """One link of a Link field."""
    return "; ".join([f"<{target}>", f'rel="{relation}"', *(f'{name}="{value}"' for name, value in parameters.items())])


def page_links(path: str, asked: dict[str, object], following: str | None) -> str:
    """A page's Link field: itself, the first page, and the next one if there is one."""
    first = address(path, {name: value for name, value in asked.items() if name != "cursor"})
    links = [link(first if asked.get("cursor") is None else address(path, asked), "self"), link(first, "first")]
    if following is not None:
        links.append(link(f"{first}{'&' if '?' in first else '?'}{urlencode({'cursor': following})}", "next"))
    return ", ".join(links)


def next_changes(asked: dict[str, object], after: int) -> str:
    """The Link field of changes: where to go on."""
    return link(address("/v1/changes", {**asked, "after": after}), "next")


def feed_links(*names: str, **asked: object) -> str:
    """Feeds as links by which feed readers find them, narrowed down as `asked`."""
    found = [feed for name in names for feed in FEEDS[name].items()]
    return ", ".join(link(address(path, asked), "alternate", type=media_type) for path, media_type in found)


def memento_links(id: str, recorded: dict[int, datetime], version: int) -> str:
    """A version's Link field: its original and time map (RFC 7089), and its neighbours (RFC 5829).

    `recorded` says when each version there is was recorded, of those this one must name.
    """
    path = claim_path(id)
    relations: dict[int, str] = {}
    for number, relation in (
        (1, "first "),
        (version - 1, "prev predecessor-version "),
        (version, ""),
        (version + 1, "next successor-version "),
        (max(recorded), "last "),
    ):
        if number in recorded:
            relations[number] = relations.get(number, "") + relation
    versions = [
        f'<{version_path(id, number)}>; rel="{relation}memento"; datetime="{_dated(recorded[number])}"'
        for number, relation in relations.items()
    ]
    return ", ".join([
        f'<{path}>; rel="original timegate latest-version"',
        f'<{path}/timemap>; rel="timemap"; type="application/link-format"',
        f'<{path}/versions>; rel="version-history"',
        '</openapi.json>; rel="describedby"; type="application/json"',
        *versions,
    ])  # fmt: skip


_dated = lru_cache(10_000)(http_date)


def address(path: str, asked: Mapping[str, object]) -> str:
    """An address with its parameters; those that are None are not asked."""
    given = urlencode({name: value for name, value in asked.items() if value is not None}, doseq=True)
    return f"{path}?{given}" if given else path
