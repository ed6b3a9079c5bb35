"""The labelled passages, and the rules of their README as code: which verdict a number gets against a claim's."""

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.claims import Comparator, Quantity
from schemas.verification import Currency

HERE = Path(__file__).parent
ARTICLE = HERE / "article.txt"
SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SAID = re.compile(r"(eq|gt|gte|lt|lte|approx|nearly|between) (.+)")
NUMBER = re.compile(r"(-?)([\d,]+(?:\.\d+)?)(?:/(\d+))? ?(thousand|million|billion|trillion|)")

UP, DOWN, ABOUT = ("gt", "gte"), ("lt", "lte"), ("approx", "nearly")


class Verdict(StrEnum):
    """What a passage's number is beside a claim's, as the README of the passages defines."""

    CONSISTENT = "consistent"
    WITHIN_ROUNDING = "within_rounding"
    EXCEEDS = "exceeds"
    FALLS_SHORT = "falls_short"
    CONTRADICTS = "contradicts"
    OUTDATED = "outdated"
    NO_NUMBER = "no_number"


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement in a passage, the claim it is about, and the verdict."""

    quote: str
    claim: str
    verdict: Verdict
    occurrence: int | None = None
    says: str | None = None
    unit: str | None = None
    denied: bool = False
    optional: bool = False

    def span(self, text: str) -> tuple[int, int]:
        """Where the quote stands in the text, in code points; ValueError if it does not stand there so often."""
        start = -1
        for _ in range(self.occurrence or 1):
            start = text.index(self.quote, start + 1)
        return start, start + len(self.quote)


class Passage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text and every label in it; none means that nothing may be found."""

    id: str
    text: str
    labels: list[Label]


class Kind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of passages: a file."""

    about: str
    passage: list[Passage]


class Said(NamedTuple):
    """A number read from `says`: its comparator, its value or ends, and its half step."""

    comparator: str
    low: Decimal
    high: Decimal
    half: Decimal


def kinds() -> dict[str, Kind]:
    """Every kind by its name, in the order of names."""
    return {
        file.stem: msgspec.toml.decode(file.read_bytes(), type=Kind) for file in sorted(HERE.glob("passages/*.toml"))
    }


def article() -> Passage:
    """The article the service began with, as a passage."""
    labels = msgspec.toml.decode((HERE / "article.toml").read_bytes(), type=dict[str, list[Label]])["labels"]
    return Passage(id="article", text=ARTICLE.read_text(), labels=labels)


def number(written: str) -> tuple[Decimal, Decimal]:
    """A number as `says` writes it, and its half step: `6,200` is 6200 ± 50, `6/10` is 60 ± 1."""
    sign, digits, of, scale = NUMBER.fullmatch(written).groups()
    plain = digits.replace(",", "")
    value = Decimal(sign + plain)
    if of:
        return value * 100 / Decimal(of), Decimal(1)
    whole, _, decimals = plain.partition(".")
    if decimals:
        unit = Decimal(1).scaleb(-len(decimals))
    else:
        counting = max(len(whole.rstrip("0")), min(2, len(whole)))
        unit = Decimal(1).scaleb(len(whole) - counting)
    return value * SCALES[scale], unit / 2 * SCALES[scale]


def said(says: str) -> Said:
    """What `says` says."""
    comparator, rest = SAID.fullmatch(says).groups()
    ends = [number(end) for end in rest.split(" to ")]
    half, size = max(end[1] for end in ends), abs(ends[0][0] + ends[-1][0]) / 2
    if comparator in ABOUT:
        half = max(half, min(2 * half, size / 4))
    return Said(comparator, ends[0][0], ends[-1][0], min(half, size / 2))


def verdict(label: Label, quantity: Quantity, currency: Currency) -> Verdict:
    """The verdict the README's rules give a label against its claim."""
    if label.says is None or (quantity.value is None and quantity.lower is None):
        return Verdict.NO_NUMBER
    text = said(label.says)
    found = ranged(text, quantity) if text.comparator == "between" else single(text, quantity)
    agreeing = found in (Verdict.CONSISTENT, Verdict.WITHIN_ROUNDING)
    if label.denied or label.unit:
        assert agreeing, "only a known number can be denied, or have another unit"
        return Verdict.CONTRADICTS
    return Verdict.OUTDATED if agreeing and currency == Currency.SUPERSEDED else found


def single(text: Said, quantity: Quantity) -> Verdict:
    """A single number in the text against a claim's number or range."""
    if quantity.comparator != Comparator.BETWEEN:
        return beside(text, text.low, str(quantity.comparator), Decimal(quantity.value), quantity.unit)
    low, high = Decimal(quantity.lower), Decimal(quantity.upper)
    if text.comparator in UP:
        return beside(text, text.low, "eq", low, quantity.unit)
    if text.comparator in DOWN:
        return beside(text, text.low, "eq", high, quantity.unit)
    if low - text.half <= text.low <= high + text.half:
        return Verdict.WITHIN_ROUNDING
    return apart(text.low, high if text.low > high else low, quantity.unit)


def ranged(text: Said, quantity: Quantity) -> Verdict:
    """A range in the text against a claim's number or range."""
    if quantity.comparator == Comparator.BETWEEN:
        low, high = Decimal(quantity.lower), Decimal(quantity.upper)
        if (text.low, text.high) == (low, high):
            return Verdict.CONSISTENT
        if abs(text.low - low) <= text.half and abs(text.high - high) <= text.half:
            return Verdict.WITHIN_ROUNDING
        return apart((text.low + text.high) / 2, (low + high) / 2, quantity.unit)
    value = Decimal(quantity.value)
    if text.low <= value <= text.high:
        return Verdict.WITHIN_ROUNDING
    nearer = text.low if value < text.low else text.high
    return beside(text._replace(comparator="eq"), nearer, str(quantity.comparator), value, quantity.unit)


def beside(text: Said, x: Decimal, claimed: str, v: Decimal, unit: str) -> Verdict:
    """The text's x with its comparator against the claim's v with its own."""
    if abs(x - v) <= text.half and x * v >= 0:
        return agreeing(text.comparator, x, claimed, v)
    if text.comparator in DOWN and claimed in UP and x < v:
        return Verdict.CONTRADICTS
    if text.comparator in UP and claimed not in DOWN and x < v:
        return Verdict.FALLS_SHORT
    if text.comparator in DOWN and claimed not in UP and x > v:
        return Verdict.EXCEEDS
    return apart(x, v, unit)


def agreeing(comparator: str, x: Decimal, claimed: str, v: Decimal) -> Verdict:
    """The verdict where the numbers agree: what the comparators make of it."""
    same = Verdict.CONSISTENT if x == v else Verdict.WITHIN_ROUNDING
    if claimed in UP + DOWN:
        with_it, against = (UP, DOWN) if claimed in UP else (DOWN, UP)
        if comparator in with_it:
            return same
        if comparator in against:
            return Verdict.CONTRADICTS
        return Verdict.FALLS_SHORT if comparator == "nearly" and claimed in UP else Verdict.WITHIN_ROUNDING
    if comparator in UP and (v < x or (v == x and comparator == "gt")):
        return Verdict.EXCEEDS
    if comparator in DOWN and (v > x or (v == x and comparator == "lt")):
        return Verdict.FALLS_SHORT
    return same


def apart(x: Decimal, v: Decimal, unit: str) -> Verdict:
    """The verdict where the numbers do not agree and neither says it of the other."""
    if x * v < 0 or (unit != "year" and (abs(x) > 2 * abs(v) or 2 * abs(x) < abs(v))):
        return Verdict.CONTRADICTS
    return Verdict.EXCEEDS if x > v else Verdict.FALLS_SHORT
