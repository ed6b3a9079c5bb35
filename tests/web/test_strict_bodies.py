"""Bodies are read strictly, wherever one is sent: what is wrong is refused at its place, and changes nothing."""

from typing import Any

import httpx
import msgspec
import pytest

from tests.given import with_changes
from tests.web.writing import VERDICT, WRITES, assert_refused, claim, given, relation

NO_JSON = {
    "nothing": b"", "white space": b" \t \r ", "a byte order mark": b"\xef\xbb\xbf%s", "a word behind": b"%s x",
    "another one behind": b"%s{}", "a NUL behind": b"%s\x00", "a comma too many": b'{"x":1,}', "a comment": b"/**/%s",
    "single quotes": b"{'x':1}", "a bare name": b"{x:1}", "NaN": b"NaN", "Infinity": b'{"x":-Infinity}',
    "a list": b"[]", "it in a list": b"[%s]", "text": b'"x"', "a number": b"5", "null": b"null", "true": b"true",
    "half of it": b'{"x":', "deep lists": b"[" * 100_000, "deep objects": b'{"x":' * 50_000,
    "a huge list": b"[" + b"0," * 100_000 + b"0]", "no UTF-8": b'{"x":"\xff"}',
    "a name not in UTF-8": b'{"\xc3\x28":1}',
    "an encoded surrogate": b'{"x":"\xed\xa0\x80"}', "half a pair": b'{"x":"\\ud800"}',
    "half a pair in a name": b'{"\\udfff":1}', "UTF-16": '{"x":1}'.encode("utf-16"),
    "a raw control character": b'{"x":"\x01"}', "an unknown escape": b'{"x":"\\q"}',
}  # fmt: skip

LINES_OF_TEXT = {
    "create": [
        "id", "statement", "measure", "geography", "attributed_to", "stated_on", "quantity/unit", "quantity/value",
        "period/start", "topics/0", "sources/0/title", "sources/0/publisher", "sources/0/read_as", "sources/0/locator",
        "sources/0/url", "sources/0/archive_url", "sources/0/published_on", "sources/0/id", "relations/0/claim",
    ],
    "issue": ["name"],
    "subscribe": ["url", "description", "topics/0", "claims/0"],
}  # fmt: skip
TEXTS = {
    "create": ["scope", "sources/0/quote", "change/note"],
    "revise": ["scope", "change/note"],
    "verify": ["rationale", "caveats/1"],
    "retract": ["reason"],
}
UNREADABLE = "\x00\x07\x1b\x7f\x85\u2028\u202e\u2067\ufeff"

WRONG_TYPES = {
    "create": {
        "id": 5, "statement": ["x"], "quantity": "4100", "measure": True, "geography": {}, "attributed_to": 5,
        "scope": 5, "period": "2025", "stated_on": 2025, "topics": "ports", "topics/0": 5, "currency": "old",
        "sources": {}, "sources/0": "x", "sources/0/kind": "rumour", "sources/0/stance": 1,
        "sources/0/url": "ftp://register.example", "relations": None, "relations/0": [], "relations/0/type": "likes",
        "change": "minor", "change/severity": "huge", "quantity/comparator": ">", "quantity/lower": 1,
        "quantity/unit": 5, "period/end": "2025-13",
    },
    "revise": {"quantity": [], "quantity/value": 5, "topics": {}, "change": None, "change/kind": "created"},
    "verify": {"status": "true", "rationale": 5, "caveats": "one", "caveats/0": 5, "decided_on": "yesterday"},
    "retract": {"reason": ["x"]},
    "issue": {"name": 5, "role": "boss"},
    "subscribe": {"url": 5, "kinds": "update", "severities/0": "huge", "topics": {}, "after": "1"},
}  # fmt: skip
NOT_NULL = {
    "create": [
        "id", "statement", "quantity", "quantity/unit", "quantity/comparator", "measure", "geography", "attributed_to",
        "period", "topics", "currency", "sources", "sources/0/title", "sources/0/kind", "sources/0/stance", "relations",
        "change", "change/severity",
    ],
    "revise": ["statement", "quantity", "quantity/unit", "measure", "geography", "attributed_to", "currency", "change"],
    "verify": ["status", "rationale", "caveats"],
    "retract": ["reason"],
    "issue": ["name", "role"],
    "subscribe": ["url"],
}  # fmt: skip
NOT_THEIRS = {
    "create": ["version", "position", "recorded_at", "lifecycle", "verification", "digest", "change/by", "change/kind"],
    "revise": ["id", "version", "position", "lifecycle", "verification", "digest", "change/by", "quantity/x"],
    "verify": ["decided_by", "lifecycle", "change", "id"],
    "retract": ["lifecycle", "change", "by", "note"],
    "issue": ["id", "secret", "issued_by"],
    "subscribe": ["id", "secret", "owner", "position", "status"],
}
"""Fields there are, which are not for the sender to say."""

DECIMALS = (
    "1e5", "+5", "05", "0x10", "NaN", "Infinity", "-0", "5.", ".5", "1,000", "1_000", " 5", "5 ", "5\n", "", "--1",
    "\u0663", "9" * 400, "9" * 19, "0." + "1" * 19, "4100 cranes", 4100, 4100.0, True, [], {},
)  # fmt: skip


@pytest.fixture(scope="module")
async def target(desk) -> str:
    """A claim for what changes one."""
    return (await desk.published())["id"]


@pytest.fixture
async def send(desk, target):
    """Sends a body to one of the writes, as someone who may, about a claim as it is; nothing may come of it."""

    async def sent(write: str, body: Any) -> httpx.Response:
        return await desk.write(write, body, target)

    async with desk.unchanged():
        yield sent
    assert await desk.api.runtime.pool.fetchval("select count(*) from api_key where name = 'Never issued'") == 0


def full(write: str) -> dict:
    """A body with an element in each of its lists."""
    return (
        {**given(write), "relations": [relation("competes_with", "cn-ai-firms-6200")]}
        if write == "create"
        else given(write)
    )


def changed(write: str, place: str, value) -> dict:
    """A body with the value at a place, which may be new."""
    *path, last = place.split("/")
    body = msgspec.json.decode(msgspec.json.encode(full(write)))
    target = body
    for step in path:
        target = target[int(step)] if step.isdecimal() else target.setdefault(step, [] if step == "caveats" else {})
    if isinstance(target, list):
        target[int(last) : int(last) + 1] = [value]
    else:
        target[last] = value
    return body


def rows(table: dict) -> list[tuple[str, str]]:
    return [(write, place) for write, places in table.items() for place in places]


@pytest.mark.parametrize("write", WRITES)
async def test_what_is_no_object_of_json_is_refused(write, send):
    good = msgspec.json.encode(given(write))
    for name, body in NO_JSON.items():
        problem = assert_refused(await send(write, body.replace(b"%s", good)), 400)
        for error in problem["errors"]:
            assert error["pointer"].startswith("#"), (name, error)
            assert error["line"] == (1 if write == "bulk" else None), (name, error)


@pytest.mark.parametrize(("write", "place"), rows(WRONG_TYPES))
async def test_a_value_of_another_type_is_refused_at_its_place(write, place, send):
    body = changed(write, place, WRONG_TYPES[write][place])
    assert_refused(await send(write, body), 400, f"#/{place}")
    if write == "create":
        assert_refused(await send("bulk", body), 400, f"#/{place}", line=1)


@pytest.mark.parametrize(("write", "place"), rows(NOT_NULL))
async def test_null_is_refused_where_something_must_be(write, place, send):
    assert_refused(await send(write, changed(write, place, None)), 400, f"#/{place}")


@pytest.mark.parametrize(("write", "place"), rows(NOT_THEIRS))
async def test_what_is_not_for_the_sender_to_say_is_refused_at_its_place(write, place, send):
    assert_refused(await send(write, changed(write, place, "x")), 400, f"#/{place}")


@pytest.mark.parametrize(("write", "place"), rows(LINES_OF_TEXT) + rows(TEXTS))
async def test_no_field_takes_characters_that_cannot_be_seen(write, place, send):
    more = "\n\t" if place in LINES_OF_TEXT.get(write, ()) else ""
    for character in UNREADABLE + more:
        assert_refused(await send(write, changed(write, place, f"a{character}b")), 400, f"#/{place}")
        assert_refused(await send(write, changed(write, place, f"ab{character}")), 400, f"#/{place}")


@pytest.mark.parametrize("field", ["value", "lower", "upper"])
async def test_a_number_is_text_in_plain_digits(field, send):
    for value in DECIMALS:
        if isinstance(value, str) or field == "value":
            for write in ("create", "revise"):
                body = changed(write, f"quantity/{field}", value)
                assert_refused(await send(write, body), 400, f"#/quantity/{field}")


async def test_numbers_of_json_are_never_read_whatever_their_size(send):
    body = msgspec.json.encode(claim(quantity__value="@"))
    for token in (b"5", b"-5.5", b"1e5", b"1e999999", b"9" * 400, b"9" * 5000, b"0." + b"1" * 5000):
        assert_refused(await send("create", body.replace(b'"@"', token)), 400, "#/quantity/value")
    for token in (b"NaN", b"-Infinity", b"+5", b"05", b"0x10", b".5", b"5.", b"1e", b"--5"):
        assert_refused(await send("create", body.replace(b'"@"', token)), 400)


@pytest.mark.parametrize("write", WRITES)
async def test_a_name_that_stands_twice_is_refused(write, send):
    name, value = next(iter(given(write).items()))
    written = msgspec.json.encode(given(write))
    assert_refused(await send(write, written[:-1] + b"," + msgspec.json.encode({name: value})[1:]), 400, f"#/{name}")


async def test_a_name_that_stands_twice_inside_is_refused_there(send):
    body = msgspec.json.encode(full("create"))
    for once, place in (
        (b'"unit":', "quantity/unit"),
        (b'"title":', "sources/0/title"),
        (b'"claim":', "relations/0/claim"),
    ):
        assert_refused(await send("create", body.replace(once, once + b'"x",' + once)), 400, f"#/{place}")
    escaped = body.replace(b'"unit":', b'"\\u0075nit":"x","unit":')
    assert_refused(await send("create", escaped), 400, "#/quantity/unit")


@pytest.mark.parametrize("write", WRITES)
async def test_an_unknown_name_is_pointed_at_as_rfc_6901_escapes_it(write, send):
    for name, pointer in {"x": "x", "a/b": "a~1b", "~": "~0", "~1": "~01", "": "", "a.b[0]": None, "$": "$"}.items():
        problem = assert_refused(await send(write, {**given(write), name: 1}), 400)
        assert pointer is None or [error["pointer"] for error in problem["errors"]] == [f"#/{pointer}"]


@pytest.mark.parametrize(
    ("name", "pointer"),
    [("a b", "a%20b"), ("100%", "100%25"), ("é", "%C3%A9"), ('"', "%22"), ("\n", "%0A"), ("^", "%5E")],
)
async def test_a_pointer_in_a_fragment_is_percent_encoded(name, pointer, send):
    """RFC 6901, section 6: a fragment holds no spaces, no bare percent signs and only ASCII."""
    assert_refused(await send("create", {**claim(), name: 1}), 400, f"#/{pointer}")


@pytest.mark.parametrize("name", ["x`", "`", "x - at `$.foo`", "x` - at `$.foo"])
async def test_a_name_cannot_pass_for_another_place(name, send):
    """Whatever marks the decoder's own sentences have."""
    for place in ("", "quantity/"):
        problem = assert_refused(await send("create", changed("create", f"{place}{name}", 1)), 400)
        (error,) = problem["errors"]
        plain = error["pointer"].replace("%20", " ").replace("%60", "`")
        assert plain == f"#/{place}{name}"


async def test_everything_wrong_with_a_body_is_said_at_once(send):
    body = {"id": "No slug", "statement": "", "quantity": {"value": 5, "comparator": "above"}, "geography": "World"}
    body |= {"measure": "masts", "sources": [{"title": "T", "stance": "support"}], "topics": ["A b"], "statment": "x"}
    problem = assert_refused(await send("create", body), 400)
    told = {error["pointer"]: error["detail"] for error in problem["errors"]}
    assert told["#/statment"] == "There is no such field here. Did you mean `statement`?"
    assert told["#/quantity/comparator"].startswith("It is one of: ")
    assert told["#/quantity/value"].startswith("Expected text or null, got a number. ")
    assert set(told) == {
        *("#/id", "#/statement", "#/quantity/value", "#/quantity/comparator", "#/quantity/unit", "#/geography"),
        *("#/attributed_to", "#/sources/0/publisher", "#/sources/0/kind", "#/sources/0/stance", "#/sources/0/read_as"),
        *("#/topics/0", "#/statment"),
    }
    assert "`" not in told["#/geography"].replace("`EU`", "").replace("`WORLD`", "")


async def test_of_many_unknown_names_the_first_hundred_are_told(send):
    problem = assert_refused(await send("create", {f"{n:05}": 1 for n in range(20_000)}), 400)
    assert len(problem["errors"]) == 100


async def test_a_long_name_is_not_sent_back_whole(send):
    answer = await send("create", {"x" * 250_000: 1})
    assert_refused(answer, 400)
    assert len(answer.content) < 10_000


async def test_what_is_long_inside_its_limit_is_taken_and_a_letter_more_is_not(send, desk):
    limits = {
        "statement": 500,
        "scope": 4000,
        "id": 80,
        "attributed_to": 500,
        "quantity__unit": 500,
        "change__note": 4000,
    }
    for field, most in limits.items():
        assert_refused(await send("create", claim(**{field: "x" * (most + 1)})), 400, "#/" + field.replace("__", "/"))
    bounds = {"topics": ("ports", 20), "sources": (given("create")["sources"][0], 50)}
    for field, (one, most) in bounds.items():
        assert_refused(await send("create", with_changes(claim(), {field: [one] * (most + 1)})), 400, f"#/{field}")
    others = [relation("competes_with", f"other-{n}") for n in range(101)]
    assert_refused(await send("create", claim(relations=others)), 400, "#/relations")
    assert_refused(await send("verify", {**VERDICT, "caveats": ["x"] * 21}), 400, "#/caveats")
