"""What a claim makes of a stated number: what the contract says, as a table and over every labelled passage."""

import pytest

from schemas.claims import Comparator
from schemas.claims import Quantity as ClaimQuantity
from schemas.matching import Numeric
from service.matching.numbers import COMPARATORS, NEARLY, read_numbers
from service.matching.quantities import unit_of_claim
from service.matching.tokens import tokens_of
from service.matching.verdicts import Stated, held, stated, verdict
from service.matching.words import vocabulary
from tests.matching.labels import ABOUT, said
from tests.matching.test_labels import CLAIMS, LABELS, named


def judged(text, claim, currency="current"):
    comparator, *numbers, unit = claim.split()
    value, lower, upper = [*numbers, None, None][:3] if len(numbers) != 2 else (None, *numbers)
    (one,) = read_numbers(text, tokens_of(text), vocabulary()).quantities
    number = held(ClaimQuantity(value=value, comparator=Comparator(comparator), lower=lower, upper=upper, unit=unit))
    return verdict(stated(one, number, unit_of_claim(unit)), number, currency)


FIRMS = "gt 6200 firms"
ROWS = [
    ("more than 6,200 firms", FIRMS, "consistent"),
    ("6,200+ firms", FIRMS, "consistent"),
    ("at least 6,200 firms", FIRMS, "consistent"),
    ("6,200 firms", FIRMS, "within_rounding"),
    ("about 6,200 firms", FIRMS, "within_rounding"),
    ("nearly 6,200 firms", FIRMS, "falls_short"),
    ("fewer than 6,200 firms", FIRMS, "contradicts"),
    ("at most 6,200 firms", FIRMS, "contradicts"),
    ("fewer than 5,000 firms", FIRMS, "contradicts"),
    ("more than 7,000 firms", FIRMS, "exceeds"),
    ("7,000 firms", FIRMS, "exceeds"),
    ("more than 2,000 firms", FIRMS, "falls_short"),
    ("5,000 firms", FIRMS, "falls_short"),
    ("2,000 firms", FIRMS, "contradicts"),
    ("14,000 firms", FIRMS, "contradicts"),
    ("more than 6,200 firms", "eq 6200 firms", "exceeds"),
    ("at least 6,200 firms", "eq 6200 firms", "consistent"),
    ("under 6,200 firms", "eq 6200 firms", "falls_short"),
    ("fewer than 10,000 firms", "eq 5427 firms", "exceeds"),
    ("60%", "approx 60 percent", "consistent"),
    ("six in ten", "approx 60 percent", "consistent"),
    ("nearly 60%", "approx 60 percent", "consistent"),
    ("more than 60%", "approx 60 percent", "exceeds"),
    ("62%", "approx 60 percent", "exceeds"),
    ("about 61%", "approx 60 percent", "within_rounding"),
    ("40.3%", "approx 60 percent", "falls_short"),
    ("61%", "eq 61.1 percent", "within_rounding"),
    ("60%", "eq 61.1 percent", "falls_short"),
    ("six in ten", "eq 60.9 percent", "within_rounding"),
    ("between 60% and 62%", "eq 61.1 percent", "within_rounding"),
    ("between 70% and 80%", "eq 61.1 percent", "exceeds"),
    ("$78 million", "approx 78352034 USD", "within_rounding"),
    ("$100 million", "approx 78352034 USD", "exceeds"),
    ("131,000 patents", "eq 131121 patents", "within_rounding"),
    ("140,000 patents", "eq 131121 patents", "exceeds"),
    ("more than 131,000 patents", "eq 131121 patents", "within_rounding"),
    ("more than 50,000 patents", "eq 131121 patents", "falls_short"),
    ("85%", "between 80 90 percent", "within_rounding"),
    ("between 80% and 90%", "between 80 90 percent", "consistent"),
    ("up to 90%", "between 80 90 percent", "consistent"),
    ("95%", "between 80 90 percent", "exceeds"),
    ("415 billion kWh", "approx 415 TWh", "consistent"),
    ("half a litre", "approx 500 mL", "consistent"),
    ("18%", "approx -18 percent", "consistent"),
    ("30%", "approx -18 percent", "exceeds"),
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
    finding = held(ClaimQuantity(value=None, comparator=Comparator.EQ, lower=None, upper=None, unit="finding"))
    assert finding is None
    assert verdict(None, finding, "current") == Numeric.NO_NUMBER


@pytest.mark.parametrize("case", LABELS, ids=named)
def test_the_verdict_is_that_of_the_labels_own_rules(case):
    """The rules were written down twice, by people who did not see each other's."""
    _, label = case
    claim, number = CLAIMS[label.claim], None
    if label.says is not None:
        as_told = said(label.says)
        number = Stated(
            COMPARATORS[as_told.comparator],
            as_told.low,
            as_told.high,
            as_told.half / 2 if as_told.comparator in ABOUT else as_told.half,
            is_nearly=as_told.comparator == NEARLY,
            is_denied=label.denied,
            is_of_other_unit=label.unit is not None,
        )
    assert verdict(number, held(claim.quantity), str(claim.currency)) == label.verdict
