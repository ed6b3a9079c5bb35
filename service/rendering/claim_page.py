"""The page about a claim: what is on it, from the versions and the claims it is made of. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from markupsafe import escape

from schemas.addresses import card_picture, claim_card
from schemas.claims import ClaimVersion, RelationType
from schemas.embeds import WIDTH
from schemas.languages import Language
from schemas.sources import Source, Stance
from schemas.verification import Lifecycle
from service.rendering.card import Card
from service.rendering.card_layout import height
from service.rendering.charts import chart_summary
from service.rendering.history import CURRENCIES, history, period
from service.rendering.metadata import metadata
from service.rendering.numbers import display
from service.rendering.oembed import frame
from service.rendering.pages import page, summary
from service.rendering.standing import STANDINGS

MOST_STEPS = 20
"""How many versions a page shows the changes of."""
_HEADINGS = {
    Stance.SUPPORTS: "What supports it",
    Stance.CONTRADICTS: "What says otherwise",
    Stance.CONTEXT: "What helps to understand it",
}
_KINDS = {
    "primary": "Primary source", "government": "Government", "academic": "Academic", "dataset": "Dataset",
    "secondary": "Secondary source", "social": "Social network",
}  # fmt: skip
_RELATIONS = {
    RelationType.SUPERSEDES: "Replaces",
    RelationType.SUPERSEDED_BY: "Replaced by",
    RelationType.COMPETES_WITH: "Competes with",
    RelationType.CONTRADICTS: "Contradicts",
    RelationType.CONTRADICTED_BY: "Contradicted by",
    RelationType.CONTEXT_FOR: "Context for",
    RelationType.DERIVED_FROM: "Derived from",
}
_TERRITORIES = Locale(Language.EN).territories


@dataclass(frozen=True)
class Shown:
    """A version on its page. `newest` is the newest version there is, and `versions` those up to the one that is shown,
    newest first; `competing` are published claims of its measure, `claims` how many there are of them in all."""

    claim: ClaimVersion
    newest: ClaimVersion
    versions: Sequence[ClaimVersion]
    measure: str
    competing: Sequence[ClaimVersion]
    claims: int
    is_pinned: bool


def claim_page_of(
    shown: Shown, card: Card, citations: Sequence[tuple[str, str]], language: Language, origin: str
) -> bytes:
    """The page about a version of a claim, of which `card` is the card; `citations` are named by their styles, and
    `origin` is where we are."""
    claim, newest = shown.claim, shown.newest
    spoken = display(claim.quantity, language) if language is not Language.EN else ""
    steps = history(shown.versions)[:MOST_STEPS]
    earlier = steps[-1].version.version - 1 if steps else claim.version - 1
    return page(
        "claim.html",
        nav="claims",
        claim=claim,
        newest=newest,
        is_pinned=shown.is_pinned,
        is_retracted=newest.lifecycle is Lifecycle.RETRACTED,
        reason=newest.change.note if newest.lifecycle is Lifecycle.RETRACTED else None,
        number=display(claim.quantity),
        spoken=spoken,
        language=language,
        language_name=Locale(language).get_language_name(Language.EN),
        standing=STANDINGS[claim.verification.status],
        place=place(claim.geography),
        period=period(claim.period),
        currency=CURRENCIES[claim.currency],
        measure=shown.measure,
        sources=_by_stance(claim.sources),
        kinds=_KINDS,
        relations=_relations(claim),
        steps=steps,
        earlier=earlier,
        competing=[summary(each) for each in shown.competing],
        claims=shown.claims,
        embeds=_embeds(claim, card, origin),
        caption=chart_summary(shown.measure, shown.competing, all_told=shown.claims),
        citations=citations,
        head=metadata(claim, newest, shown.measure, origin, pinned=shown.is_pinned),
        origin=origin,
    )


def place(geography: str) -> str:
    """What a place is called in English; its code if that has no name."""
    return "World" if geography == "WORLD" else str(_TERRITORIES.get(geography, geography))


def _relations(claim: ClaimVersion) -> Mapping[str, list[str]]:
    """The claims this one stands in relation to, by what that is."""
    found: dict[str, list[str]] = {}
    for each in claim.relations:
        found.setdefault(_RELATIONS.get(each.type, str(each.type)), []).append(each.claim)
    return found


def _by_stance(sources: Sequence[Source]) -> list[tuple[str, list[Source]]]:
    groups: dict[str, list[Source]] = {heading: [] for heading in _HEADINGS.values()}
    for source in sources:
        groups.setdefault(_HEADINGS.get(source.stance, str(source.stance).capitalize()), []).append(source)
    return [(heading, found) for heading, found in groups.items() if found]


def _embeds(claim: ClaimVersion, card: Card, origin: str) -> Mapping[str, object]:
    """What a newsroom copies into its own page to show this version."""
    name = f"{claim.id}@{claim.version}"
    high = height(card, WIDTH)
    address = origin + claim_card(claim.id, claim.version)
    return {
        "card": claim_card(claim.id, claim.version),
        "height": high,
        "element": _ELEMENT.format(origin=origin, name=name, statement=escape(claim.statement)),
        "frame": frame(address, f"Citable: {claim.statement}", WIDTH, high),
        "picture": origin + card_picture(claim.id, claim.version, "png"),
    }


_ELEMENT = '<script src="{origin}/embed.js" async></script>\n<citable-claim id="{name}">{statement}</citable-claim>'
