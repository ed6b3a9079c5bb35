"""The passages of a text: the sentences that state a number, or the clauses of one that states several. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from service.matching.changes import change_of
from service.matching.dates import Date
from service.matching.numbers import read_numbers
from service.matching.phrases import is_lower_word, is_word, phrase_behind
from service.matching.places import WORLD, places_in
from service.matching.quantities import Quantity
from service.matching.rates import rate_of
from service.matching.tokens import DASHES, HYPHENS, NUMBER, SIGN, WORD, tokens_of, words_of
from service.matching.vague import vague_at
from service.matching.words import Vocabulary, stem_of, vocabulary

_ENDS = frozenset(".!?\u2026\u3002\uff01\uff1f")
_CLOSING = frozenset("\"'\u201d\u2019\u00bb)]")
_STRONG = frozenset(",;:()[]\u2014")
_WITHIN = HYPHENS | {"'", "\u2019"}
_LONGEST_SENTENCE = 120
"""Tokens of a sentence: what goes on longer is cut, so that a text without an end is no sentence."""
_MOST_NUMBERS = 4
"""Numbers of a passage that are looked at: clauses seldom state two."""
_MOST_BESIDE = 8
_MOST_DATES = 8
CONTEXT = 3
"""Sentences before a passage that tell what it is about."""


class Sentence(NamedTuple):
    """A sentence: its tokens, what it is about, and the places it names."""

    first: int
    behind: int
    stems: frozenset[str]
    places: frozenset[str]


class Passage(NamedTuple):
    """A piece of a text that states a number: its tokens, and what it says.

    `near` are the stems of its own words, `around` those of its sentence, `before` those of the sentences before it.
    """

    start: int
    end: int
    quantities: list[Quantity]
    dates: list[Date]
    dates_around: list[Date]
    near: frozenset[str]
    around: frozenset[str]
    before: frozenset[str]
    beside: tuple[frozenset[str], ...]
    """By quantity, the stems of the words right behind it, which say what it is a number of."""
    changes: tuple[str | None, ...]
    """By quantity, which way it says that something changes: "rose 17%" goes up, a share nowhere."""
    rates: tuple[str | None, ...]
    """By quantity, the span of time it is counted by: "a day", "weekly"."""
    names: frozenset[str]
    """The stems of its words that are written as names of products are."""
    places: frozenset[str]
    places_around: frozenset[str]
    places_before: frozenset[str]

    @property
    def is_vague(self) -> bool:
        """Whether it states no number."""
        return all(quantity.is_vague for quantity in self.quantities)


class Text:
    """A text, read: its tokens, sentences and passages, so many of them at `most`."""

    def __init__(self, text: str, most: int, known: Vocabulary | None = None) -> None:
        self.text = text
        self.most = most
        self.known = known or vocabulary()
        self.tokens = tokens_of(text)
        self.read = read_numbers(text, self.tokens, self.known)
        self._firsts = [quantity.first for quantity in self.read.quantities]
        self._dates = [date.first for date in self.read.dates]

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences, in order."""
        sentences: list[Sentence] = []
        first = 0
        for behind in self._sentence_ends():
            if behind > first:
                sentences.append(self._sentence(first, behind))
            first = behind
        return sentences

    @cached_property
    def passages(self) -> list[Passage]:
        """Its passages, in order: the first ones, if there are more."""
        passages: list[Passage] = []
        told: dict[object, Passage] = {}
        for nth, sentence in enumerate(self.sentences):
            quantities = self._within(sentence.first, sentence.behind) or self._vague(sentence)
            if not quantities:
                continue
            context = self.sentences[max(0, nth - CONTEXT) : nth]
            for first, behind in self._clauses(sentence, quantities):
                if len(passages) == self.most:
                    return passages
                passage = _going_on(self._passage(first, behind, quantities, sentence, context), told)
                passages.append(passage)
        return passages

    def quote(self, first: int, behind: int) -> tuple[int, int]:
        """Where the tokens from one to another stand in the text."""
        return self.tokens[first].start, self.tokens[behind - 1].end

    def _within(self, first: int, behind: int) -> list[Quantity]:
        quantities = self.read.quantities
        return quantities[bisect_left(self._firsts, first) : bisect_left(self._firsts, behind)]

    def _vague(self, sentence: Sentence) -> list[Quantity]:
        """The first quantity of a sentence that is put without a number."""
        for at in range(sentence.first, sentence.behind):
            quantity = vague_at(self.tokens, at, self.known)
            if quantity is not None and quantity.behind <= sentence.behind:
                return [quantity]
        return []

    def _sentence_ends(self) -> list[int]:
        """The token behind each sentence: at its full stop, at a new line, or where it has gone on for too long."""
        tokens, text = self.tokens, self.text
        numbers = {inside for quantity in self.read.quantities for inside in range(quantity.first + 1, quantity.behind)}
        ends: list[int] = []
        last = 0
        for at in range(1, len(tokens)):
            if at in numbers:
                continue
            before, token = tokens[at - 1], tokens[at]
            gap = text[before.end : token.start]
            if (
                ("\n" in gap and not self._is_wrapped(gap, at))
                or at - last >= _LONGEST_SENTENCE
                or (gap and self._is_end(at))
            ):
                ends.append(at)
                last = at
        return [*ends, len(tokens)]

    def _is_wrapped(self, gap: str, at: int) -> bool:
        """Whether a line only goes on in the next one: that begins with a small letter."""
        return gap.count("\n") == 1 and is_lower_word(self.tokens, at)

    def _is_end(self, at: int) -> bool:
        """Whether a sentence ends before a token that a blank stands in front of."""
        tokens = self.tokens
        place = at - 1
        while place > 0 and at - place < 3 and tokens[place].low in _CLOSING:
            place -= 1
        if tokens[place].low not in _ENDS:
            return tokens[place].kind == WORD and tokens[place].text.endswith(".") and tokens[at].is_capital and (
                tokens[at].low in self.known.stop
            )  # fmt: skip
        following = tokens[at]
        if (
            following.kind == WORD
            and not following.is_capital
            and following.text[0].lower() != following.text[0].upper()
        ):
            return False
        word = tokens[place - 1] if place else None
        if tokens[place].low != "." or word is None or word.kind != WORD:
            return True
        return not (word.low in self.known.spoken.words.abbreviations or (len(word.text) == 1 and word.is_capital))

    def _sentence(self, first: int, behind: int) -> Sentence:
        says = self._attributed(self._within(first, behind), behind)
        return Sentence(first, behind, self._stems(first, behind), places_in(self.tokens, first, says, self.known))

    def _stems(self, first: int, behind: int) -> frozenset[str]:
        """The stems of what the words of a piece say."""
        stop = self.known.stop
        return frozenset(stem_of(word) for word in words_of(self.tokens[first:behind]) if word not in stop)

    def _clauses(self, sentence: Sentence, quantities: list[Quantity]) -> list[tuple[int, int]]:
        """The pieces of a sentence, each with a quantity: cut at signs or words that divide, never in a number."""
        cuts = [sentence.first]
        for one, other in pairwise(quantities):
            cut = self._cut_between(one.behind, other.first)
            if cut is not None:
                cuts.append(cut)
        return list(zip(cuts, [*cuts[1:], sentence.behind], strict=True))

    def _cut_between(self, first: int, behind: int) -> int | None:
        """Where to cut between two quantities: at the first strong sign, or else at the first word that divides."""
        for at in range(first, behind):
            if self.tokens[at].kind == SIGN and self.tokens[at].low in _STRONG:
                return at + 1
        divisions = self.known.spoken.words.divisions
        for at in range(first, behind):
            if self.tokens[at].low in divisions:
                return at
        return None

    def _passage(
        self, first: int, behind: int, every: list[Quantity], sentence: Sentence, context: Sequence[Sentence]
    ) -> Passage:
        tokens = self.tokens
        while first < behind - 1 and tokens[first].kind == SIGN and tokens[first].low in {*DASHES, *",;:)]\u2022*"}:
            first += 1
        quantities = [one for one in every if first <= one.first < behind][:_MOST_NUMBERS]
        dates = self._dates_of(first, behind, quantities)
        last = max(behind, quantities[-1].behind if quantities else behind)
        start, end = self.quote(first, last)
        return Passage(
            start,
            end,
            quantities,
            dates[:_MOST_NUMBERS],
            self._dates_of(sentence.first, sentence.behind, quantities)[:_MOST_NUMBERS],
            self._stems(first, behind),
            sentence.stems,
            frozenset().union(*(before.stems for before in context)),
            tuple(self._beside(quantity, behind) for quantity in quantities),
            tuple(change_of(tokens, quantity, self.known) for quantity in quantities),
            tuple(rate_of(tokens, quantity, self.known) for quantity in quantities),
            frozenset(stem_of(token.low) for token in tokens[first:behind] if token.is_product),
            places_in(tokens, first, self._attributed(quantities, behind), self.known),
            sentence.places - {WORLD},
            frozenset().union(*(before.places for before in context)) - {WORLD},
        )

    def _attributed(self, quantities: list[Quantity], behind: int) -> int:
        """The token behind what a clause says, where it ends in who says so: "…, said a doctor in Ohio"."""
        for at in range(quantities[-1].behind if quantities else behind, behind):
            if self.tokens[at].low in self.known.spoken.words.attributions and self.tokens[at - 1].kind == SIGN:
                return at
        return behind

    def _dates_of(self, first: int, behind: int, quantities: list[Quantity]) -> list[Date]:
        """The dates that the tokens from one to another name, but for those of other numbers."""
        dates = self.read.dates[bisect_left(self._dates, first) : bisect_right(self._dates, behind - 1)]
        return [date for date in dates[:_MOST_DATES] if not self._is_compared(quantities, date)]

    def _is_compared(self, quantities: list[Quantity], date: Date) -> bool:
        """Whether a date is that of another number, which one of these is compared with: "twice as many as in 2023"."""
        before = [quantity.behind for quantity in quantities if quantity.behind <= date.first]
        first = max(before, default=date.first)
        known = self.known.comparisons
        return any(
            phrase_behind(self.tokens, at, known) is not None for at in range(first, min(date.first, first + 12))
        )

    def _beside(self, quantity: Quantity, behind: int) -> frozenset[str]:
        """The stems of what a quantity is a number of: its unit's words, and those behind an "of"."""
        stop, of = self.known.stop, self.known.spoken.of
        at = quantity.behind
        if not is_word(self.tokens, at, of[:1]):
            return frozenset(quantity.unit.stems)
        while is_word(self.tokens, at, of):
            at += 1
        last = at
        while last < min(behind, at + _MOST_BESIDE):
            token = self.tokens[last]
            ends = token.kind == SIGN and token.low not in _WITHIN
            if ends or token.kind == NUMBER or (token.low in stop and not token.text.isupper()):
                break
            last += 1
        return self._stems(at, last) | frozenset(quantity.unit.stems)


def _going_on(passage: Passage, told: dict[object, Passage]) -> Passage:
    """A passage with what was said of its numbers before: the text speaks of them again."""
    said = {quantity.key for quantity in passage.quantities if quantity.key is not None}
    earlier = [told[number] for number in said if number in told]
    if earlier:
        before = passage.before.union(*(one.near for one in earlier))
        places = passage.places_before.union(*(one.places | one.places_around for one in earlier)) - {WORLD}
        passage = passage._replace(before=before, places_before=places)
    for number in said:
        told.setdefault(number, passage)
    return passage
