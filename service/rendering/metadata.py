"""What the `<head>` of a claim's page says to programs: search engines, social networks, embedders, Zotero. Pure."""

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from schemas.addresses import citation_path, claim_card, claim_page, claim_path, review_path, version_path
from schemas.citations import CitationStyle
from schemas.claims import ClaimVersion
from schemas.verification import Lifecycle
from service.rendering.citations import BIBTEX, RIS, item_of
from service.rendering.feed import PUBLISHER
from service.rendering.numbers import display
from service.rendering.schema_org import MEDIA_TYPE, as_script, markup, shortened
from service.rendering.standing import STANDINGS

CARD_WIDTH, CARD_HEIGHT = 1200, 630
"""Pixels of the card as a picture: what social networks ask for."""
_LONGEST_DESCRIPTION = 300


@dataclass(frozen=True)
class Alternate:
    """Another form of a page: where, in which media type, and what it is called."""

    href: str
    type: str
    title: str


@dataclass(frozen=True)
class Metadata:
    """The values of `head_claim.html`. Addresses are absolute.

    `canonical` is the page as search engines list it, whichever version is newest; `url` the one that is shown.
    `json_ld` is the text of a script element, with nothing in it that could end one.
    """

    title: str
    description: str
    canonical: str
    url: str
    site_name: str
    image: str
    image_alt: str
    image_width: int
    image_height: int
    published: str
    modified: str
    tags: tuple[str, ...]
    alternates: tuple[Alternate, ...]
    citation: tuple[tuple[str, str], ...]
    json_ld: Markup


def metadata(claim: ClaimVersion, newest: ClaimVersion, measure: str, origin: str, *, pinned: bool) -> Metadata:
    """What the head of a page about a version says, of which `newest` is the newest.

    `measure` is what its measure is called, `pinned` whether the page's address names the version.
    """
    page = claim_page(claim.id, claim.version if pinned else None)
    item = item_of(claim, newest, origin)
    verification = claim.verification
    standing = _standing(claim, newest)
    number = display(claim.quantity)
    ((year, month, day),) = item.issued.date_parts
    return Metadata(
        title=f"{standing}: {shortened(claim.statement)}",
        description=_cut(f"{standing}, as of version {claim.version}. {claim.statement} {verification.rationale}"),
        canonical=origin + claim_page(claim.id),
        url=origin + page,
        site_name=PUBLISHER,
        image=f"{origin}{claim_card(claim.id, claim.version)}.png",
        image_alt=_cut(f"{claim.statement} {f'{number}. ' if number else ''}{standing}. {claim.attributed_to}."),
        image_width=CARD_WIDTH,
        image_height=CARD_HEIGHT,
        published=f"{claim.recorded_at:%Y-%m-%d}" if claim.stated_on is None else claim.stated_on,
        modified=claim.recorded_at.isoformat().replace("+00:00", "Z"),
        tags=tuple(claim.topics),
        alternates=_alternates(claim, origin, page, pinned=pinned),
        citation=(
            ("citation_title", item.title),
            ("citation_author", item.author[0].literal),
            ("citation_publisher", item.publisher),
            ("citation_publication_date", f"{year}/{month:02}/{day:02}"),
            ("citation_language", item.language),
            ("citation_public_url", item.url),
        ),
        json_ld=Markup(as_script(markup(claim, newest, measure, origin))),  # noqa: S704 - `as_script` escapes it
    )


def _alternates(claim: ClaimVersion, origin: str, page: str, *, pinned: bool) -> tuple[Alternate, ...]:
    embed = urlencode({"url": origin + page, "format": "json"})
    json = version_path(claim.id, claim.version) if pinned else claim_path(claim.id)
    feed = f"{origin}/feeds/claims"
    cited = f"{origin}{citation_path(claim.id)}?version={claim.version}&style"
    return (
        Alternate(f"{origin}/oembed?{embed}", "application/json+oembed", shortened(claim.statement)),
        Alternate(origin + json, "application/json", "This claim as JSON"),
        Alternate(f"{feed}.atom?claim={claim.id}", "application/atom+xml", "Changes of this claim"),
        Alternate(f"{feed}.json?claim={claim.id}", "application/feed+json", "Changes of this claim"),
        Alternate(f"{origin}{review_path(claim.id)}?version={claim.version}", MEDIA_TYPE, "This claim as JSON-LD"),
        Alternate(f"{cited}={CitationStyle.BIBTEX}", BIBTEX, "How to cite it, as BibTeX"),
        Alternate(f"{cited}={CitationStyle.RIS}", RIS, "How to cite it, as RIS"),
    )


def _standing(claim: ClaimVersion, newest: ClaimVersion) -> str:
    if newest.lifecycle is Lifecycle.RETRACTED:
        return "Retracted"
    return STANDINGS[claim.verification.status].label


def _cut(text: str) -> str:
    """A text on one line, cut after a word if it is long."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_DESCRIPTION:
        return line
    cut = line[:_LONGEST_DESCRIPTION]
    return f"{cut.rpartition(' ')[0] or cut[:-1]}…"
