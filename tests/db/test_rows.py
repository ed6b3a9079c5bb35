"""A row becomes what it was written from, and one that is not as expected is looked at closely."""

from datetime import UTC, datetime

import msgspec
import pytest

from db.questions import asked
from db.rows import _maker, as_struct
from schemas.claims import ClaimVersion
from schemas.fields import Answer
from tests.bench.corpus import corpus_lines


@pytest.mark.parametrize("line", list(corpus_lines(60))[::3], ids=range(60))
def test_a_version_is_the_same_however_it_is_read(line):
    version = msgspec.json.decode(line, type=ClaimVersion)
    row = msgspec.to_builtins(version, builtin_types=(datetime,))
    assert _maker(ClaimVersion)(row) == as_struct(row, ClaimVersion) == msgspec.convert(row, ClaimVersion) == version


def test_every_answer_can_be_made_quickly():
    kinds = {question.answer for question in asked if issubclass(question.answer, msgspec.Struct)}
    assert len(kinds) > 10
    for kind in kinds:
        _maker(kind)


def test_what_a_newer_release_wrote_is_left_out_and_what_is_wrong_is_said():
    class Moment(Answer, frozen=True):
        at: datetime
        note: str | None

    instant = datetime(2026, 11, 23, tzinfo=UTC)
    assert as_struct({"at": instant, "note": None}, Moment) == Moment(at=instant, note=None)
    assert as_struct({"at": "2026-11-23T00:00:00+00:00", "note": "x", "more": 1}, Moment) == Moment(
        at=instant, note="x"
    )
    for wrong in ({"at": instant}, {"at": "yesterday", "note": None}):
        with pytest.raises(msgspec.ValidationError):
            as_struct(wrong, Moment)
