"""Requests nobody should send: each gets a problem that says what was wrong, or a right answer. Nothing breaks."""

import asyncio
import random
from urllib.parse import quote

import pytest

from tests.web.asking import ADDRESSES, CLAIM, MEASURE, assert_problem, raw, raw_get

REFUSED = [
    *((f"/v1/claims?q={text}", "q") for text in ("%00", "a%00b", "%0A", "a%0Ab", "%1B", "%C2%85", "%E2%80%AE", "")),
    *((f"/v1/claims?q={'a' * length}", "q") for length in (201, 5000)),
    *((f"/v1/claims?publisher={text}", "publisher") for text in ("%00", "", "a%0D%0Ab", "a" * 501)),
    *(
        (f"/v1/claims?{name}={text}", name)
        for name in ("topic", "measure", "ids")
        for text in ("%00", "", "a%00", "A", "-a", "a--b", "a%0A", "a/b", "a" * 81, "%C3%A9", "..", "a,b")
    ),
    *((f"/v1/claims?geography={text}", "geography") for text in ("cn", "CHN", "", "%00", "C%0A", "world", "C1")),
    *((f"/v1/claims?status={text}", "status") for text in ("Verified", "", "%00", "verified,disputed", "null", "NaN")),
    ("/v1/claims?currency=eur", "currency"),
    ("/v1/claims?lifecycle=draft", "lifecycle"),
    *((f"/v1/claims?sort={text}", "sort") for text in ("", "-id", "value%3B", "Recorded_at", "+value", "%00", "NaN")),
    *(
        (f"/v1/claims?limit={text}", "limit")
        for text in ("0", "101", "-1", "1_0", "%2B1", "+1", "%D9%A3", "1.0", "1e1", "", "01", "0x10", "null", "NaN",
                     "Infinity", "true", "%00", "1%00", "1%0A", "%201", "9" * 400, "1;limit=2", "[1]")
    ),
    *(
        (f"/v1/claims?as_of={text}", "as_of")
        for text in ("yesterday", "", "null", "NaN", "-1", "1.5", "1_0", "%D9%A3", "%00", "176", "99999999999999999999",
                     "9" * 400, "253402300800", "9007199254740993", "9999999999999999", "2026", "2026-11-23",
                     "0000-00-00T00:00:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-06-30T24:00:00Z",
                     "2026-06-30T23:59:60Z", "2026-06-30T00:00:00", "2026-06-30T00:00:00+00:00",
                     "2026-06-30T00:00:00%2B24:00", "2026-06-30T00:00:00Z%0A", "9999-12-31T23:59:59Z",
                     "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999-00:01", "0001-01-01T00:00:00%2B23:59")
    ),
    *(
        (f"/v1/claims?{name}={text}", name)
        for name in ("stated_from", "stated_to")
        for text in ("2026-02-30", "2025-02-29", "2026-04-31", "0000", "0000-01-01", "2026-13", "26", "2026-1", "",
                     "2026-04-28T00:00:00Z", "20260428", "%00", "null")
    ),
    *(
        (f"/v1/claims?cursor={text}", "cursor")
        for text in ("", "A", "AA", "null", "%00", "!", "+", "=", "AAAA=", "a" * 1001, "%F0%9F%98%80", "A" * 1000)
    ),
    *(
        (f"/v1/claims?{name}=1&{name}=1", name)
        for name in ("q", "limit", "as_of", "sort", "cursor", "stated_from", "stated_to")
    ),
    *((f"/v1/claims?{name}={value}", name) for name, value in (("topik", "a"), ("Q", "a"), ("q%5B%5D", "a"), ("a", ""))
      if "%" not in name),
    ("/v1/claims?topic=" + "&topic=".join(f"t{n}" for n in range(21)), "topic"),
    ("/v1/claims?ids=" + "&ids=".join(f"c{n}" for n in range(101)), "ids"),
    *(
        (f"/v1/{folder}/{text}", "id")
        for folder in ("claims", "measures", "sources")
        for text in ("%00", "a%00", "%ED%A0%80", "%FF", "%0A", f"{CLAIM}%0A", "%20", "A", "a_b", "a--b", "%2e%2e",
                     "a" * 81, "9" * 400, "%F0%9F%98%80", "null%00", "%25", "%", "%zz", "*", "'", "a%3Fb")
    ),
    ("/v1/claims/%00/versions/1", "id"),
    (f"/v1/claims/{CLAIM}/versions/%00", "version"),
    (f"/v1/claims/{CLAIM}/diff?from=%00", "from"),
    *(
        (f"{path}?{asked}", asked.partition("=")[0])
        for path in (f"/v1/claims/{CLAIM}", f"/v1/claims/{CLAIM}/versions", "/v1/measures", f"/v1/measures/{MEASURE}",
                     "/v1/sources", "/v1/topics")
        for asked in ("as_of=yesterday", "as_of=176", "as_of=0001-01-01T00:00:00%2B23:59", "as_of=%00", "nothing=1")
    ),
]  # fmt: skip
"""Addresses, and the parameter their problem must name."""

UNREADABLE = ["%ED%A0%80", "%FF", "%C0%80", "%F4%90%80%80", "%C3", "a%80", "%ED%BF%BF"]
"""What is no UTF-8 once its percents are read: surrogates, overlong forms, halves."""

NOT_FOUND = [
    "/v1/claims/a%2Fb",
    "/v1/claims/..%2F..%2Fetc",
    "/v1/claims/null",
    f"/v1/claims/{CLAIM}/versions/999999999",
    "/v1/claims/%2F",
    "/v1/claims/a/versions/1/2",
    "/%00",
    "/%ED%A0%80",
    "/v1/claims%00",
    "/.env",
    "/wp-login.php",
]

SEARCHES = [
    "&|!()", ":*", "a:*", "!a", "a&", "|", "<->", "a <2> b", "a<->b", "()", "((((", "!!!!", "'", "''", '"', '""', '"""',
    '"a', "-", "--", "-a", "- a", "-the", '-"', "or", "OR or", "or a", "a or", "the a of", "\\", "\\" * 200, "%", "_",
    "a\\", "'\\", "\\'", "$1", "{version}", "; drop table claim_version; --", "' or '1'='1", "\ufffd", "😀", "\u0301",
    "é", "\u0131", "ﬁ", "٣", "1" * 200, "9,999", ",,,", "1,000,000,000,000", "null", "NaN", "a " * 100, '"a" ' * 50,
    "-a " * 60, "or " * 60, "x" * 200, "\u00a0", "\u200b", "\u3000", "<script>", "../..", "http://a/b?c#d", "a@b.c",
]  # fmt: skip
"""Texts to search for that mean something to a parser between a reader and the log."""


@pytest.mark.parametrize(("path", "parameter"), REFUSED, ids=lambda text: text[:70])
async def test_a_value_that_cannot_be_right_is_refused_by_name(path, parameter, curated):
    assert_problem(await raw_get(curated, path), 400, parameter)


@pytest.mark.parametrize("text", UNREADABLE)
@pytest.mark.parametrize("query", ["q={}", "{}=1", "ids={}", "limit={}", "as_of={}", "cursor={}"])
async def test_a_query_that_is_no_utf8_is_refused(query, text, curated):
    problem = assert_problem(await raw_get(curated, f"/v1/claims?{query.format(text)}"), 400)
    assert "UTF-8" in problem["detail"]


@pytest.mark.parametrize(
    "name", ["%00", "q%00", "", "q%5B%5D", "%20q", "q%0A", "%F0%9F%98%80", "a" * 4000, "__proto__"]
)
async def test_a_parameter_nobody_knows_is_refused_whatever_it_is_called(name, curated):
    problem = assert_problem(await raw_get(curated, f"/v1/claims?{name}=1"), 400)
    assert "There is no parameter" in problem["detail"]
    assert len(problem["detail"]) < 1000


@pytest.mark.parametrize("path", NOT_FOUND)
async def test_what_is_nowhere_is_not_found(path, curated):
    assert_problem(await raw_get(curated, path), 404)


@pytest.mark.parametrize("text", SEARCHES, ids=lambda text: ascii(text[:30]))
async def test_any_text_can_be_searched_for(text, curated):
    for extra in ("", "&sort=value&limit=1", "&as_of=3"):
        response = await curated.get(f"/v1/claims?q={quote(text, safe='')}{extra}")
        assert response.status_code == 200, response.text[:300]
        assert isinstance(response.json()["items"], list)


async def test_a_hundred_parameters_are_listed_and_too_many_are_refused(curated):
    problem = assert_problem(await raw_get(curated, "/v1/claims?" + "&".join(f"p{n}=1" for n in range(100))), 400)
    assert len(problem["errors"]) == 100
    assert_problem(await raw_get(curated, "/v1/claims?" + "a=1&" * 501), 400)


@pytest.mark.parametrize("length", [8_200, 60_000, 70_000, 1_000_000])
async def test_an_address_too_long_is_refused(length, curated):
    assert_problem(await raw_get(curated, "/v1/claims?q=" + "a" * length), 414)
    assert_problem(await raw_get(curated, "/v1/claims/" + "a" * length), 414)


@pytest.mark.parametrize(
    "lines",
    [
        [b"X: " + b"a" * 40_000],
        [b"Cookie: " + b"a" * 1_000_000],
        [b"X-%d: a" % n for n in range(10_000)],
        [b"Accept: application/json", *[b"Accept: a/b"] * 5_000],
    ],
    ids=["one", "huge", "many", "repeated"],
)
async def test_header_fields_too_large_are_refused(lines, curated):
    assert_problem(await raw_get(curated, "/v1/claims", *lines), 431)


@pytest.mark.parametrize("method", [b"FOO", b"get", b"GETT", b"\xff", b"G<T", b"A" * 5000])
async def test_a_method_nobody_knows_is_refused(method, curated):
    assert_problem(await raw_get(curated, "/v1/claims", method=method))


@pytest.mark.parametrize(
    "request_",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /livez HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET livez HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/claims?q=a b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/claims?q=\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/claims?q=\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/claims/\xed\xa0\x80 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\x00b\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n",
        b"GET http://[::1/livez HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=lambda request_: ascii(request_[:40]),
)
async def test_what_is_not_http_is_refused_and_hung_up_on(request_, curated):
    assert_problem(await raw(curated, request_), 400)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://elsewhere.example/livez", 200),
        ("http://elsewhere.example/v1/claims?limit=0", 400),
        ("http://elsewhere.example//v1/claims", 404),
        ("/livez#fragment", 200),
        ("*", 404),
        ("/livez?", 200),
        ("/livez?&&", 200),
        ("/livez?=", 400),
    ],
)
async def test_a_target_in_another_form_is_answered_or_refused(target, status, curated):
    response = await raw_get(curated, target)
    assert response.status_code == status
    if status != 200:
        assert_problem(response)


@pytest.mark.parametrize("host", [b"", b"[::", b"a b", b"a,b", b"..", b"a" * 5000, b"a:99999999"])
async def test_a_host_cannot_break_an_answer(host, curated):
    response = await raw(curated, b"GET /v1/claims HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n")
    if response.status_code != 200:
        assert_problem(response, 400)


@pytest.mark.parametrize(
    "name", [b"Accept", b"Accept-Datetime", b"If-Match", b"If-None-Match", b"Origin", b"X-Request-Id"]
)
@pytest.mark.parametrize(
    "value", [b"\xff\xfe", b"\t", b'"' * 9000, b"," * 9000, b";q=" * 5000, b"(" * 9000, b"W/" * 9000]
)
async def test_no_header_field_can_break_an_answer(name, value, curated):
    response = await raw_get(curated, f"/v1/claims/{CLAIM}", name + b": " + value)
    if response.status_code >= 400:
        assert_problem(response)
    else:
        assert response.status_code in (200, 304)


async def test_a_body_nobody_asked_for_changes_nothing(curated):
    plain = await curated.get("/v1/topics")
    response = await curated.client.request("GET", "/v1/topics", content=b'{"limit": 1}')
    assert response.content == plain.content
    assert_problem(await curated.client.post("/v1/topics", content=b"\xff" * 300_000), 405)


NASTY = [
    "%00", "%ED%A0%80", "%FF", "..", "%2F", "%2e%2e", "null", "NaN", "-1", "0", "1", "٣", "9" * 30, "9" * 400, "1_0",
    "%0A", "a%00", "😀", "'", '"', "\\", "%25", "%", "%zz", "&", "=", "+", ";", "#", "?", "a" * 300, "china", "CN",
    "2026", "2026-02-30", "2026-11-23T12:00:00Z", "0001-01-01T00:00:00%2B14:00", "verified", "-value", "relevance",
    "100",
    "175", "176", "patents", "!", "(", ":*", " ", "\t", "\u202e", "id", CLAIM, MEASURE, "AAAA", "_", "$1",
]  # fmt: skip
NAMES = [
    "q", "topic", "measure", "geography", "status", "currency", "lifecycle", "publisher", "stated_from", "stated_to",
    "ids", "as_of", "sort", "limit", "cursor", "from", "to", "nothing", "%00", "",
]  # fmt: skip
FIELDS = ["Accept", "Accept-Datetime", "If-Match", "If-None-Match"]


@pytest.mark.parametrize("seed", range(8))
async def test_no_request_made_at_random_breaks_anything(seed, curated):
    rng = random.Random(seed)

    async def ask() -> None:
        path = rng.choice(ADDRESSES).partition("?")[0]
        if rng.random() < 0.4:
            parts = path.split("/")
            parts[rng.randrange(1, len(parts))] = rng.choice(NASTY)
            path = "/".join(parts)
        asked = [f"{rng.choice(NAMES)}={rng.choice(NASTY)}{rng.choice(NASTY) * rng.randrange(2)}" for _ in range(3)]
        target = path + "?" * (rng.random() < 0.9) + "&".join(asked[: rng.randrange(4)])
        lines = [f"{rng.choice(FIELDS)}: {rng.choice(NASTY)}".encode() for _ in range(rng.randrange(2))]
        written = quote(target, safe="/?&=%+;:'\"\\!()*$_-.,#~").replace("\\", "%5C").replace('"', "%22")
        response = await raw_get(
            curated, written, *lines, method=rng.choice([b"GET", b"GET", b"GET", b"OPTIONS", b"PUT"])
        )
        assert response.status_code < 500, (target, lines, response.text)
        if response.status_code >= 400:
            assert_problem(response)

    for _ in range(15):
        await asyncio.gather(*(ask() for _ in range(6)))
