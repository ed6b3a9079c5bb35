"""Feeds as JSON Feed 1.1. Pure."""

import msgspec
from msgspec import UNSET

from schemas.feeds import JsonFeed, JsonFeedAuthor, JsonFeedItem
from service.rendering.feed import LANGUAGE, PUBLISHER, Feed, Item, headline, paragraphs, reason

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> bytes:
    """A page of a feed as a JSON Feed."""
    document = JsonFeed(
        version=VERSION,
        title=feed.title,
        home_page_url=feed.home,
        feed_url=feed.address,
        next_url=UNSET if feed.following is None else feed.following,
        description=feed.description,
        language=LANGUAGE,
        authors=[JsonFeedAuthor(name=PUBLISHER, url=feed.home)],
        items=[_item(item) for item in feed.items],
    )
    return msgspec.json.encode(document)


def _item(item: Item) -> JsonFeedItem:
    said = item.entry
    return JsonFeedItem(
        id=item.address,
        url=item.address,
        external_url=UNSET if said.source is None else said.source,
        title=headline(said),
        content_text="\n\n".join(paragraphs(said)),
        summary=reason(said),
        date_published=said.recorded_at,
        date_modified=said.recorded_at,
        tags=said.topics,
        claim=said,
    )
