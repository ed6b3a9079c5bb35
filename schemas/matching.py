"""What is found in a text: passages that state a number, the claims they repeat, and whether the number is right."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from schemas.claims import Comparator, Period, Quantity
from schemas.fields import Answer, DecimalText, Line, PartialDate, Position, Request, Slug, VersionNumber
from schemas.requests import AsOf
from schemas.verification import Currency, Status

LONGEST_TEXT = 50_000
MOST_COMPARED = 200
MOST_CANDIDATES = 10


class Numeric(StrEnum):
    """What a claim makes of the number a text states. New values may be added.

    The number is held against what the claim says, whether or not that is true: `status` says so. *Half a step* is half
    a unit of the last digit that counts: the zeros a whole number ends in count up to its second digit, so that 40 is
    0.5 more or less, 40.3 is 0.05, 6,200 is 50 and 10 billion half a billion; a fraction in words ("six in ten", "a
    third") is one percentage point more or less. "About" and "nearly" make it twice that, or a quarter of the number if
    that is less. The text's number *agrees* with the claim's if they differ by half a step of the text's number, and by
    half of it, at most. Of a claim's range, the nearer end is compared, and for a bound the end on its side; of two
    ranges, their middles. The first of these that is so is said: `no_number`, `contradicts`, `exceeds`,
    `falls_short`, `outdated`, `consistent`, `within_rounding`.
    """

    CONSISTENT = "consistent"
    """The text says what the claim says: the same number, and a comparator that loses nothing. "6,200 or more" for
    "more than 6,200"; "60%" and "nearly 60%" for "about 60%"; both ends of a range."""
    WITHIN_ROUNDING = "within_rounding"
    """The text agrees with the claim and says it less exactly: the number rounded, or without its comparator ("6,200
    firms" for "more than 6,200"); a range that holds the claim's number, or a number within the claim's range."""
    EXCEEDS = "exceeds"
    """The text says more than the claim supports: a number above the claim's that does not agree; or an agreeing one
    whose bound leaves the claim's number out below it ("more than 88%" for 88%). So is an upper bound far above an
    exact number: true, and high. A fall is compared by its size."""
    FALLS_SHORT = "falls_short"
    """The text says less than the claim supports: a number below the claim's that does not agree; or an agreeing one
    whose bound leaves the claim's number out above it ("nearly 6,200" for "more than 6,200"). So is a lower bound far
    below: true, and little."""
    CONTRADICTS = "contradicts"
    """What the text and the claim say cannot be about one number: the same number denied, or of those who do not, in
    another currency, by another time (a day, a week), or in percentage points for percent; a rise for a fall; an upper
    bound at or below a lower bound; or a number more than twice the claim's or less than half of it, but for one that
    follows from the claim. Years have no double."""
    OUTDATED = "outdated"
    """It would be `consistent` or `within_rounding`, but a newer figure has replaced the claim: its `currency` is
    `superseded`."""
    NO_NUMBER = "no_number"
    """There is nothing to compare: the text puts the quantity without a number ("most", "thousands"), or the claim is a
    finding without one."""


class Span(Answer, frozen=True, kw_only=True):
    """A piece of the text, in Unicode code points: the first is 0, `end` is behind the last."""

    start: Annotated[int, Meta(ge=0)]
    """Where it begins."""
    end: Annotated[int, Meta(ge=0)]
    """Behind its last code point."""


Part = Annotated[float, Meta(ge=0, le=1)]
Quoted = Annotated[str, Meta(description="What stands there in the text, to the letter.")]


class StatedNumber(Answer, frozen=True, kw_only=True):
    """A number as the text states it, scale words included: "more than 10 billion" has the value 10000000000."""

    span: Span
    quote: Quoted
    value: DecimalText | None
    """The number, in `unit`; null for a range, and for a quantity without a number ("thousands of firms")."""
    comparator: Comparator
    """How the text bounds it: "more than" is `gt`, and nothing at all `eq`."""
    lower: DecimalText | None
    """The lower end of a range, in `unit`."""
    upper: DecimalText | None
    """The upper end of a range, in `unit`."""
    unit: Line | None
    """What is counted, as the record calls it (`percent`, `USD`) or as the text does (`AI firms`); null if it is not
    said beside the number. A fraction, "six in ten", is in percent."""


class StatedDate(Answer, frozen=True, kw_only=True):
    """A year, month or day the text names: no value of its own."""

    span: Span
    quote: Quoted
    date: PartialDate
    """What it names."""


Numbers = Annotated[list[StatedNumber], Meta(description="The numbers it states, in order: its first four.")]
Dates = Annotated[list[StatedDate], Meta(description="The dates it names, in order: years are no numbers.")]


class Similarity(Answer, frozen=True, kw_only=True):
    """How much a passage is about what a claim is about, from 0 to 1, and what that is made of."""

    score: Part
    """All of it: 0.5 of `wording`, 0.2 of `number`, 0.15 of `unit`, 0.1 of `geography` and 0.05 of `period`."""
    wording: Part
    """How much of what the claim counts the passage names, rare words most; words of sentences before it count less."""
    number: Part
    """1 for the same number, 0 for one ten times as large or as small."""
    unit: Part
    """1 for the same unit beside the number, less for one said elsewhere; 0 for another. A rise by so many percent is
    no share of so many."""
    geography: Part
    """1 for the same place, 0.5 if none is said."""
    period: Part
    """1 for the same time, 0.5 if none is said."""


class Candidate(Answer, frozen=True, kw_only=True):
    """A claim a passage may repeat, as it stood at `position`."""

    claim: Slug
    """The claim's id."""
    version: VersionNumber
    """Its version then."""
    status: Status
    currency: Currency
    statement: Line
    """The claim in one sentence."""
    number: Annotated[int, Meta(ge=0)]
    """Which of the passage's `numbers` was compared: its place among them, from 0."""
    similarity: Similarity
    numeric: Numeric


class Match(Answer, frozen=True, kw_only=True):
    """A passage that states a number, or a quantity without one, about something we hold, and the claims it may repeat,
    the likeliest first."""

    span: Span
    quote: Quoted
    numbers: Numbers
    dates: Dates
    candidates: Annotated[list[Candidate], Meta(min_length=1, max_length=MOST_CANDIDATES)]
    """The claims it may repeat, the likeliest first. If one agrees with a number, those that do not are left out."""


class NearestMeasure(Answer, frozen=True, kw_only=True):
    """The measure whose claims come nearest to the words of a passage, and how near the nearest of them comes."""

    measure: Slug
    """The measure's id."""
    claim: Slug
    """The id of its claim that comes nearest."""
    similarity: Part
    """How near that comes: the `wording` of candidates. What is near is of another number, unit, place or time."""


class Unmatched(Answer, frozen=True, kw_only=True):
    """A passage that states a number of which we hold no claim."""

    span: Span
    quote: Quoted
    numbers: Numbers
    dates: Dates
    nearest: NearestMeasure | None
    """What we hold that comes nearest; null if nothing has a word in common."""


class Matches(Answer, frozen=True, kw_only=True):
    """What a text states in numbers, in the order of the text: what we hold, what we do not, as of `position`."""

    items: Annotated[list[Match], Meta(max_length=MOST_COMPARED)]
    """The passages that state a number about something we hold."""
    unmatched: Annotated[list[Unmatched], Meta(max_length=MOST_COMPARED)]
    """The passages that state a number of which we hold no claim."""
    compared_to: int
    """The code point up to which the text was compared: its length, unless more than 200 passages state numbers. Send
    the rest of it for the others."""
    position: Position
    """The position of the log this is as of."""


class MatchRequest(Request, frozen=True, kw_only=True):
    """A text to look for claims in."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST_TEXT,
            description="The text: plain, in English. It is not kept.",
            examples=["China is now home to more than 6,200 AI firms."],
        ),
    ]
    as_of: AsOf | None = None
    """When to answer as of: now."""
    limit: Annotated[int, Meta(ge=1, le=MOST_CANDIDATES, description="How many candidates a passage may have.")] = 3


class ExampleQuery(Request, frozen=True, kw_only=True):
    """Whether to show the page with an example."""

    example: Annotated[int, Meta(ge=1, le=1)] | None = None


class PastedText(Request, frozen=True, kw_only=True):
    """What a form sends to be checked. The page says what a text may be, in words, so that here it may be anything."""

    text: str = ""


class Held(Struct, frozen=True, kw_only=True):
    """A claim in force, with what a passage is compared with. No answer of ours, but what the answers are made from."""

    position: int
    id: str
    version: int
    statement: str
    measure: str
    geography: str
    scope: str | None
    topics: tuple[str, ...]
    period: Period
    stated_on: str | None
    quantity: Quantity
    status: str
    currency: str
