"""Whatever a text is made of, it is read without a fault, and every span is where its quote stands."""

import re
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.fields import DecimalText, PartialDate
from schemas.matching import Matches, MatchRequest
from tests.matching.test_growth import check

_LISTED = """
China AI firms more than about between and to in of one two ten half third a hundred thousand million billion % $ 6,200
60 10bn 2026 May 1 - \u2013 . , ; : ( ) + percent per cent GPT-4 Llama 3.1 version +1 555 0123 ' s U.S.
million's 0 00 0.5 1.5 1,000 1,00 x fold th from out every units km Wh yuan
"""
WORDS = st.sampled_from([*_LISTED.split(), "\n", "\u00a0"])
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(WORDS, max_size=40).map(" ".join),
    st.lists(st.one_of(WORDS, st.characters()), max_size=60).map("".join),
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS)
def test_a_text_is_read_without_a_fault(text):
    for passage in check(text):
        assert text[passage.span.start : passage.span.end] == passage.quote
        assert passage.numbers
        for number in passage.numbers:
            assert text[number.span.start : number.span.end] == number.quote
            assert number.unit is None or 0 < len(number.unit) <= 500
            decimals = [one for one in (number.value, number.lower, number.upper) if one is not None]
            assert len(decimals) == (1 if number.value is not None else 2)
            for one in decimals:
                msgspec.convert(one, DecimalText)
            assert number.value is not None or Decimal(number.lower) < Decimal(number.upper)
        for date in passage.dates:
            msgspec.convert(date.date, PartialDate)
            assert re.search(r"\d", date.quote)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TEXTS.filter(bool))
def test_passages_stand_one_behind_the_other(text):
    ends = [0, *(passage.span.end for passage in check(text))]
    starts = [passage.span.start for passage in check(text)]
    assert all(end <= start for end, start in zip(ends, starts, strict=False))


def test_every_shape_can_be_written_and_read():
    assert msgspec.json.schema(Matches)
    assert msgspec.json.decode(b'{"text": "x"}', type=MatchRequest).limit == 3
