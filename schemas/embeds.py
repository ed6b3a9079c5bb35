"""Claims in other people's pages: what an embed shows, how it is asked for, and how oEmbed describes it."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from schemas.claims import Change, ClaimId
from schemas.fields import Answer, Instant, Line, Request, VersionNumber
from schemas.languages import Language
from schemas.verification import Lifecycle, Status

SMALLEST_WIDTH, WIDTH, LARGEST_WIDTH = 220, 600, 720
"""How narrow a card may be, how wide it is if nobody says, and how wide it gets, in CSS pixels."""

PICTURE_SIZES = {1200: 630, 600: 315, 400: 210}
"""The sizes a card is drawn in, as a picture: width and height in pixels."""

CardName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(@[1-9][0-9]{0,8})?(\.(svg|png))?$(?!\n)",
        max_length=100,
        description="A claim's id, `@` and the number of a version, and `.svg` or `.png` for a picture; "
        "of these only the id must be there.",
        examples=["cn-ai-firms-6200", "cn-ai-firms-6200@1", "cn-ai-firms-6200@1.png"],
    ),
]


class Theme(StrEnum):
    """The colours of a card."""

    AUTO = "auto"
    """As the reader prefers."""
    LIGHT = "light"
    """Dark on light."""
    DARK = "dark"
    """Light on dark."""


class CardQuery(Request, frozen=True, kw_only=True):
    """How to show a card."""

    lang: (
        Annotated[Language, Meta(description="The language of its words, whatever `Accept-Language` says.")] | None
    ) = None
    theme: Annotated[Theme, Meta(description="Its colours: as the reader prefers, light or dark.")] = Theme.AUTO
    width: (
        Annotated[Literal["1200", "600", "400"], Meta(description="How wide a `.png` is, in pixels: 1200.")] | None
    ) = None


class LaterVersion(Answer, frozen=True, kw_only=True):
    """A version after another one: what it changed, and what verification found by then."""

    version: VersionNumber
    position: int
    recorded_at: Instant
    status: Status
    change: Change


class OEmbedQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What to embed, and how much room there is. Other parameters are ignored, as oEmbed says (section 2.2)."""

    url: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            description="The address of a claim's page or card here, of one version or the newest.",
            examples=["https://citable.example/claims/cn-ai-firms-6200"],
        ),
    ]
    maxwidth: Annotated[int, Meta(ge=1, le=100_000, description="The most pixels it may be wide.")] | None = None
    maxheight: Annotated[int, Meta(ge=1, le=100_000, description="The most pixels it may be high.")] | None = None
    format: Annotated[
        str,
        Meta(min_length=1, max_length=40, description="`json`; any other is answered 501.", examples=["json"]),
    ] = "json"


class OEmbed(Answer, frozen=True, kw_only=True):
    """A claim as something to embed (oEmbed 1.0): a card, `rich`, in an inline frame of a height that suits it.

    Where there is too little room for that it is a `photo`, a picture of the card, and where even that could not be
    read a `link`. `claim`, `claim_version`, `status`, `lifecycle` and `as_of` are ours.
    """

    type: str
    """`rich`, `photo` or `link`. New values may be added."""
    version: str
    """The version of oEmbed: `1.0`."""
    title: str
    """The claim in one sentence; `Retracted: …` if it is."""
    author_name: Line
    """Who states it."""
    provider_name: str
    """Who we are."""
    provider_url: str
    """Where we are."""
    cache_age: Annotated[int, Meta(ge=0)]
    """Seconds it is worth keeping this; the card itself stays up to date whatever is kept."""
    html: str | UnsetType = UNSET
    """What to put into a page: an inline frame. Only of a `rich` one."""
    url: str | UnsetType = UNSET
    """Where the picture is. Only of a `photo`."""
    width: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """Of a `rich` one or a `photo`: how wide it is, in pixels."""
    height: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """Of a `rich` one or a `photo`: how high it is, in pixels."""
    thumbnail_url: str | UnsetType = UNSET
    """Where a picture of the card is; left out where none is small enough."""
    thumbnail_width: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """How wide that picture is, in pixels."""
    thumbnail_height: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """How high that picture is, in pixels."""
    claim: ClaimId
    claim_version: VersionNumber
    """The version shown. What is embedded stays with it, unless a live card's address was asked about."""
    status: Status
    """What verification had found when this version was recorded."""
    lifecycle: Lifecycle
    """Whether the claim is published still: of its newest version, whichever is shown."""
    as_of: Instant
    """When this version was recorded: the claim `as_of` then is this version."""
