"""What is found in a text: for each passage the claims it may repeat, or what comes nearest. Pure."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from schemas.matching import (
    MOST_COMPARED,
    Candidate,
    Held,
    Match,
    NearestMeasure,
    Numeric,
    Span,
    StatedDate,
    StatedNumber,
    Unmatched,
)
from schemas.verification import Currency, Status
from service.matching.passages import Passage, Text
from service.matching.quantities import Dimension, Quantity, as_decimal
from service.matching.similarity import (
    UNSAID,
    About,
    Rarity,
    about_claim,
    geography_likeness,
    names_most,
    number_likeness,
    period_likeness,
    scored,
    unit_likeness,
    wording,
)
from service.matching.verdicts import held, stated, verdict

AGREEING = frozenset({Numeric.CONSISTENT, Numeric.WITHIN_ROUNDING, Numeric.OUTDATED})
_LEAST_SCORE = 0.6
_LEAST_WORDING = 0.65
_LEAST_WORDING_BY_DIGITS = (0.5, 0.5, 0.45, 0.35, 0.3)
"""How much of what a claim counts a passage must name; where it states the same number, by how many digits that has:
many are not the same by chance."""
_UNSAID_GEOGRAPHY = 0.3
"""What the place of a passage that says none must be where it states the same number; another one needs the place."""
_NOTHING: frozenset[str] = frozenset()
_LEAST_OF_FINDING = 0.85


class Judged(NamedTuple):
    """A claim beside a passage: what is answered of it, and whether the passage repeats it."""

    candidate: Candidate
    claim: Held
    repeats: bool


def read_text(text: str) -> Text:
    """A text, taken apart: so far that it can be told whether there are too many passages to compare."""
    read = Text(text, MOST_COMPARED + 1)
    _ = read.passages
    return read


def compared_passages(text: Text) -> list[Passage]:
    """The passages of a text that are compared: the first ones, if there are too many."""
    return text.passages[:MOST_COMPARED]


def compared_to(text: Text) -> int:
    """The code point up to which a text is compared."""
    passages = text.passages
    return passages[MOST_COMPARED].start if len(passages) > MOST_COMPARED else len(text.text)


def judged(passage: Passage, claims: Collection[Held], rarity: Rarity, limit: int) -> list[Judged]:
    """The claims a passage may repeat, the likeliest first; or the one that comes nearest in words, if it repeats none.

    If a claim agrees with a number, those that do not are left out, and if it has the same number, those that only are
    near it, too. Of one measure, where none agrees, only the likeliest is kept.
    """
    found = [one for claim in claims for one in [_judged(passage, claim, rarity)] if one is not None]
    found.sort(key=_order)
    repeated = [one for one in found if one.repeats]
    if not repeated:
        return sorted(found, key=lambda one: (-one.candidate.similarity.wording, *_order(one)))[:1]
    agreeing = [one for one in repeated if one.candidate.numeric in AGREEING]
    agreeing = [one for one in agreeing if one.candidate.similarity.number == 1] or agreeing
    if agreeing:
        numbers = {one.candidate.number for one in agreeing}
        others = [one for one in repeated if one.candidate.number not in numbers]
        return sorted([*agreeing, *_one_a_measure(others)], key=_order)[:limit]
    return _one_a_measure(repeated)[:limit]


def _order(one: Judged) -> tuple[bool, float, int, str]:
    return not one.repeats, -one.candidate.similarity.score, one.candidate.number, one.claim.id


def _one_a_measure(found: Sequence[Judged]) -> list[Judged]:
    measures: set[str] = set()
    kept = []
    for one in found:
        if one.claim.measure not in measures:
            measures.add(one.claim.measure)
            kept.append(one)
    return kept


def _judged(passage: Passage, claim: Held, rarity: Rarity) -> Judged | None:
    """A claim beside the number of a passage it is likest to; None for one whose unit is a date."""
    what = about_claim(claim)
    if what.unit.dimension == Dimension.YEAR:
        return None
    units = [unit_likeness(passage, nth, one, what) for nth, one in enumerate(passage.quantities)]
    places = [nth for nth, unit in enumerate(units) if unit] or [0]
    return max(
        (_beside(passage, nth, units[nth], claim, what, rarity) for nth in places),
        key=lambda one: (one.repeats, one.candidate.similarity.score, -one.candidate.number),
    )


def _beside(passage: Passage, nth: int, unit: float, claim: Held, what: About, rarity: Rarity) -> Judged:
    quantity = passage.quantities[nth]
    claimed = held(claim.quantity)
    number = stated(quantity, claimed, what.unit) if unit and claimed is not None else None
    said = wording(passage, nth, what, rarity)
    likeness = scored(
        said,
        number_likeness(number, claimed),
        unit,
        geography_likeness(passage, claim, what),
        period_likeness(passage, claim),
    )
    numeric = verdict(number, claimed, claim.currency)
    if claimed is None:
        repeats = said >= _LEAST_OF_FINDING and likeness.geography > 0
    else:
        agrees = numeric in AGREEING
        is_same = agrees and likeness.number == 1
        least = _LEAST_WORDING_BY_DIGITS[_digits(quantity)] if is_same else _LEAST_WORDING
        same = unit > 0 and likeness.period > 0 and likeness.geography >= (_UNSAID_GEOGRAPHY if is_same else UNSAID)
        repeats = same and said >= least and likeness.score >= _LEAST_SCORE
        if repeats and not agrees:  # only what it says itself makes another number a wrong one
            alone = passage._replace(
                around=_NOTHING, before=_NOTHING if not what.names else what.names & passage.before
            )
            repeats = wording(alone, nth, what, rarity) >= least and names_most(alone, what)
    candidate = Candidate(
        claim=claim.id,
        version=claim.version,
        status=Status(claim.status),
        currency=Currency(claim.currency),
        statement=claim.statement,
        number=nth,
        similarity=likeness,
        numeric=numeric,
    )
    return Judged(candidate, claim, repeats)


def _digits(quantity: Quantity) -> int:
    """How many significant digits a number has, four at most."""
    number = quantity.value if quantity.value is not None else quantity.upper
    return 0 if number is None else min(len(number.normalize().as_tuple().digits), 4)


def match_of(text: Text, passage: Passage, found: Sequence[Judged]) -> Match | Unmatched:
    """What is answered of a passage."""
    span, quote = Span(start=passage.start, end=passage.end), text.text[passage.start : passage.end]
    numbers = [_stated(text, quantity) for quantity in passage.quantities]
    dates = []
    for date in passage.dates:
        start, end = text.quote(date.first, date.behind)
        dates.append(StatedDate(span=Span(start=start, end=end), quote=text.text[start:end], date=date.date))
    if found and found[0].repeats:
        candidates = [one.candidate for one in found]
        return Match(span=span, quote=quote, numbers=numbers, dates=dates, candidates=candidates)
    nearest = None
    if found and found[0].candidate.similarity.wording > 0:
        claim, said = found[0].claim, found[0].candidate.similarity.wording
        nearest = NearestMeasure(measure=claim.measure, claim=claim.id, similarity=said)
    return Unmatched(span=span, quote=quote, numbers=numbers, dates=dates, nearest=nearest)


def _stated(text: Text, quantity: Quantity) -> StatedNumber:
    start, end = text.quote(quantity.first, quantity.behind)
    return StatedNumber(
        span=Span(start=start, end=end),
        quote=text.text[start:end],
        value=None if quantity.value is None else as_decimal(quantity.value),
        comparator=quantity.comparator,
        lower=None if quantity.lower is None else as_decimal(quantity.lower),
        upper=None if quantity.upper is None else as_decimal(quantity.upper),
        unit=quantity.unit.name,
    )
