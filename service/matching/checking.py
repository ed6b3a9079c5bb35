"""What is found in a text: for each passage the claims it may repeat, or what comes nearest. Pure."""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

from schemas.matching import (
    MOST_COMPARED,
    Candidate,
    Held,
    Match,
    NearestMeasure,
    Span,
    StatedDate,
    StatedNumber,
    Unmatched,
)
from schemas.verification import Currency, Status
from service.matching.about import About, about
from service.matching.changes import OPPOSITES
from service.matching.passages import Passage, Text
from service.matching.quantities import Dimension, Quantity, as_decimal, is_other_of
from service.matching.similarity import (
    UNSAID,
    Rarity,
    geography_likeness,
    names_most,
    number_likeness,
    period_likeness,
    scored,
    unit_likeness,
    wording,
)
from service.matching.verdicts import agrees as agree
from service.matching.verdicts import held, ratio, stated, verdict

_LEAST_SCORE = 0.6
_LEAST_WORDING = 0.65
_LEAST_WORDING_BY_DIGITS = (0.5, 0.5, 0.45, 0.35, 0.3)
"""How much of what a claim counts a passage must name; where it states the same number, by how many digits that has:
many are not the same by chance."""
_UNSAID_GEOGRAPHY = 0.3
"""What the place of a passage that says none must be where it states the same number; another one needs the place."""
_NOTHING: frozenset[str] = frozenset()
_LEAST_OF_FINDING = 0.85
_FARTHEST = 3.05
"""How far another number may be from a claim's, in powers of ten: beyond, it is of something else."""


class Judged(NamedTuple):
    """A claim beside a passage: what is answered of it, and whether the passage repeats it.

    `agrees` says that the numbers do, `names` how many names of the claim the passage has, less those it has not, and
    `apart` how far the numbers are from each other, as the logarithm of their ratio.
    """

    candidate: Candidate
    claim: Held
    repeats: bool
    agrees: bool
    names: int
    apart: float


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
    near it, too. Of one measure, those are kept whose names the passage has most of, and where none agrees, only the
    likeliest: a current one, and of those the nearest.
    """
    found = [one for claim in claims for one in [_judged(passage, claim, rarity)] if one is not None]
    found.sort(key=_order)
    repeated = _named([one for one in found if one.repeats])
    if not repeated:
        return sorted(found, key=lambda one: (-one.candidate.similarity.wording, *_order(one)))[:1]
    agreeing = [one for one in repeated if one.agrees]
    agreeing = [one for one in agreeing if one.candidate.similarity.number == 1] or agreeing
    if agreeing:
        numbers = {one.candidate.number for one in agreeing}
        others = [one for one in repeated if one.candidate.number not in numbers]
        return sorted([*agreeing, *_one_a_measure(others)], key=_order)[:limit]
    return _one_a_measure(repeated)[:limit]


def _order(one: Judged) -> tuple[bool, float, float, int, str]:
    return not one.repeats, -one.candidate.similarity.score, one.apart, one.candidate.number, one.claim.id


def _named(found: Sequence[Judged]) -> list[Judged]:
    """Of the claims of a measure, those whose names the passage has most of."""
    most: dict[str, int] = {}
    for one in found:
        most[one.claim.measure] = max(one.names, most.get(one.claim.measure, one.names))
    return [one for one in found if one.names == most[one.claim.measure]]


def _nearness(one: Judged) -> tuple[bool, float, float, str]:
    """What comes first of claims that do not agree: the current ones, those that say the same, the nearest."""
    said = round(one.candidate.similarity.wording, 1)
    return one.claim.currency != Currency.CURRENT, -said, one.apart, one.claim.id


def _one_a_measure(found: Sequence[Judged]) -> list[Judged]:
    kept: dict[str, Judged] = {}
    for one in sorted(found, key=_nearness):
        kept.setdefault(one.claim.measure, one)
    return sorted(kept.values(), key=_order)


def _judged(passage: Passage, claim: Held, rarity: Rarity) -> Judged | None:
    """A claim beside the number of a passage it is likest to; None for one whose unit is a date."""
    what = about(claim)
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
    is_other = is_other_of(quantity.unit, what.unit)
    number = None
    if claimed is not None and (unit or is_other):
        change = passage.changes[nth]
        is_opposite = change is not None and what.change == OPPOSITES[change]
        number = stated(quantity, claimed, what.unit, is_opposite=is_opposite)
        number = number and number._replace(is_of_other_unit=is_other)
    agrees = number is not None and claimed is not None and agree(number, claimed)
    is_of_other_time = passage.rates[nth] is not None and what.rate not in (None, passage.rates[nth])
    if number is not None and agrees:
        is_denied = quantity.is_denied != what.is_denied
        number = number._replace(is_denied=is_denied, is_of_other_unit=is_other or is_of_other_time)
    if is_other and not agrees:
        number = None
    apart = ratio(number, claimed) if number is not None and claimed is not None else math.inf
    said = wording(passage, nth, what, rarity)
    likeness = scored(
        said,
        number_likeness(number, claimed),
        unit,
        geography_likeness(passage, claim, what),
        period_likeness(passage, claim),
    )
    if claimed is None:
        repeats = said >= _LEAST_OF_FINDING and likeness.geography > 0
    elif quantity.is_vague:
        same = unit > 0 and likeness.period > 0 and likeness.geography >= UNSAID
        alone = passage._replace(around=_NOTHING, before=_NOTHING)
        repeats = same and wording(alone, nth, what, rarity) >= _LEAST_OF_FINDING and names_most(alone, what)
    else:
        is_same = agrees and likeness.number == 1
        least = _LEAST_WORDING_BY_DIGITS[_digits(quantity)] if is_same and not is_other else _LEAST_WORDING
        same = (unit > 0 or (is_other and agrees)) and likeness.period > 0 and (
            likeness.geography >= (_UNSAID_GEOGRAPHY if is_same else UNSAID)
        )  # fmt: skip
        repeats = same and said >= least and likeness.score >= _LEAST_SCORE
        if repeats and not agrees:  # only what it says itself makes another number a wrong one
            alone = passage._replace(
                around=_NOTHING, before=_NOTHING if not what.names else what.names & passage.before
            )
            repeats = (
                not quantity.is_denied
                and not is_of_other_time
                and apart <= _FARTHEST
                and wording(alone, nth, what, rarity) >= least
                and names_most(alone, what)
            )
    candidate = Candidate(
        claim=claim.id,
        version=claim.version,
        status=Status(claim.status),
        currency=Currency(claim.currency),
        statement=claim.statement,
        number=nth,
        similarity=likeness,
        numeric=verdict(number, claimed, claim.currency),
    )
    named = what.said_names & (passage.near | passage.around)
    return Judged(candidate, claim, repeats, agrees, 2 * len(named) - len(what.said_names), apart)


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
