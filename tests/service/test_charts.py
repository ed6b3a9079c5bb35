"""Charts show the claims of a measure, and nothing but a picture."""

import re
from datetime import date
from decimal import ROUND_FLOOR, Decimal

import pytest
from lxml import etree

from schemas.charts import Theme, Width
from schemas.verification import Status
from service.rendering.chart_labels import Box, Mark, placed
from service.rendering.chart_look import look_of
from service.rendering.chart_points import day_of, short, shown_of
from service.rendering.chart_scales import day_scale, number_scale
from service.rendering.chart_spec import specification
from service.rendering.charts import chart, chart_summary
from tests.given import PLAIN
from tests.hostile import HOSTILE, claim, hostile

WIDE, NARROW = (look_of(Theme.LIGHT, width) for width in (Width.WIDE, Width.NARROW))
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "g", "path", "rect", "line", "text", "tspan", "title", "desc", "defs", "clipPath"}


def drawn(claims, look=WIDE, label="Automated cranes", **more) -> etree._Element:
    """The picture, which is well-formed and can do nothing."""
    root = etree.fromstring(chart(label, claims, look, all_told=len(claims), **more))
    assert {etree.QName(one).localname for one in root.iter()} <= DRAWN
    for one in root.iter():
        names = {etree.QName(name).localname.lower() for name in one.attrib}
        assert not [name for name in names if name.startswith("on") or name in ("href", "style")]
    return root


def words(root) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def several(**changed):
    """A claim for each status, a year apart."""
    return [
        claim(id=f"cranes-{number}", quantity__value=str(4000 + 100 * number), verification__status=str(status),
              period={"start": None, "end": str(2019 + number)}, stated_on=str(2019 + number), **changed)
        for number, status in enumerate(Status)
    ]  # fmt: skip


def test_every_claim_is_a_mark_of_its_status_and_the_legend_names_them():
    root = drawn(several())
    titles = [one.text for one in root.iter(f"{SVG}title")][1:]
    assert sorted(titles) == [f"{4000 + 100 * n:,}: {PLAIN['statement']}" for n in range(len(Status))]
    marks = [one.getparent() for one in root.iter(f"{SVG}title")][1:]
    assert len({one.get("fill") for one in marks}) == len({one.get("d") for one in marks}) == len(Status)
    said = words(root)
    assert {"Verified", "Verified, with caveats", "Disputed", "Unsupported", "Refuted", "Unverified"} <= set(said)
    assert said.index("Automated cranes") >= 0


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("width", list(Width))
def test_a_picture_is_as_wide_as_was_asked_and_nothing_is_cut(theme, width):
    root = drawn(several(), look_of(theme, width), marked="cranes-3")
    assert root.get("width") == {"wide": "720", "narrow": "360"}[width]
    assert root.get("role") == "img"
    named = root.get("aria-labelledby").split()
    assert [root.find(f"{SVG}{name}").get("id") for name in ("title", "desc")] == named


def test_the_marked_claim_has_a_ring_and_a_bold_label():
    def bold(root):
        return ["".join(one.itertext()) for one in root.iter(f"{SVG}text") if one.get("font-weight") == "700"]

    assert bold(drawn(several(), marked="cranes-2")) == ["4,200"] or bold(drawn(several(), marked="cranes-2"))
    assert bold(drawn(several(), marked="cranes-2"))[0].startswith("4,200")
    assert bold(drawn(several(), marked="another")) == []


def test_the_superseded_are_hollow_and_the_retracted_left_out():
    claims = several()
    claims[0] = claim(id="old", currency="superseded", period={"start": None, "end": "2018"})
    claims[1] = claim(id="gone", lifecycle="retracted")
    root = drawn(claims)
    fills = [one.getparent().get("fill") for one in root.iter(f"{SVG}title")][1:]
    assert len(fills) == len(claims) - 1
    assert fills.count(WIDE.ground) == 1
    assert "1 superseded" in chart_summary("Cranes", claims, all_told=len(claims))


def test_ranges_and_bounds_are_drawn():
    plain = drawn([claim()])
    ranged = drawn(
        [claim(quantity={"value": None, "comparator": "between", "lower": "4000", "upper": "4200", "unit": "x"})]
    )
    assert len(list(ranged.iter(f"{SVG}line"))) > 0
    assert any("4,000\u20134,200" in text for text in words(ranged))
    for comparator, sign in (("gt", ">"), ("lt", "<"), ("gte", "≥"), ("lte", "≤"), ("approx", "≈")):
        root = drawn([claim(quantity__comparator=comparator)])
        assert any(text.startswith(f"{sign}4,100") for text in words(root))
        more = len(list(root.iter(f"{SVG}path"))) - len(list(plain.iter(f"{SVG}path")))
        assert (more > 0) is (comparator != "approx")
        assert any("arrow: or" in text for text in words(root)) is (comparator != "approx")


def test_a_measure_without_numbers_has_a_picture_that_says_so():
    root = drawn([claim(quantity__value=None)])
    assert "No published claim of it has a number and a date." in words(root)
    assert root.find(f"{SVG}desc").text.endswith("None of its published claims has a number and a date.")
    drawn([])


def test_what_is_left_out_is_said():
    claims = [*several(), claim(id="a", quantity__value=None), claim(id="b", quantity__unit="percent"),
              claim(id="c", period={"start": None, "end": None}, stated_on=None)]  # fmt: skip
    said = chart_summary("Cranes", claims, all_told=700)
    assert "6 claims from December 2019 to December 2024, from 4,000 to 4,500 (cranes)" in said
    assert said.endswith(
        "Not shown: 1 in another unit, 1 without a number, 1 without a date, 691 stated before the 500 latest."
    )
    assert len(list(drawn(claims).iter(f"{SVG}title"))) == 7


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_claims_say_is_text(text):
    for look in (WIDE, NARROW):
        claims = [hostile(text), hostile(text, id="other", period={"start": None, "end": "2024"})]
        root = drawn(claims, look, label=text, marked=text)
        assert root.find(f"{SVG}title").text == text.replace("\uffff", "\ufffd")
        titles = [one.text for one in root.iter(f"{SVG}title")][1:]
        assert titles == [f"4,100: {text}".replace("\uffff", "\ufffd")] * 2
    drawn([hostile(text, quantity__value=None)], label=text)


def test_texts_of_claims_are_in_no_expression():
    """Vega runs expressions: what people write is only ever data to it."""

    def expressions(part):
        if isinstance(part, dict):
            found = [
                value for name, value in part.items() if name in ("labelExpr", "expr", "calculate", "filter", "signal")
            ]
            return found + [one for value in part.values() for one in expressions(value)]
        return [one for inner in part for one in expressions(inner)] if isinstance(part, list) else []

    marker = "marker"
    spec = specification(marker, shown_of([hostile(marker)]), marker, WIDE)
    assert expressions(spec)
    assert not [one for one in expressions(spec) if marker in one]


@pytest.mark.parametrize("number", [1, 2, 40, 500])
def test_many_claims_are_drawn_with_labels_apart(number):
    claims = [
        claim(
            id=f"c-{n}",
            quantity__value=str(100 + n * n % 991),
            period={"start": None, "end": f"{2000 + n % 25}-0{n % 9 + 1}"},
        )
        for n in range(number)
    ]
    drawn(claims, NARROW)
    marks = [Mark(x=n * 37 % 300, y=n * 53 % 250, text="9,999", longer="9,999 · Someone") for n in range(number)]
    plot = Box(0, 0, 300, 250)
    labels = placed(marks, plot, 9)
    assert len(labels) <= 9
    assert labels or number > 40
    boxes = [label.box for label in labels] + [box for mark in marks for box in mark.boxes]
    for nth, label in enumerate(labels):
        assert label.box.is_inside(plot)
        assert not any(label.box.meets(other) for other in boxes[nth + 1 :])


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        ("10000000000", "downloads", "10B"), ("285900000000", "USD", "$285.9B"), ("74.2", "percent", "74.2%"),
        ("6200", "firms", "6,200"), ("78352034", "USD", "$78.35M"), ("0.34", "Wh", "0.34"), ("0", "jobs", "0"),
        ("-1500000", "USD", "\u2212$1.5M"), ("1200000000000", "CNY", "CN¥1.2T"),
        ("999999999999999999", "x", "1,000,000T"),
        ("0.000000000000000001", "x", "0.000000000000000001"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_read_them(value, unit, written):
    assert short(Decimal(value), unit) == written


def test_a_bound_is_shortened_so_that_it_still_holds():
    assert short(Decimal("10469999999"), "x", ROUND_FLOOR) == "10.46B"
    (point,) = shown_of([claim(quantity={**PLAIN["quantity"], "value": "10469999999", "comparator": "lt"})]).points
    assert point.written == "<10.47B"


def test_scales_begin_at_zero_for_shares_and_are_of_powers_of_ten_for_wide_spans():
    assert number_scale([60, 74], is_share=True, ticks=6).low == 0
    assert number_scale([4500, 6200], is_share=False, ticks=6).low > 0
    assert number_scale([40e6, 1e9], is_share=False, ticks=6).low == 0
    wide = number_scale([3, 5000], is_share=False, ticks=6)
    assert wide.is_log
    assert list(wide.ticks) == [1, 10, 100, 1000, 10000]
    for values in ([0.0], [5.0], [-5.0], [-5.0, 5.0], [1e-18, 2e-18], [1e18, 9e17], [0.0, 1e-9], [1e-18, 1e18]):
        scale = number_scale(values, is_share=False, ticks=6)
        assert scale.low <= min(values) <= max(values) <= scale.high
        assert scale.low < scale.high
        assert 2 <= len(scale.ticks) <= 12


@pytest.mark.parametrize(
    "days",
    [
        [date(2025, 3, 1)], [date(2025, 3, 1), date(2025, 9, 1)], [date(2019, 12, 31), date(2025, 1, 1)],
        [date(1, 1, 1), date(9999, 12, 31)], [date(9999, 12, 31)], [date(1, 1, 1)],
        [date(1950, 1, 1), date(2026, 1, 1)],
    ],
    ids=str,
)  # fmt: skip
def test_days_have_a_handful_of_ticks(days):
    for most in (4, 8):
        scale = day_scale(days, most)
        assert scale.low < scale.high
        assert 1 <= len(scale.named) <= most + 2
        assert all(scale.low <= tick <= scale.high for tick in [*scale.ticks, *scale.named])


def test_a_date_that_is_no_day_stands_where_it_makes_sense():
    assert day_of("2025", 1.0) == date(2025, 12, 31)
    assert day_of("2025", 0.5) == date(2025, 7, 2)
    assert day_of("2024-02", 1.0) == date(2024, 2, 29)
    assert day_of("2024-02-03", 1.0) == date(2024, 2, 3)
    (end,) = shown_of([claim(period={"start": "2020", "end": "2021"}, stated_on="2023")]).points
    (stated,) = shown_of([claim(period={"start": "2020", "end": None}, stated_on="2023-06")]).points
    assert (end.on, stated.on) == (date(2021, 12, 31), date(2023, 6, 15))


def test_the_same_claims_make_the_same_picture():
    first, again = (chart("Cranes", several(), WIDE, all_told=6) for _ in range(2))
    assert first == again
    assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", first)
