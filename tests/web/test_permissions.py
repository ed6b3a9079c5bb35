"""Who may do what: every operation there is, asked by everyone there is."""

from collections.abc import Mapping

import pytest

from db.log import log_head
from db.pool import reading
from schemas.keys import Role
from service.app import ENDPOINTS
from service.rendering.pages import STYLESHEET_PATH
from tests.cast import CALLERS, STRANGERS, cast_of
from tests.serving import Api
from tests.web.asking import CLAIM, MEASURE, SOURCE, assert_problem, own_api

EVERYONE = None
ROWS: dict[tuple[str, str], tuple[str, Role | None, int]] = {
    ("GET", "/v1/claims"): ("/v1/claims", EVERYONE, 200),
    ("GET", "/v1/claims/{id}"): (f"/v1/claims/{CLAIM}", EVERYONE, 200),
    ("GET", "/v1/claims/{id}/versions"): (f"/v1/claims/{CLAIM}/versions", EVERYONE, 200),
    ("GET", "/v1/claims/{id}/versions/{version}"): (f"/v1/claims/{CLAIM}/versions/1", EVERYONE, 200),
    ("GET", "/v1/claims/{id}/diff"): (f"/v1/claims/{CLAIM}/diff?from=1&to=1", EVERYONE, 200),
    ("GET", "/v1/claims/{id}/timemap"): (f"/v1/claims/{CLAIM}/timemap", EVERYONE, 200),
    ("GET", "/v1/claims/{id}/citation"): (f"/v1/claims/{CLAIM}/citation", EVERYONE, 200),
    ("GET", "/v1/claims/{id}/claim-review"): (f"/v1/claims/{CLAIM}/claim-review", EVERYONE, 200),
    ("GET", "/v1/measures/{id}/chart.svg"): (f"/v1/measures/{MEASURE}/chart.svg", EVERYONE, 200),
    ("GET", "/v1/measures"): ("/v1/measures", EVERYONE, 200),
    ("GET", "/v1/measures/{id}"): (f"/v1/measures/{MEASURE}", EVERYONE, 200),
    ("GET", "/v1/sources"): ("/v1/sources", EVERYONE, 200),
    ("GET", "/v1/sources/{id}"): (f"/v1/sources/{SOURCE}", EVERYONE, 200),
    ("GET", "/v1/topics"): ("/v1/topics", EVERYONE, 200),
    ("GET", "/v1/corrections"): ("/v1/corrections", EVERYONE, 200),
    ("GET", "/feeds/claims.atom"): ("/feeds/claims.atom", EVERYONE, 200),
    ("GET", "/feeds/claims.json"): ("/feeds/claims.json", EVERYONE, 200),
    ("GET", "/feeds/corrections.atom"): ("/feeds/corrections.atom", EVERYONE, 200),
    ("GET", "/feeds/corrections.json"): ("/feeds/corrections.json", EVERYONE, 200),
    ("GET", "/embed/claims/{name}"): (f"/embed/claims/{CLAIM}@1", EVERYONE, 200),
    ("GET", "/embed.js"): ("/embed.js", EVERYONE, 200),
    ("GET", "/oembed"): (f"/oembed?url=https://citable.example/claims/{CLAIM}", EVERYONE, 200),
    ("GET", "/v1/changes"): ("/v1/changes?limit=3", EVERYONE, 200),
    ("GET", "/v1/changes/stream"): ("/v1/changes/stream?after=999999", EVERYONE, 400),
    ("GET", "/claims/{name}"): (f"/claims/{CLAIM}", EVERYONE, 200),
    ("GET", "/measures/{id}"): (f"/measures/{MEASURE}", EVERYONE, 200),
    ("GET", "/assets/{name}"): (STYLESHEET_PATH, EVERYONE, 200),
    ("GET", "/livez"): ("/livez", EVERYONE, 200),
    ("GET", "/readyz"): ("/readyz", EVERYONE, 200),
    ("GET", "/openapi.json"): ("/openapi.json", EVERYONE, 200),
    ("GET", "/docs"): ("/docs", EVERYONE, 200),
    ("GET", "/docs/{name}"): ("/docs/start.js", EVERYONE, 200),
    ("GET", "/problems/{slug}"): ("/problems/forbidden", EVERYONE, 200),
    ("GET", "/"): ("/", EVERYONE, 200),
    ("GET", "/corrections"): ("/corrections", EVERYONE, 200),
    ("GET", "/about/verification"): ("/about/verification", EVERYONE, 200),
    ("GET", "/check"): ("/check", EVERYONE, 200),
    ("POST", "/check"): ("/check", EVERYONE, 415),
    ("POST", "/v1/matches"): ("/v1/matches", EVERYONE, 415),
    ("POST", "/v1/claims"): ("/v1/claims", Role.EDITOR, 415),
    ("POST", "/v1/claims/bulk"): ("/v1/claims/bulk", Role.EDITOR, 415),
    ("PATCH", "/v1/claims/{id}"): (f"/v1/claims/{CLAIM}", Role.EDITOR, 415),
    ("POST", "/v1/claims/{id}/verification"): (f"/v1/claims/{CLAIM}/verification", Role.VERIFIER, 415),
    ("POST", "/v1/claims/{id}/retraction"): (f"/v1/claims/{CLAIM}/retraction", Role.EDITOR, 415),
    ("GET", "/v1/webhooks"): ("/v1/webhooks", Role.PARTNER, 200),
    ("POST", "/v1/webhooks"): ("/v1/webhooks", Role.PARTNER, 415),
    ("GET", "/v1/webhooks/{id}"): ("/v1/webhooks/000000000000", Role.PARTNER, 404),
    ("PATCH", "/v1/webhooks/{id}"): ("/v1/webhooks/000000000000", Role.PARTNER, 415),
    ("DELETE", "/v1/webhooks/{id}"): ("/v1/webhooks/000000000000", Role.PARTNER, 404),
    ("POST", "/v1/webhooks/{id}/secret"): ("/v1/webhooks/000000000000/secret", Role.PARTNER, 404),
    ("POST", "/v1/webhooks/{id}/test"): ("/v1/webhooks/000000000000/test", Role.PARTNER, 404),
    ("GET", "/v1/webhooks/{id}/deliveries"): ("/v1/webhooks/000000000000/deliveries", Role.PARTNER, 404),
    ("POST", "/v1/webhooks/{id}/deliveries/{delivery}/redelivery"): (
        "/v1/webhooks/000000000000/deliveries/1/redelivery", Role.PARTNER, 404,
    ),
    ("PUT", "/v1/webhooks/{id}/acknowledgements/{position}"): (
        "/v1/webhooks/000000000000/acknowledgements/1", Role.PARTNER, 404,
    ),
    ("GET", "/v1/changes/{position}/acknowledgements"): ("/v1/changes/1/acknowledgements", Role.EDITOR, 200),
    ("GET", "/v1/keys"): ("/v1/keys", Role.ADMIN, 200),
    ("POST", "/v1/keys"): ("/v1/keys", Role.ADMIN, 415),
    ("GET", "/v1/keys/{id}"): ("/v1/keys/000000000000", Role.ADMIN, 404),
    ("DELETE", "/v1/keys/{id}"): ("/v1/keys/000000000000", Role.ADMIN, 404),
}  # fmt: skip
"""An operation: an address of it, the least role that may, and what whoever may is answered to an empty request."""


@pytest.fixture(scope="module")
async def api(cluster):
    async with own_api(cluster) as served:
        yield served


@pytest.fixture(scope="module")
async def cast(api: Api) -> Mapping[str, dict[str, str]]:
    return await cast_of(api.runtime.pool)


def test_every_operation_has_a_row():
    assert {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS} == set(ROWS)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "path"), ROWS, ids=lambda part: part)
async def test_who_may(method, path, caller, api, cast):
    address, needed, answer = ROWS[method, path]
    response = await api.client.request(method, address, headers=cast[caller])
    if needed is EVERYONE:
        assert response.status_code == answer
        assert "ratelimit" not in response.headers  # the same answer for all, from every cache on the way
    elif caller in STRANGERS:
        assert_problem(response, 401)
        error = "" if caller == "anonymous" else ', error="invalid_token"'
        assert response.headers["www-authenticate"] == f'Bearer realm="citable"{error}'
    elif list(Role).index(Role(caller)) < list(Role).index(needed):
        problem = assert_problem(response, 403)
        assert f"`{needed}`" in problem["detail"]
        assert f'error="insufficient_scope", scope="{needed}"' in response.headers["www-authenticate"]
    else:
        assert response.status_code == answer, response.text
        assert "no-store" in response.headers["cache-control"]


NO_KEYS = [
    *("", "Bearer", "Basic YTpi", "ctb_0", "Bearer ctb_", "Bearer {0}x", "Bearer {0} {0}", "Bearer {0}, Bearer {0}"),
    *("Token {0}", "{0}", "Bearer\t{0}", "Bearer " + "x" * 9000),
]


@pytest.mark.parametrize("field", NO_KEYS)
async def test_a_key_is_sent_as_a_bearer_token_and_no_other_way(field, api, cast):
    secret = cast["admin"]["Authorization"].removeprefix("Bearer ")
    response = await api.client.get("/v1/keys", headers={"Authorization": field.format(secret)})
    assert_problem(response, 401)
    assert secret not in response.text
    assert_problem(await api.client.get(f"/v1/keys?key={secret}"), 401)


async def test_the_scheme_s_name_is_read_in_any_case(api, cast):
    secret = cast["admin"]["Authorization"].removeprefix("Bearer ")
    for scheme in ("bearer", "BEARER"):
        assert (await api.client.get("/v1/keys", headers={"Authorization": f"{scheme} {secret}"})).status_code == 200


async def test_nobody_changes_anything_they_may_not(api, cast):
    claim = {"id": "never", "statement": "No.", "quantity": {"unit": "x"}, "measure": "m", "geography": "CN"}
    async with reading(api.runtime.pool) as connection:
        before = await log_head(connection)
    for caller in (*STRANGERS, "partner"):
        response = await api.client.post("/v1/claims", json={**claim, "attributed_to": "A"}, headers=cast[caller])
        assert response.status_code in (401, 403)
    async with reading(api.runtime.pool) as connection:
        assert await log_head(connection) == before


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
async def test_other_methods_open_no_door(method, api, cast):
    response = await api.client.request(method, "/v1/keys", headers=cast["editor"])
    assert response.status_code == (403 if method == "HEAD" else 204)
    overridden = {**cast["editor"], "X-HTTP-Method-Override": "GET", "X-HTTP-Method": "GET"}
    assert_problem(await api.client.post("/v1/keys", headers=overridden), 403)
