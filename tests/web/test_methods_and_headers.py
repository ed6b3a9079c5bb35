"""What holds for every answer: HEAD, OPTIONS, methods, cross-origin reading, conditions, ids, security fields."""

import base64
import hashlib

import pytest

from service.app import ENDPOINTS
from tests.web.asking import ADDRESSES, CLAIM, MEASURE, TAGGED, UNTAGGED, assert_problem, raw_get

OF_THE_REQUEST = {"transfer-encoding", "date", "x-request-id", "cache-status"}
WRITABLE = {"/check": "POST, ", "/v1/claims": "POST, ", f"/v1/claims/{CLAIM}": "PATCH, "}


def allowed_at(path: str) -> str:
    """The methods an address that can be read knows."""
    return f"GET, HEAD, {WRITABLE.get(path.partition('?')[0], '')}OPTIONS"


FAILING = ("/v1/claims?limit=0", "/nothing", f"/v1/claims/{CLAIM}x", "/v1/claims/", "/v1/claims?q=" + "a" * 9000)


def test_every_endpoint_is_among_the_addresses_asked_here():
    for endpoint in (endpoint for endpoint in ENDPOINTS if endpoint.method == "GET" and not endpoint.role):
        assert any(endpoint.matches(path.partition("?")[0]) for path in ADDRESSES), endpoint.path


@pytest.mark.parametrize("path", [*ADDRESSES, *FAILING], ids=lambda path: path[:60])
async def test_head_is_get_without_its_body(path, curated):
    get, head = await curated.client.get(path), await curated.client.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    fields = [{name: value for name, value in r.headers.items() if name not in OF_THE_REQUEST} for r in (get, head)]
    assert fields[0] == fields[1]


@pytest.mark.parametrize("path", ADDRESSES)
async def test_options_says_what_a_browser_may_send(path, curated):
    asking = {"Origin": "https://news.example", "Access-Control-Request-Method": "GET"}
    response = await curated.client.options(path, headers=asking)
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers["allow"] == response.headers["access-control-allow-methods"] == allowed_at(path)
    assert response.headers.get("accept-patch") == (
        "application/merge-patch+json" if "PATCH" in allowed_at(path) else None
    )
    assert response.headers["access-control-allow-origin"] == "*"
    allowed = {name.strip().lower() for name in response.headers["access-control-allow-headers"].split(",")}
    assert {"if-none-match", "if-match", "accept-datetime", "idempotency-key", "content-type"} <= allowed
    assert "access-control-allow-credentials" not in response.headers


async def test_options_of_nothing_is_not_found(curated):
    assert_problem(await curated.client.options("/nothing"), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "PROPFIND"])
@pytest.mark.parametrize(
    "path", ["/v1/claims", f"/v1/claims/{CLAIM}", f"/v1/claims/{CLAIM}/diff", "/livez", "/", "/docs"]
)
async def test_a_method_it_does_not_know_is_refused_with_those_it_knows(method, path, curated):
    if method in allowed_at(path):
        assert_problem(await curated.client.request(method, path), 401)
        return
    response = await curated.client.request(method, path)
    problem = assert_problem(response, 405)
    assert response.headers["allow"] == allowed_at(path)
    assert "GET" in problem["detail"]


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/v1",
        "/v1/",
        "/v1/claims/",
        "//v1/claims",
        "/v1//claims",
        "/v1/claims//",
        f"//v1/claims/{CLAIM}",
        f"/v1/claims/{CLAIM}/",
        f"/v1/claims/{CLAIM}/versions/1/",
        f"/v1/claims/{CLAIM}/nothing",
        "/V1/claims",
        "/v1/Claims",
        "/livez/",
        "/openapi.json/",
        "/v1/claims%2F",
        "/v1%2Fclaims%2F",
        "//",
        "/v1/../v1/claims",
        "/v1/./claims",
        "/v1/claims;x=1",
    ],
)
async def test_an_address_that_is_not_ours_is_not_found(method, path, curated):
    response = await raw_get(curated, path, method=method.encode())
    if method == "HEAD":
        assert response.status_code == 404
        assert response.content == b""
    else:
        assert_problem(response, 404)


@pytest.mark.parametrize("path", ADDRESSES)
async def test_every_page_of_any_site_may_read_every_answer(path, curated):
    response = await curated.get(path, Origin="https://news.example")
    assert response.headers["access-control-allow-origin"] == "*"
    exposed = response.headers["access-control-expose-headers"].lower()
    for name in ("etag", "link", "location", "retry-after", "memento-datetime", "repr-digest", "x-request-id"):
        assert name in exposed
    assert "set-cookie" not in response.headers
    assert not {"origin", "authorization", "cookie", "*"} & _varies(response)


@pytest.mark.parametrize("path", ADDRESSES)
async def test_no_answer_can_be_framed_sniffed_or_used_against_a_reader(path, curated):
    response = await curated.get(path)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    framed_by = "*" if path.startswith("/embed/") else "'none'"
    assert f"frame-ancestors {framed_by}" in response.headers["content-security-policy"]
    assert response.headers["content-language"] == "en"
    for name in ("x-content-type-options", "content-security-policy", "access-control-allow-origin", "vary", "etag"):
        assert len(response.headers.get_list(name)) <= 1, name


async def test_every_request_has_an_id_of_its_own(curated):
    ids = [(await curated.get(path)).headers["x-request-id"] for path in (*ADDRESSES, *FAILING)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", FAILING, ids=lambda path: path[:40])
async def test_a_failure_has_the_fields_of_every_answer_and_is_not_kept(path, curated):
    response = await curated.get(path)
    assert_problem(response)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "etag" not in response.headers


@pytest.mark.parametrize("path", TAGGED)
async def test_a_representation_s_digest_is_that_of_its_bytes(path, curated):
    response = await curated.get(path)
    digest = base64.b64encode(hashlib.sha256(response.content).digest()).decode()
    assert response.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize("path", TAGGED)
async def test_what_the_caller_already_has_is_not_sent_again(path, curated):
    whole = await curated.get(path)
    tag = whole.headers["etag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    for condition in (tag, f"W/{tag}", f'"other", {tag}', f'W/"other",W/{tag} , "x"', "*"):
        response = await curated.get(path, If_None_Match=condition)
        assert response.status_code == 304, condition
        assert response.content == b""
        for name in ("etag", "cache-control", "vary", "content-location", "link", "content-language"):
            assert response.headers.get(name) == whole.headers.get(name), name
        assert response.headers.get("content-length") in (None, whole.headers["content-length"])
        assert response.headers["access-control-allow-origin"] == "*"
    head = await curated.client.head(path, headers={"If-None-Match": tag})
    assert head.status_code == 304
    for condition in ('"other"', "garbage", '"', ",,,", "", tag.upper() + "x", f'"{tag[1:-1]}x"', '"' * 5000):
        again = await curated.get(path, If_None_Match=condition)
        assert again.status_code == 200, condition
        assert again.content == whole.content


@pytest.mark.parametrize("path", TAGGED)
async def test_a_version_that_is_no_longer_there_fails_the_precondition(path, curated):
    tag = (await curated.get(path)).headers["etag"]
    for condition in ('"other"', f"W/{tag}", 'garbage, "x"', ""):
        assert_problem(await curated.get(path, If_Match=condition), 412)
    for condition in (tag, f'"other", {tag}', "*"):
        assert (await curated.get(path, If_Match=condition)).status_code == 200
    assert_problem(await curated.get(path, If_Match='"other"', If_None_Match=tag), 412)
    assert (await curated.get(path, If_Match=tag, If_None_Match=tag)).status_code == 304


async def test_a_list_field_may_stand_on_several_lines(curated):
    tag = (await curated.get("/v1/topics")).headers["etag"].encode()
    for lines, status in [
        ((b"Accept: text/html", b"Accept: application/json"), 200),
        ((b'If-None-Match: "other"', b"If-None-Match: " + tag), 304),
        ((b'If-Match: "other"', b"If-Match: " + tag), 200),
    ]:
        assert (await raw_get(curated, "/v1/topics", *lines)).status_code == status, lines


@pytest.mark.parametrize(
    "path", [path for path in ADDRESSES if path.startswith(("/v1", "/feeds", "/livez", "/readyz"))]
)
async def test_what_nobody_here_can_write_is_not_acceptable(path, curated):
    for accept in ("text/csv", "image/png, text/css", "garbage", "*/*;q=0", ";;;,,", '"', "a/b;" * 3000):
        assert_problem(await curated.get(path, Accept=accept), 406)


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "application/*", "application/json", "text/html, */*;q=0.1", "application/json; charset=utf-8"],
)
async def test_what_readers_really_send_is_acceptable(accept, curated):
    response = await curated.get("/v1/claims?limit=1", Accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/v1/claims", "public, max-age=30, s-maxage=60, stale-while-revalidate=300, stale-if-error=86400"),
        (f"/v1/claims/{CLAIM}", "public, max-age=30, s-maxage=60, stale-while-revalidate=300, stale-if-error=86400"),
        (f"/v1/claims/{CLAIM}?as_of=100", "public, max-age=3600, stale-if-error=86400"),
        (f"/v1/claims/{CLAIM}/versions/1", "public, max-age=31536000, immutable"),
    ],
)
async def test_how_long_an_answer_may_be_kept(path, policy, curated):
    assert (await curated.get(path)).headers["cache-control"] == policy


async def test_only_a_version_and_what_is_named_after_its_content_are_kept_for_ever(curated):
    for path in (*TAGGED, *UNTAGGED):
        immutable = "immutable" in (await curated.get(path)).headers["cache-control"]
        assert immutable == ("/versions/" in path or path.startswith("/assets/")), path


LANGUAGES = {"accept", "accept-encoding", "accept-language"}


async def test_a_claim_varies_by_what_decides_its_answer(curated):
    assert _varies(await curated.get(f"/v1/claims/{CLAIM}")) == {*LANGUAGES, "accept-datetime"}
    for path in ("/v1/claims", f"/v1/measures/{MEASURE}"):
        assert _varies(await curated.get(path)) == LANGUAGES
    for path in (f"/v1/claims/{CLAIM}/versions/1", f"/v1/claims/{CLAIM}/versions", "/v1/topics", "/v1/changes"):
        assert _varies(await curated.get(path)) == {"accept", "accept-encoding"}


def _varies(response) -> set[str]:
    return {name.strip().lower() for name in response.headers.get("vary", "").split(",")} - {""}
