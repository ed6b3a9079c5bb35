"""A row becomes what it was written from, and one with a value of another type is never passed on."""

from datetime import UTC, datetime
from operator import ne

import msgspec
import pytest

from db.rows import as_struct
from schemas.claims import ClaimVersion
from schemas.fields import Answer
from tests.bench.corpus import corpus_lines


@pytest.mark.parametrize("line", list(corpus_lines(60))[::3], ids=range(60))
def test_a_version_is_the_same_however_it_is_read(line):
    version = msgspec.json.decode(line, type=ClaimVersion)
    row = msgspec.to_builtins(version, builtin_types=(datetime,))
    read = as_struct(row, ClaimVersion)
    assert isinstance(read, ClaimVersion)
    assert read == version
    assert version == read
    assert not ne(version, read)
    assert not ne(read, version)
    assert read == as_struct(row, ClaimVersion)
    assert version.verification == read.verification
    assert {version.quantity: "known"}.get(read.quantity) == "known"
    assert msgspec.json.encode(read) == msgspec.json.encode(version) == line.rstrip(b"\n")


def test_rows_that_differ_are_not_equal():
    one, other = (msgspec.json.decode(line, type=ClaimVersion) for line in list(corpus_lines(60))[:2])
    row = msgspec.to_builtins(one, builtin_types=(datetime,))
    assert as_struct(row, ClaimVersion) != other
    assert other != as_struct(row, ClaimVersion)
    assert as_struct(row, ClaimVersion) != row


@pytest.mark.parametrize(
    ("holder", "field", "value"),
    [("quantity", "value", 4100), ("change", "by", None), ("verification", "caveats", [1]), ("period", "start", 2026)],
)
def test_a_value_of_another_type_is_never_passed_on(holder, field, value):
    row = msgspec.json.decode(next(line for line in corpus_lines(60) if b'"period":{' in line))
    as_struct(row, ClaimVersion)
    row[holder][field] = value
    with pytest.raises(msgspec.ValidationError, match=field):
        as_struct(row, ClaimVersion)


def test_what_a_newer_release_wrote_is_left_out_and_what_is_wrong_is_said():
    class Moment(Answer, frozen=True):
        at: datetime
        note: str | None

    instant = datetime(2026, 11, 23, tzinfo=UTC)
    assert as_struct({"at": instant, "note": None}, Moment) == Moment(at=instant, note=None)
    newer = {"at": "2026-11-23T00:00:00+00:00", "note": "x", "more": 1}
    assert as_struct(newer, Moment) == Moment(at=instant, note="x")
    for wrong in ({"at": instant}, {"at": "yesterday", "note": None}, {"at": None, "note": None}):
        with pytest.raises(msgspec.ValidationError):
            as_struct(wrong, Moment)
