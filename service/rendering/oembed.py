"""A claim as oEmbed 1.0 describes it, for as much room as there is. Pure."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from schemas.addresses import card_picture, claim_card
from schemas.claims import ClaimVersion
from schemas.embeds import LARGEST_WIDTH, PICTURE_SIZES, SMALLEST_WIDTH, WIDTH, OEmbed
from schemas.verification import Lifecycle
from service.rendering.card import Card
from service.rendering.card_layout import height
from service.rendering.feed import PUBLISHER

CACHE_AGE = 3600
"""Seconds: what is embedded says itself when it was corrected, but its height and title may change."""
_FRAME = Markup(
    '<iframe src="{src}" title="{title}" width="{width}" height="{height}" loading="lazy" referrerpolicy="no-referrer" '
    'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" style="border:0;max-width:100%"></iframe>'
)


def frame(src: str, title: str, width: int, height: int) -> str:
    """A card's inline frame, as HTML to put into a page: its scripts are cut off from everything but its height."""
    return str(_FRAME.format(src=src, title=title, width=width, height=height))


def oembed(
    claim: ClaimVersion, cards: Sequence[Card], origin: str, maxwidth: int | None, maxheight: int | None
) -> OEmbed:
    """A version of a claim as something to embed that is no larger than `maxwidth` by `maxheight` pixels.

    `cards` are its card in each language there is, English first: the frame is as high as the highest of them needs.
    It is as wide as there is room for, and is made wider than usual if that spares the height that lacks. Where there
    is no room for a card, it is a picture of one; where none is small enough, a link.
    """
    (shown, *_) = cards
    version = shown.version if shown.is_pinned else None
    said: dict[str, Any] = {
        "version": "1.0",
        "title": f"{shown.label}: {claim.statement}" if shown.is_retracted else claim.statement,
        "author_name": claim.attributed_to,
        "provider_name": PUBLISHER,
        "provider_url": f"{origin}/",
        "cache_age": CACHE_AGE,
        "claim": claim.id,
        "claim_version": claim.version,
        "status": claim.verification.status,
        "lifecycle": Lifecycle.RETRACTED if shown.is_retracted else Lifecycle.PUBLISHED,
        "as_of": claim.recorded_at,
    }
    picture = _picture(maxwidth, maxheight)
    source = f"{origin}{card_picture(claim.id, version, 'png')}"
    if picture is not None:
        wide, high = picture
        address = source if wide == max(PICTURE_SIZES) else f"{source}?width={wide}"
        said |= {"thumbnail_url": address, "thumbnail_width": wide, "thumbnail_height": high}
    room = _frame(cards, maxwidth, maxheight)
    if room is not None:
        html = frame(origin + claim_card(claim.id, version), f"{PUBLISHER}: {said['title']}", *room)
        return OEmbed(type="rich", html=html, width=room[0], height=room[1], **said)
    if picture is not None:
        return OEmbed(type="photo", url=said["thumbnail_url"], width=picture[0], height=picture[1], **said)
    return OEmbed(type="link", **said)


def _frame(cards: Sequence[Card], maxwidth: int | None, maxheight: int | None) -> tuple[int, int] | None:
    """The width and height of a card's frame; None if there is no room for one."""
    most = LARGEST_WIDTH if maxwidth is None else maxwidth
    for wide in (min(WIDTH, most), min(LARGEST_WIDTH, most)):
        high = max(height(card, wide) for card in cards)
        if wide >= SMALLEST_WIDTH and (maxheight is None or high <= maxheight):
            return wide, high
    return None


def _picture(maxwidth: int | None, maxheight: int | None) -> tuple[int, int] | None:
    """The largest size a card is drawn in that there is room for."""
    fitting = [
        size
        for size in PICTURE_SIZES.items()
        if (maxwidth is None or size[0] <= maxwidth) and (maxheight is None or size[1] <= maxheight)
    ]
    return max(fitting, default=None)
