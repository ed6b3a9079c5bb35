"""The labelled passages are sound: their quotes stand in their texts, and every verdict follows from the rules."""

from collections import Counter
from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest

from db.migrations import HERE as DB
from schemas.claims import Quantity
from schemas.verification import Currency
from tests.matching.labels import Label, Passage, Verdict, article, kinds, number, said, verdict
from tests.telling import tell

MOST_WORDS = 180
FEWEST_PASSAGES, FEWEST_OF_A_KIND, FEWEST_CLAIMS = 180, 8, 60


class Curated(msgspec.Struct):
    """What a label needs of a claim."""

    id: str
    quantity: Quantity
    currency: Currency


KINDS = kinds()
CLAIMS = {
    claim.id: claim
    for claim in msgspec.json.Decoder(Curated).decode_lines((DB.parent / "curated/claims.jsonl").read_bytes())
}
PASSAGES = [*(passage for kind in KINDS.values() for passage in kind.passage), article()]
LABELS = [(passage, label) for passage in PASSAGES for label in passage.labels]


def named(case: tuple[Passage, Label]) -> str:
    return f"{case[0].id}: {case[1].quote[:40]}"


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.id)
def test_quotes_stand_in_their_text_and_not_in_one_another(passage):
    spans = sorted(label.span(passage.text) for label in passage.labels)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for label in passage.labels:
        assert label.quote == label.quote.strip()
        assert label.occurrence or passage.text.count(label.quote) == 1


@pytest.mark.parametrize("case", LABELS, ids=named)
def test_a_verdict_follows_from_the_rules(case):
    _, label = case
    claim = CLAIMS[label.claim]
    assert label.verdict == verdict(label, claim.quantity, claim.currency)


def test_ids_and_texts_are_used_once():
    for values in ([passage.id for passage in PASSAGES], [passage.text for passage in PASSAGES]):
        assert [value for value, times in Counter(values).items() if times > 1] == []


def test_passages_are_short_and_clean():
    for passage in PASSAGES[:-1]:
        assert passage.text == passage.text.strip(), passage.id
        assert "\n" not in passage.text, passage.id
        assert len(passage.text.split()) <= MOST_WORDS, passage.id


def test_there_are_enough_of_every_kind_and_claim_and_verdict():
    """The counts are told: what precision and recall on this set rest on."""
    verdicts = Counter(str(label.verdict) for _, label in LABELS)
    claims = {label.claim for _, label in LABELS}
    for name, kind in KINDS.items():
        silent = sum(not passage.labels for passage in kind.passage)
        tell(f"{name}: {len(kind.passage)} passages, {silent} of them silent")
    tell(f"{len(PASSAGES) - 1} passages, {len(LABELS)} labels, {len(claims)} of {len(CLAIMS)} claims")
    tell(", ".join(f"{name} {times}" for name, times in sorted(verdicts.items())))
    assert min(len(kind.passage) for kind in KINDS.values()) >= FEWEST_OF_A_KIND
    assert len(PASSAGES) - 1 >= FEWEST_PASSAGES
    assert len(claims) >= FEWEST_CLAIMS
    assert set(verdicts) == set(Verdict)
    assert min(verdicts.values()) >= FEWEST_OF_A_KIND


def test_what_is_wrong_is_never_labelled_right():
    for name in ("not-held", "not-statistics", "wrong-thing"):
        assert [passage.id for passage in KINDS[name].passage if passage.labels] == []
    wrong = {label.verdict for passage in KINDS["wrong-number"].passage for label in passage.labels}
    assert wrong == {Verdict.EXCEEDS, Verdict.FALLS_SHORT, Verdict.CONTRADICTS}


@pytest.mark.parametrize(
    ("written", "half"),
    [
        ("7", "0.5"),
        ("40", "0.5"),
        ("40.3", "0.05"),
        ("100", "5"),
        ("415", "0.5"),
        ("6,200", "50"),
        ("2 million", "500000"),
        ("10 billion", "500000000"),
        ("10,000 million", "500000000"),
        ("6/10", "1"),
    ],
)
def test_half_steps_are_those_of_the_readme(written, half):
    assert number(written)[1] == said(f"eq {written}").half == Decimal(half)
    about = said(f"approx {written}")
    assert about.half == max(Decimal(half), min(2 * Decimal(half), about.low / 4))


@pytest.mark.parametrize(
    ("says", "comparator", "value", "due"),
    [
        ("gt 6,200", "gt", "6200", "consistent"),
        ("gte 6,200", "gt", "6200", "consistent"),
        ("eq 6,200", "gt", "6200", "within_rounding"),
        ("approx 6,200", "gt", "6200", "within_rounding"),
        ("nearly 6,200", "gt", "6200", "falls_short"),
        ("lt 6,200", "gt", "6200", "contradicts"),
        ("lte 5,000", "gt", "6200", "contradicts"),
        ("gt 2,000", "gt", "6200", "falls_short"),
        ("eq 2,000", "gt", "6200", "contradicts"),
        ("gt 9,000", "gt", "6200", "exceeds"),
        ("nearly 60", "approx", "60", "consistent"),
        ("eq 6/10", "approx", "60", "consistent"),
        ("eq 40", "eq", "40.3", "within_rounding"),
        ("eq 60", "eq", "40.3", "exceeds"),
        ("gt 88", "eq", "88", "exceeds"),
        ("gte 88", "eq", "88", "consistent"),
        ("lt 88", "eq", "88", "falls_short"),
        ("gt 5,400", "eq", "5427", "within_rounding"),
        ("lt 10,000", "eq", "5427", "exceeds"),
        ("between 5,000 to 6,000", "eq", "5427", "within_rounding"),
        ("eq -19", "eq", "19", "contradicts"),
        ("eq 2.4", "eq", "0.24", "contradicts"),
    ],
)
def test_the_rules_are_those_of_the_readme(says, comparator, value, due):
    label = Label(quote="", claim="", verdict=Verdict(due), says=says)
    quantity = msgspec.convert(
        {"value": value, "comparator": comparator, "lower": None, "upper": None, "unit": "of it"}, Quantity
    )
    assert verdict(label, quantity, Currency.CURRENT) == due
