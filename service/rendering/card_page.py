"""A card as a page of its own for other pages to frame: it asks for nothing besides. Pure."""

import base64
import hashlib
from functools import cache

from markupsafe import Markup, escape

from schemas.embeds import LARGEST_WIDTH, Theme
from schemas.languages import Language
from service.rendering.card import Card
from service.rendering.card_layout import BAR, EDGE, HEADING_PADDING, INSIDE, PADDING, SETS, number_set
from service.rendering.html import ENVIRONMENT, html
from service.rendering.standing import STANDINGS
from service.rendering.translations import sayer


def card_page(card: Card, *, page: str, newest: str, home: str, oembed: str) -> bytes:
    """A card as HTML, with the absolute addresses of the claim's page, of its newest version's, of ours, and of what
    oEmbed says of it."""
    stated = escape(card.say("Stated by {who}", who="{who}"))
    who = Markup('<bdi class="who"{}>{}</bdi>').format("" if card.language is Language.EN else _ENGLISH, card.stated_by)
    return html(
        "card.html", card=card, say=card.say, page=page, newest=newest, home=home, oembed=oembed,
        number_set=number_set(card), stated_by=stated.format(who=who), english=_ENGLISH, style=_style(),
        script=_script(),
    )  # fmt: skip


def missing_card(name: str, language: Language, theme: Theme, *, home: str) -> bytes:
    """What stands where a card is asked for that there is not."""
    return html(
        "card_missing.html", name=name, language=language, theme=theme, say=sayer(language), home=home,
        style=_style(), script=_script(),
    )  # fmt: skip


@cache
def embed_script(origin: str) -> bytes:
    """The element that shows cards in other pages, for a service at an origin."""
    return html(
        "embed.js", origin=origin, languages=[*Language], themes=[*Theme], widest=LARGEST_WIDTH,
    )  # fmt: skip


@cache
def content_policy() -> str:
    """What a browser may do with a card (CSP 3): style it with its own sheet, run its own script, and show it in a
    frame of any page. It asks for nothing from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(_style())}'; script-src '{_hash(_script())}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors *"
    )


_ENGLISH = Markup(' lang="en"')
"""Marks what is in English inside of a text that is not."""


@cache
def _style() -> Markup:
    return _filled(
        "card.css", standings={str(status): standing for status, standing in STANDINGS.items()}, sets=SETS, edge=EDGE,
        padding=PADDING, inside=INSIDE, heading_padding=HEADING_PADDING, bar=BAR,
    )  # fmt: skip


@cache
def _script() -> Markup:
    return _filled("card.js", edge=EDGE)


def _filled(template: str, **values: object) -> Markup:
    """A style sheet or script of ours, whole: only numbers and colours of ours are put into it."""
    return Markup(ENVIRONMENT.get_template(template).render(**values))  # noqa: S704 - nothing in it comes from outside


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
