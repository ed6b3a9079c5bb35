"""What a claim makes of a stated number: the definitions of the contract, as a table."""

import pytest

from schemas.claims import Comparator
from schemas.claims import Quantity as ClaimQuantity
from schemas.matching import Numeric
from service.matching.numbers import read_numbers
from service.matching.quantities import Quantity, unit_of_claim
from service.matching.tokens import tokens_of
from service.matching.verdicts import compared, verdict
from service.matching.words import vocabulary
from tests.matching.labels import said
from tests.matching.test_labels import CLAIMS, LABELS


def judged(text, claim, currency="current"):
    comparator, *numbers, unit = claim.split()
    value, lower, upper = [*numbers, None, None][:3] if len(numbers) != 2 else (None, *numbers)
    (stated,) = read_numbers(text, tokens_of(text), vocabulary()).quantities
    held = ClaimQuantity(value=value, comparator=Comparator(comparator), lower=lower, upper=upper, unit=unit)
    return verdict(compared(stated, held, unit_of_claim(unit)), currency)


FIRMS = "gt 6200 firms"
ROWS = [
    ("more than 6,200 firms", FIRMS, "consistent"),
    ("6,200+ firms", FIRMS, "consistent"),
    ("at least 6,200 firms", FIRMS, "consistent"),
    ("6,200 firms", FIRMS, "within_rounding"),
    ("about 6,200 firms", FIRMS, "within_rounding"),
    ("fewer than 6,200 firms", FIRMS, "contradicts"),
    ("at most 6,200 firms", FIRMS, "contradicts"),
    ("more than 7,000 firms", FIRMS, "exceeds"),
    ("7,000 firms", FIRMS, "exceeds"),
    ("more than 5,000 firms", FIRMS, "falls_short"),
    ("5,000 firms", FIRMS, "falls_short"),
    ("more than 6,200 firms", "eq 6200 firms", "exceeds"),
    ("60%", "approx 60 percent", "consistent"),
    ("six in ten", "approx 60 percent", "consistent"),
    ("about 60%", "approx 60 percent", "consistent"),
    ("62%", "approx 60 percent", "exceeds"),
    ("40.3%", "approx 60 percent", "falls_short"),
    ("75%", "approx 60 percent", "exceeds"),
    ("61%", "eq 61.1 percent", "within_rounding"),
    ("60%", "eq 61.1 percent", "falls_short"),
    ("six in ten", "eq 61.1 percent", "falls_short"),
    ("61.2%", "eq 61.1 percent", "exceeds"),
    ("between 60% and 62%", "eq 61.1 percent", "within_rounding"),
    ("$78 million", "approx 78352034 USD", "within_rounding"),
    ("$100 million", "approx 78352034 USD", "exceeds"),
    ("131,000 patents", "eq 131121 patents", "within_rounding"),
    ("130,000 patents", "eq 131121 patents", "within_rounding"),
    ("140,000 patents", "eq 131121 patents", "exceeds"),
    ("more than 131,000 patents", "eq 131121 patents", "within_rounding"),
    ("more than 100,000 patents", "eq 131121 patents", "falls_short"),
    ("85%", "between 80 90 percent", "within_rounding"),
    ("between 80% and 90%", "between 80 90 percent", "consistent"),
    ("95%", "between 80 90 percent", "exceeds"),
    ("415 billion kWh", "approx 415 TWh", "consistent"),
    ("half a litre", "approx 500 mL", "consistent"),
    ("18%", "approx -18 percent", "consistent"),
    ("11.4 million H100 equivalents", "approx 11358665 9039474 14365944 equivalents", "within_rounding"),
]


@pytest.mark.parametrize(("text", "claim", "numeric"), ROWS)
def test_each_verdict_is_what_the_contract_says(text, claim, numeric):
    assert judged(text, claim) == numeric


def test_what_agrees_with_a_superseded_claim_is_outdated_and_nothing_else_is():
    assert judged("6,200+ firms", FIRMS, "superseded") == Numeric.OUTDATED
    assert judged("6,200 firms", FIRMS, "superseded") == Numeric.OUTDATED
    assert judged("5,000 firms", FIRMS, "superseded") == Numeric.FALLS_SHORT
    assert judged("6,200+ firms", FIRMS, "historical") == Numeric.CONSISTENT


def test_a_finding_has_no_number():
    held = ClaimQuantity(value=None, comparator=Comparator.EQ, lower=None, upper=None, unit="finding")
    (stated,) = read_numbers("5 firms", tokens_of("5 firms"), vocabulary()).quantities
    assert verdict(compared(stated, held, unit_of_claim("finding")), "current") == Numeric.NO_NUMBER


def stated_by(label):
    """What a label says that the text says, as a quantity in its claim's unit."""
    found = said(label.says)
    comparator = Comparator.APPROX if found.comparator == "nearly" else Comparator(found.comparator)
    is_range = comparator == Comparator.BETWEEN
    return Quantity(
        0, 1, comparator, None if is_range else found.low, found.low if is_range else None,
        found.high if is_range else None, unit_of_claim(CLAIMS[label.claim].quantity.unit),
        found.half / (2 if comparator == Comparator.APPROX else 1), is_short=found.comparator == "nearly",
    )  # fmt: skip


@pytest.mark.parametrize(
    "label", [label for _, label in LABELS if label.says and CLAIMS[label.claim].quantity.unit != "year"], ids=str
)
def test_a_label_s_verdict_is_ours(label):
    """The rules of the labels were written down by themselves: both ways to work a verdict out must agree."""
    claim = CLAIMS[label.claim]
    numbers = compared(stated_by(label), claim.quantity, unit_of_claim(claim.quantity.unit))
    if numbers is not None and numbers.held == tuple(-abs(number) for number in numbers.held):
        return
    found = verdict(numbers, claim.currency, is_other=label.denied or label.unit is not None)
    assert found == label.verdict
