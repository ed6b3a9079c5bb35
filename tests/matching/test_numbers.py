"""How numbers, comparators, units and dates are read."""

from decimal import Decimal

import pytest

from service.matching.numbers import read_numbers
from service.matching.tokens import tokens_of
from service.matching.words import vocabulary


def read(text):
    tokens = tokens_of(text)
    found = read_numbers(text, tokens, vocabulary())
    return [
        (
            text[tokens[one.first].start : tokens[one.behind - 1].end],
            str(one.comparator),
            tuple(
                str(number.normalize() + 0) if number else "0"
                for number in (one.value, one.lower, one.upper)
                if number is not None
            ),
            one.unit.name,
        )
        for one in found.quantities
    ], [one.date for one in found.dates]


def plain(numbers):
    return tuple(f"{Decimal(number):f}" for number in numbers)


STATED = [
    ("more than 6,200 AI firms", "more than 6,200 AI firms", "gt", ("6200",), "AI firms"),
    ("have now surpassed 10 billion downloads", "surpassed 10 billion downloads", "gt", ("10000000000",), "downloads"),
    ("the 10-billion-download mark", "10-billion-download", "eq", ("10000000000",), "download"),
    ("the 6,200+ firms", "6,200+ firms", "gt", ("6200",), "firms"),
    ("crossed the 10 billion mark", "crossed the 10 billion", "gt", ("10000000000",), None),
    ("10bn downloads", "10bn downloads", "eq", ("10000000000",), "downloads"),
    ("10,000 million downloads", "10,000 million downloads", "eq", ("10000000000",), "downloads"),
    ("ten thousand million downloads", "ten thousand million downloads", "eq", ("10000000000",), "downloads"),
    ("two million three hundred thousand cats", "two million three hundred thousand cats", "eq", ("2300000",), "cats"),
    ("one hundred and twenty-five models", "one hundred and twenty-five models", "eq", ("125",), "models"),
    ("half a million deepfakes", "half a million deepfakes", "eq", ("500000",), "deepfakes"),
    ("half a litre of water", "half a litre", "eq", ("0.5",), "litre"),
    ("roughly 60% of the global total", "roughly 60%", "approx", ("60",), "percent"),
    ("40 to 50 per cent", "40 to 50 per cent", "between", ("40", "50"), "percent"),
    ("between 17% and 20% of firms", "between 17% and 20%", "between", ("17", "20"), "percent"),
    ("an 80-90% share", "80-90%", "between", ("80", "90"), "percent"),
    ("3-5 million users", "3-5 million users", "between", ("3000000", "5000000"), "users"),
    ("between $5m and $7m", "between $5m and $7m", "between", ("5000000", "7000000"), "USD"),
    ("six in ten patents", "six in ten", "eq", ("60",), "percent"),
    ("9 out of 10 firms", "9 out of 10", "eq", ("90",), "percent"),
    ("three fifths of patents", "three fifths", "eq", ("60",), "percent"),
    ("a third of firms", "a third", "eq", ("33.33",), "percent"),
    ("more than a quarter of new code", "more than a quarter", "gt", ("25",), "percent"),
    ("nearly half of them", "nearly half", "approx", ("50",), "percent"),
    ("half the world's researchers", "half", "eq", ("50",), "percent"),
    ("US$5m", "US$5m", "eq", ("5000000",), "USD"),
    ("C$12 million", "C$12 million", "eq", ("12000000",), "CAD"),
    ("about 1.2 trillion yuan", "about 1.2 trillion yuan", "approx", ("1200000000000",), "CNY"),
    ("€3bn", "€3bn", "eq", ("3000000000",), "EUR"),
    ("626,000 pounds of CO2", "626,000 pounds", "eq", ("626000",), "pounds"),
    ("0.34 watt-hours", "0.34 watt-hours", "eq", ("0.34",), "watt-hours"),
    ("280-fold", "280-fold", "eq", ("280",), "times"),
    ("no more than 5 laws", "no more than 5 laws", "lte", ("5",), "laws"),
    ("fewer than 6,200 firms", "fewer than 6,200 firms", "lt", ("6200",), "firms"),
    ("more than 2000 firms", "more than 2000 firms", "gt", ("2000",), "firms"),
    ("6\u202f200 firms", "6\u202f200 firms", "eq", ("6200",), "firms"),
    ("12 lakh users", "12 lakh users", "eq", ("1200000",), "users"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "quote", "comparator", "numbers", "unit"), STATED, ids=[row[0] for row in STATED])
def test_a_number_is_read_with_its_comparator_and_unit(text, quote, comparator, numbers, unit):
    ((found_quote, found_comparator, found_numbers, found_unit),), _ = read(text)
    assert (found_quote, found_comparator, plain(found_numbers), found_unit) == (quote, comparator, numbers, unit)


@pytest.mark.parametrize(
    "text",
    [
        "GPT-4, Llama 3.1 and version 2.0",
        "call +1 555 123 4567 or 020 7946 0958",
        "see page 12, figure 3 and [12]",
        "1. First\n2. Second\n(3)",
        "ISO 27001, arXiv 2604.07190, RFC 9110",
        "10:30 on 5 June, the 21st century, 5G and 3D",
        "https://example.org/2026/05/1234 and a1@b2.example",
        "10^25 and 192.168.0.1 and 978-3-16-148410-0",
        "one of them, second to none, the third quarter, the first half",
        "thousands of firms and hundreds of millions",
        "12" * 40,
    ],
)
def test_what_names_something_is_no_quantity(text):
    assert read(text)[0] == []


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("in 2025", ["2025"]),
        ("on 2 May 2026", ["2026-05-02"]),
        ("May 1, 2026", ["2026-05-01"]),
        ("by April 2026", ["2026-04"]),
        ("2026-04-28", ["2026-04-28"]),
        ("9-15 February 2026", ["2026-02-09"]),
        ("2014-2023", ["2014"]),
        ("the 1990s", ["1990"]),
        ("mid-2025", ["2025"]),
        ("01/05/2026", ["2026"]),
        ("3 March", []),
    ],
)
def test_dates_are_kept_apart_from_quantities(text, dates):
    assert read(text) == ([], dates)
