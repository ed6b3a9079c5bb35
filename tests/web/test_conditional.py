"""What a request's conditions make of an answer (RFC 9110, sections 12 and 13; RFC 7089)."""

from datetime import UTC, datetime

import pytest

from schemas.failures import InvalidRequest, NotAcceptable, PreconditionFailed
from service.web.conditional import accepted, accepted_datetime, is_unchanged

TAG = '"p175.1"'
JSON, LINKS = "application/json", "application/link-format"


def test_without_conditions_the_answer_is_sent():
    assert not is_unchanged(TAG, None, None)


@pytest.mark.parametrize("had", [TAG, f"W/{TAG}", f'"a", {TAG}', f'W/"a",W/{TAG}', "*", f"  {TAG}  ", f'"a,b", {TAG}'])
def test_what_the_caller_has_is_compared_weakly(had):
    assert is_unchanged(TAG, None, had)


@pytest.mark.parametrize(
    "had", ['"p175"', '"p175.1', '"P175.1"', '"p175.10"', "", ",", '"', 'W/"x"', '"*"', '"p175.1.json"']
)
def test_another_tag_is_another_answer(had):
    assert not is_unchanged(TAG, None, had)


@pytest.mark.parametrize("wanted", [TAG, f'"a", {TAG}', "*"])
def test_what_the_caller_insists_on_is_compared_strongly(wanted):
    assert not is_unchanged(TAG, wanted, None)
    assert is_unchanged(TAG, wanted, TAG)


@pytest.mark.parametrize("wanted", [f"W/{TAG}", '"a"', "", '"p175"', f'W/{TAG}, "b"'])
def test_a_precondition_comes_before_what_the_caller_has(wanted):
    for had in (None, TAG, "*"):
        with pytest.raises(PreconditionFailed, match="p175"):
            is_unchanged(TAG, wanted, had)


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        (None, JSON),
        ("", JSON),
        ("  ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html, */*;q=0.1", JSON),
        (LINKS, LINKS),
        (f"{JSON};q=0.1, {LINKS};q=0.2", LINKS),
        (f"{JSON};q=0, */*", LINKS),
        (f"{LINKS}, {JSON}", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json; charset=utf-8", JSON),
        ("application/link-format;charset=UTF-8", LINKS),
    ],
)
def test_the_best_of_what_there_is_is_sent(accept, best):
    assert accepted(accept, [JSON, LINKS]) == best


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "garbage", "application/xml", "application/jsonx", "/"])
def test_what_there_is_not_is_not_sent(accept):
    with pytest.raises(NotAcceptable, match=f"{JSON} and {LINKS}"):
        accepted(accept, [JSON, LINKS])


def test_a_date_of_http_is_the_end_of_its_second():
    end = datetime(2026, 8, 1, 0, 0, 0, 999_999, tzinfo=UTC)
    for text in ("Sat, 01 Aug 2026 00:00:00 GMT", "Saturday, 01-Aug-26 00:00:00 GMT", "Sat Aug  1 00:00:00 2026"):
        assert accepted_datetime(text) == end


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-08-01T00:00:00Z",
        "Sat, 30 Feb 2026 00:00:00 GMT",
        "Sat, 01 Aug 99999999999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -0001",
        "\x00",
        "Sat, 01 Aug 2026 00:00:00 +999999",
    ],
)
def test_what_is_no_date_is_refused_by_name(text):
    with pytest.raises(InvalidRequest) as refused:
        accepted_datetime(text)
    assert [fault.parameter for fault in refused.value.faults] == ["Accept-Datetime"]
