"""What cards say in each language: every text is there, in each catalog, with the names it needs; and dates."""

import string
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from schemas.languages import Language
from service.rendering import card, translations
from service.rendering.card import _OF_THE_TITLE
from service.rendering.dates import written
from service.rendering.standing import STANDINGS
from service.rendering.translations import CATALOGS, sayer

OTHERS = [language for language in Language if language is not Language.EN]
RENDERING = Path(translations.__file__).parent


def said() -> set[str]:
    """Every text that templates and modules say, as translators' tools find them; and those that are in tables."""
    found = {text for standing in STANDINGS.values() for text in (standing.label, standing.sentence)}
    found |= set(_OF_THE_TITLE.values())
    for template in (RENDERING / "templates").glob("card*.html"):
        for _, _, text, _ in babel_extract(BytesIO(template.read_bytes()), ["say"], [], {}):
            found.add(text if isinstance(text, str) else text[0])  # with the names it is given, if it is given any
    for module in RENDERING.glob("card*.py"):
        found |= {text for _, text, _, _ in extract("python", BytesIO(module.read_bytes()), {"say": None})}
    source = Path(card.__file__).read_text()
    found |= {line.split('"')[1] for line in source.splitlines() if line.strip().startswith('return "')}
    return {text for text in found if text}


def messages(language: Language) -> dict[str, str]:
    with (CATALOGS / f"{language}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, abort_invalid=True) if message.id}


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_text_and_no_other(language):
    catalog = messages(language)
    assert len(said()) > 30
    assert set(catalog) == said()
    for text, translated in catalog.items():
        assert translated, text
        assert names(translated) == names(text), text


def test_a_text_is_said_with_what_it_names():
    assert sayer(Language.DE)("As of version {version}, {date}", version=2, date="1. Mai 2026") == (
        "Stand: Version 2, 1. Mai 2026"
    )
    assert sayer(Language.EN)("Sources") == "Sources"
    assert sayer(Language.FR)("Stated by {who}", who="{date}") == "Affirmé par {date}"
    with pytest.raises(KeyError):
        sayer(Language.EN)("As of version {version}, {date}", version=2)


@pytest.mark.parametrize(
    ("language", "dates"),
    [
        (Language.EN, ["2026", "April 2026", "April 28, 2026"]),
        (Language.DE, ["2026", "April 2026", "28. April 2026"]),
        (Language.FR, ["2026", "avril 2026", "28 avril 2026"]),
        (Language.ES, ["2026", "abril de 2026", "28 de abril de 2026"]),
        (Language.ZH, ["2026年", "2026年4月", "2026年4月28日"]),
        (Language.HI, ["2026", "अप्रैल 2026", "28 अप्रैल 2026"]),
    ],
)
def test_a_date_is_as_precise_as_it_was(language, dates):
    assert [written(date, language) for date in ("2026", "2026-04", "2026-04-28")] == dates
