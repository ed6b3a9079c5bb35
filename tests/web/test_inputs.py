"""Reading a query and a path: nothing is coerced, ignored or guessed."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.failures import InvalidRequest
from schemas.fields import Slug, VersionNumber
from schemas.requests import AsOfQuery, ClaimQuery, DiffQuery, Nothing, PageQuery, Sort
from schemas.verification import Status
from service.web.inputs import descriptions, read_as_of, read_path, read_query


def faults(raw: bytes, kind=ClaimQuery) -> dict[str | None, str]:
    """What is wrong with a query, by parameter."""
    with pytest.raises(InvalidRequest) as refused:
        read_query(raw, kind)
    return {fault.parameter: fault.detail for fault in refused.value.faults}


def test_nothing_asked_is_every_default():
    assert read_query(b"", ClaimQuery) == ClaimQuery()
    assert read_query(b"&&", PageQuery) == PageQuery(limit=20)


def test_each_parameter_is_read_as_its_type():
    raw = b"q=10+billion&topic=china&topic=patents&status=verified&sort=-value&limit=7&stated_from=2026-04"
    assert read_query(raw, ClaimQuery) == ClaimQuery(
        q="10 billion",
        topic=["china", "patents"],
        status=[Status.VERIFIED],
        sort=Sort.HIGHEST,
        limit=7,
        stated_from="2026-04",
    )


def test_percents_are_read_as_utf8():
    assert read_query(b"q=%E4%B8%AD%E5%9B%BD", ClaimQuery).q == "中国"
    assert read_query(b"%71=a", ClaimQuery).q == "a"


def test_a_parameter_may_be_called_what_python_cannot():
    assert read_query(b"from=1&to=2", DiffQuery) == DiffQuery(from_=1, to=2)
    assert set(faults(b"from_=1", DiffQuery)) == {"from_"}


@pytest.mark.parametrize(
    "text", ["0", "101", "-1", "1.0", "1_0", "%2B1", "+1", "01", "1e1", "", "%D9%A3", "9" * 4000, "%00"]
)
def test_a_limit_is_a_whole_number_in_plain_digits(text):
    assert faults(f"limit={text}".encode()) == {"limit": "`limit` is a whole number from 1 to 100."}


def test_an_unknown_parameter_is_named_with_the_nearest():
    assert faults(b"topik=china")["topik"] == "There is no parameter 'topik' here. Did you mean `topic`?"
    assert (
        "There are: as_of, limit, cursor" in faults(b"zzz=1", PageQuery)["zzz"]
        or "There are:" in faults(b"zzz=1", PageQuery)["zzz"]
    )
    assert faults(b"zzz=1", Nothing)["zzz"] == "There is no parameter 'zzz' here."


def test_everything_wrong_is_said_at_once():
    assert set(faults(b"limit=0&sort=x&topic=A&nothing=1")) == {"limit", "sort", "topic", "nothing"}


@pytest.mark.parametrize("name", ["q", "limit", "as_of", "sort", "cursor", "stated_from"])
def test_a_single_parameter_may_stand_once(name):
    assert "2 times" in faults(f"{name}=1&{name}=1".encode())[name]


@pytest.mark.parametrize("raw", [b"q=\xff", b"q=%FF", b"%ED%A0%80=1", b"q=%C0%80", "q=é".encode(), b"a=1&" * 501])
def test_what_cannot_be_read_at_all_is_refused(raw):
    assert set(faults(raw)) == {None}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"status=best", "`status` is one of: unverified, verified,"),
        (b"geography=cn", "ISO 3166-1"),
        (b"topic=A", "Lower-case ASCII"),
        (b"q=", "length >= 1"),
        (b"stated_to=soon", "`stated_to`"),
    ],
)
def test_a_fault_says_what_would_be_right(raw, said):
    name = raw.partition(b"=")[0].decode()
    sentence = faults(raw)[name]
    assert said in sentence
    assert f"`{name}`" in sentence
    for ours in ("Struct", "regex", "(?!", "msgspec", "$."):
        assert ours not in sentence


@pytest.mark.parametrize("name", ["stated_from", "stated_to"])
@pytest.mark.parametrize("text", ["2026-02-30", "2025-02-29", "0000", "0000-01"])
def test_a_day_the_calendar_lacks_is_refused(name, text):
    assert name in faults(f"{name}={text}".encode())


def test_an_empty_cursor_is_not_the_first_page():
    assert "cursor" in faults(b"cursor=", PageQuery)


def test_a_path_s_parameters_are_read_as_their_types():
    kinds = {"id": Slug, "version": VersionNumber}
    assert read_path({"id": "a-b", "version": "12"}, kinds) == {"id": "a-b", "version": 12}
    with pytest.raises(InvalidRequest) as refused:
        read_path({"id": "A", "version": "1_0"}, kinds)
    assert [fault.parameter for fault in refused.value.faults] == ["id", "version"]


@pytest.mark.parametrize("id", ["a", "0", "a-b-c", "a" * 80])
def test_a_slug_is_taken(id):
    assert read_path({"id": id}, {"id": Slug}) == {"id": id}


@pytest.mark.parametrize("id", ["", "A", "-", "a-", "a--b", "a\n", "a\x00", "é", "a b", "a" * 81, "\u0430"])
def test_what_is_no_slug_is_refused(id):
    with pytest.raises(InvalidRequest):
        read_path({"id": id}, {"id": Slug})


def test_as_of_is_a_position_or_an_instant():
    assert read_as_of("175") == 175
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for text in (
        "2026-11-23T12:00:00Z",
        "2026-11-23t12:00:00z",
        "2026-11-23T14:00:00+02:00",
        "2026-11-23T12:00:00.0-00:00",
    ):
        assert read_as_of(text) == noon
    assert read_as_of("2026-11-23T12:00:00.000001Z") - noon == timedelta(microseconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "2026-06-30T24:00:00Z",
        "2026-06-30T23:59:60Z",
        "2026-06-30T00:00:00+24:00",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+00:01",
    ],
)
def test_an_instant_that_is_none_is_refused(text):
    with pytest.raises(InvalidRequest):
        read_as_of(text)


def test_a_type_s_sentences_are_for_people():
    assert descriptions(Slug) == ["Lower-case ASCII letters and digits, joined by single hyphens."]
    assert faults(b"as_of=soon", AsOfQuery)["as_of"].startswith("`as_of` cannot be read. Answer as things stood then")
