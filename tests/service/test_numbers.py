"""Numbers as people read them: every digit, the comparator and the unit, in six languages."""

import re
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.claims import Comparator, Quantity
from schemas.fields import DecimalText
from schemas.languages import Language
from service.rendering.lexicon import Forms, lexicon_of
from service.rendering.numbers import display
from tests.service.displays import REVIEWED, displayed

NARROW, HARD = "\u202f", "\u00a0"
"""The spaces CLDR puts within numbers and before signs: neither breaks a line."""

SCALES = {"": 0, "million": 6, "billion": 9, "trillion": 12}
DECIMALS = st.from_regex(r"\A(0|-?[1-9][0-9]{0,17}|-?(0|[1-9][0-9]{0,17})[.][0-9]{1,18})\Z")
UNITS = st.one_of(
    st.sampled_from(
        ["percent", "%", "USD", "CHF", "XAU", "year", "GW", "months", "mL", "downloads", "percent of turnover",
         "cranes", "USD per year", "users per week", "cranes per day", "EUR per fortnight", "times per year",
         "{number}", "{0} {unit}", "100%", "finding", "<b>", "¤", "per", " per year", "per per year"]
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=30),
)  # fmt: skip
QUANTITIES = st.builds(
    Quantity,
    value=DECIMALS | st.none(),
    comparator=st.sampled_from(Comparator),
    lower=DECIMALS | st.none(),
    upper=DECIMALS | st.none(),
    unit=UNITS,
)


def quantity(value, unit, comparator="eq", lower=None, upper=None) -> Quantity:
    return Quantity(value=value, comparator=Comparator(comparator), lower=lower, upper=upper, unit=unit)


def said(written: Quantity, language: str) -> str:
    """A number in a language, with plain spaces."""
    return display(written, Language(language)).replace(NARROW, " ").replace(HARD, " ")


def test_every_curated_number_is_said_as_it_was_reviewed():
    """When this fails after an upgrade of Babel or a change of a lexicon: write the file, and read the difference."""
    reviewed = [msgspec.json.decode(line) for line in REVIEWED.read_bytes().splitlines()]
    assert list(displayed()) == reviewed


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "more than 10 billion downloads"),
        ("de", "mehr als 10 Milliarden Downloads"),
        ("fr", "plus de 10 milliards de téléchargements"),
        ("es", "más de 10.000 millones de descargas"),
        ("zh", "超过100亿次下载"),
        ("hi", "10 अरब से अधिक डाउनलोड"),
    ],
)
def test_ten_billion_downloads(language, expected):
    assert said(quantity("10000000000", "downloads", "gt"), language) == expected


@pytest.mark.parametrize(
    ("value", "unit", "language", "expected"),
    [
        # a word stands for zeros only, with three decimals at most
        ("1576000", "patents", "en", "1.576 million patents"),
        ("1576000", "patents", "hi", "15.76 लाख पेटेंट"),
        ("1576500", "patents", "en", "1,576,500 patents"),
        ("1576500", "patents", "zh", "157.65万件专利"),
        ("29853", "patents", "en", "29,853 patents"),
        ("29853", "patents", "zh", "29,853件专利"),
        ("999999", "patents", "en", "999,999 patents"),
        ("-5000000", "USD", "en", "-$5 million"),
        ("-5000000", "cranes", "de", "-5 Millionen cranes"),
        ("5000000", "cranes", "fr", "5 millions de cranes"),
        ("100000000000000000", "tokens", "en", "100,000 trillion tokens"),
        # decimals stay as they were written
        ("6.70", "percent", "en", "6.70%"),
        ("6.70", "percent", "de", "6,70 %"),
        ("6.70", "percent", "hi", "6.70%"),
        ("1000000.00", "USD", "en", "$1,000,000.00"),
        ("0.000000000000000001", "percent", "fr", "0,000000000000000001 %"),
        ("999999999999999999.123456789012345678", "percent", "en", "999,999,999,999,999,999.123456789012345678%"),
        # one is singular, and so is what else a language says
        ("1", "downloads", "en", "1 download"),
        ("1.0", "downloads", "en", "1.0 downloads"),
        ("1000000", "downloads", "en", "1 million downloads"),
        ("1", "firms", "de", "1 Firma"),
        ("1000000", "firms", "de", "1 Million Firmen"),
        ("1.5", "users", "fr", "1,5 utilisateur"),
        ("1000000", "users", "fr", "1 million d’utilisateurs"),  # noqa: RUF001 - as French writes it
        ("2000000", "users", "fr", "2 millions d’utilisateurs"),  # noqa: RUF001 - as French writes it
        ("1000000", "users", "es", "1 millón de usuarios"),
        ("1", "companies", "hi", "1 कंपनी"),
        # currencies and physical units
        ("10000000000", "USD", "de", "10 Milliarden US-Dollar"),
        ("10000000000", "USD", "zh", "100亿美元"),
        ("10", "CHF", "en", "10 Swiss francs"),
        ("1", "CHF", "en", "1 Swiss franc"),
        ("172000000000", "USD per year", "en", "$172 billion per year"),
        ("2.50", "kWh", "en", "2.50 kilowatt-hours"),
        ("5000000", "tonnes", "en", "5 million tonnes"),
        ("5000000", "kWh", "zh", "500万千瓦时"),
        ("0.0005", "kg", "de", "0,0005 Kilogramm"),
        # a unit that is not known stays as it was written
        ("4100", "cranes", "en", "4,100 cranes"),
        ("4100", "cranes", "zh", "4,100 cranes"),
        ("4100", "{number} per week", "en", "4,100 {number} per week"),
        ("4100", "cranes per fortnight", "de", "4.100 cranes per fortnight"),
        ("4100", "<b>&amp;", "en", "4,100 <b>&amp;"),
        # years are not grouped
        ("2026", "year", "de", "2026"),
        ("2024.5", "year", "de", "2024,5"),
        ("2026", "year", "zh", "2026年"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_its_readers_write_it(value, unit, language, expected):
    assert said(quantity(value, unit), language) == expected


def test_spaces_within_a_number_break_no_line():
    assert display(quantity("60", "percent"), Language.DE) == f"60{HARD}%"
    assert display(quantity("6200", "percent"), Language.FR) == f"6{NARROW}200{HARD}%"


@pytest.mark.parametrize(
    ("comparator", "value", "lower", "upper", "unit", "language", "expected"),
    [
        ("gt", "6200", None, None, "firms", "zh", "超过6,200家企业"),
        ("gte", "60", None, None, "percent", "de", "mindestens 60 %"),
        ("lt", "60", None, None, "percent", "hi", "60% से कम"),
        ("lte", "60", None, None, "firms", "es", "como máximo 60 empresas"),
        ("approx", "-1234.50", None, None, "cranes", "en", "about -1,234.50 cranes"),
        ("gt", "7", None, None, "percent of turnover", "hi", "कारोबार का 7% से अधिक"),
        ("gt", "7", None, None, "percent of turnover", "en", "more than 7% of turnover"),
        ("gt", "280", None, None, "times", "hi", "280 गुना से अधिक"),
        ("gt", "2026", None, None, "year", "en", "after 2026"),
        ("between", None, "2026", "2032", "year", "zh", "2026年至2032年"),
        ("between", None, "1000000", "2500000", "USD", "en", "between $1 million and $2.5 million"),
        ("between", None, "6200", "6300.50", "cranes", "en", "between 6,200 and 6,300.50 cranes"),
        ("between", "6250", "6200", "6300", "cranes", "en", "between 6,200 and 6,300 cranes (6,250)"),
        ("between", None, "6200", None, "cranes", "en", "between 6,200 and … cranes"),
        ("approx", "6250", "6200", "6300", "cranes", "en", "about 6,250 cranes (6,200 to 6,300)"),
        ("approx", "6250", "6200", "6300", "users per week", "zh", "每周约6,250名用户（6,200至6,300）"),  # noqa: RUF001 - as Chinese writes it
        ("eq", "6250", "6200", None, "cranes", "en", "6,250 cranes (at least 6,200)"),
        ("eq", "6250", None, "6300", "cranes", "en", "6,250 cranes (at most 6,300)"),
        ("approx", None, "6200", "6300", "cranes", "en", "about 6,200 to 6,300 cranes"),
        ("eq", None, "6200", None, "cranes", "en", "at least 6,200 cranes"),
        ("gt", None, "6200", None, "cranes", "en", "more than 6,200 cranes"),
        ("lt", None, None, "6200", "cranes", "en", "less than 6,200 cranes"),
        ("eq", None, None, None, "finding", "en", ""),
        ("gt", None, None, None, "cranes", "hi", ""),
    ],
)  # fmt: skip
def test_the_comparator_and_the_bounds_are_said(comparator, value, lower, upper, unit, language, expected):
    assert said(quantity(value, unit, comparator, lower, upper), language) == expected


def test_a_comparator_that_is_not_known_is_said_as_it_is_written():
    newer = Quantity(value="5", comparator="roughly", lower=None, upper=None, unit="firms")  # type: ignore[arg-type] # of a later release
    assert display(newer) == "roughly 5 firms"


def test_each_language_has_every_entry_of_the_others():
    english = lexicon_of(Language.EN)
    for language in Language:
        lexicon = lexicon_of(language)
        assert lexicon.units.keys() == english.units.keys(), language
        assert lexicon.rates.keys() == english.rates.keys(), language
        assert lexicon.scales == sorted(lexicon.scales), language


def test_each_pattern_has_its_places_and_no_others():
    for language in Language:
        lexicon = lexicon_of(language)
        for forms in [*lexicon.units.values(), lexicon.unknown, lexicon.currency]:
            assert _places(forms), (language, forms)
        assert all(re.findall("{.*?}", rate) == ["{quantity}"] for rate in lexicon.rates.values()), language
        for bounds in (lexicon.comparators, lexicon.year):
            for comparator in Comparator:
                places = set(re.findall("{.*?}", getattr(bounds, comparator)))
                expected = {"{lower}", "{upper}"} if comparator is Comparator.BETWEEN else {"{number}"}
                assert places == expected, (language, comparator)
        others = {getattr(lexicon.comparators, comparator) for comparator in Comparator}
        assert len(others) == len(Comparator), language


def test_no_text_of_a_claim_is_a_pattern():
    for unit in ("{number}", "{0.__class__}", "{unit}", "{", "}}", "%s", "{lower!r}"):
        for language in Language:
            assert unit in display(quantity("5", unit, "gt"), language)


@given(DECIMALS, UNITS.filter(lambda unit: not re.search(r"\d", unit)))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_english_number_is_the_number(decimal, unit):
    match = re.search(
        r"(-?)[^\d-]*([\d,]+)([.]\d+)?(?: (million|billion|trillion)\b)?", display(quantity(decimal, unit))
    )
    assert match is not None
    sign, whole, decimals, scale = match.groups("")
    assert Decimal(f"{sign}{whole.replace(',', '')}{decimals}e{SCALES[scale]}") == Decimal(decimal)
    if "." in decimal:
        assert decimals == "." + decimal.partition(".")[2]


@given(QUANTITIES, st.sampled_from(Language))
@settings(max_examples=250, deadline=None, derandomize=True)
def test_any_quantity_is_said_with_its_comparator(written, language):
    msgspec.convert(written.value, DecimalText | None)
    shown = display(written, language)
    if written.value is written.lower is written.upper is None:
        assert shown == ""
        return
    lexicon = lexicon_of(language)
    bounds = lexicon.year if written.unit == "year" else lexicon.comparators
    for words in re.split("{.*?}", getattr(bounds, written.comparator)):
        assert words.strip() in shown


@given(DECIMALS, DECIMALS, DECIMALS, st.sampled_from(Language))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_value_and_bounds_are_all_said(value, lower, upper, language):
    shown = display(quantity(value, "cranes", "approx", lower, upper), language)
    for decimal in (value, lower, upper):
        assert display(quantity(decimal, ""), language).strip() in shown


def _places(forms: Forms) -> bool:
    written = [form for form in (forms.one, forms.other, forms.many) if form is not None]
    return all(len(re.findall("{number}|{percent}", form)) == 1 for form in written)
