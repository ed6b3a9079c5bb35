"""Charts: the claims of a measure as a picture."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import Slug
from schemas.requests import AsOfQuery

MOST_DRAWN = 500
"""How many claims a chart shows: the latest stated."""


class Theme(StrEnum):
    """The ground a picture is drawn on."""

    LIGHT = "light"
    """White."""
    DARK = "dark"
    """Nearly black."""


class Width(StrEnum):
    """How wide a picture is."""

    WIDE = "wide"
    """720 pixels."""
    NARROW = "narrow"
    """360 pixels, for phones and columns."""


class ChartQuery(AsOfQuery, frozen=True, kw_only=True):
    """How to draw a chart, as of when."""

    theme: Annotated[Theme, Meta(description="The ground it is drawn on.")] = Theme.LIGHT
    width: Annotated[Width, Meta(description="How wide it is.")] = Width.WIDE
    claim: Annotated[Slug, Meta(description="Mark this claim, if the chart shows it.")] | None = None


Chart = Annotated[
    str,
    Meta(
        title="Chart",
        description="The published claims of a measure over time as an SVG image without scripts: at most the "
        f"{MOST_DRAWN} latest stated, a mark each, whose colour and shape say what verification found. Its `title` and "
        "`desc` say in words what it shows.",
    ),
]
