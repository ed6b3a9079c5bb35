"""GET /v1/claims/{id}/versions/{version}: the same bytes for ever."""

import base64
import hashlib

import pytest
from werkzeug.http import http_date

from tests.routes.by_hand import BY_ID
from tests.routes.conftest import CHANGED
from tests.web.asking import CLAIM, assert_problem, own_api, revise


async def test_each_version_is_what_the_log_took(history):
    for version in history.added:
        body = (await history.api.get(f"/v1/claims/{CHANGED}/versions/{version.version}")).json()
        assert body["version"] == version.version
        assert body["position"] == version.position
        assert body["statement"] == version.statement
        assert body["digest"] == version.digest
    first = (await history.api.get(f"/v1/claims/{CHANGED}/versions/1")).json()
    assert first["statement"] == BY_ID[CHANGED]["statement"]


async def test_a_version_may_be_kept_for_ever(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}/versions/2")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    digest = base64.b64encode(hashlib.sha256(response.content).digest()).decode()
    assert response.headers["repr-digest"] == f"sha-256=:{digest}:"


async def test_a_version_s_bytes_and_tag_outlive_later_versions(cluster):
    async with own_api(cluster) as api:
        path = f"/v1/claims/{CLAIM}/versions/1"
        before = await api.get(path)
        await revise(api, [CLAIM], lambda draft: draft)
        after = await api.get(path)
        assert after.content == before.content
        assert after.headers["etag"] == before.headers["etag"]
        assert (await api.get(path, If_None_Match=before.headers["etag"])).status_code == 304
        assert "successor-version" not in before.headers["link"]
        assert "successor-version" in after.headers["link"]
        assert (await api.get(f"/v1/claims/{CLAIM}")).json()["version"] == 2


@pytest.mark.parametrize(
    ("version", "relations"),
    [
        (1, {1: "first memento", 2: "next successor-version memento", 4: "last memento"}),
        (2, {1: "first prev predecessor-version memento", 2: "memento", 3: "next successor-version memento"}),
        (3, {1: "first memento", 2: "prev predecessor-version memento", 4: "next successor-version last memento"}),
        (4, {1: "first memento", 3: "prev predecessor-version memento", 4: "last memento"}),
    ],
)
async def test_links_lead_to_the_neighbours_and_when_they_were_recorded(version, relations, history):
    links = (await history.api.get(f"/v1/claims/{CHANGED}/versions/{version}")).headers["link"]
    recorded = {added.version: added.recorded_at for added in history.added}
    for number, relation in relations.items():
        written = f'</v1/claims/{CHANGED}/versions/{number}>; rel="{relation}"; datetime="'
        assert written in links
        if number in recorded:
            assert f'{written}{http_date(recorded[number])}"' in links
    for relation in ("original timegate latest-version", "timemap", "version-history", "describedby"):
        assert f'rel="{relation}"' in links


async def test_a_version_that_does_not_exist_is_not_found(history):
    for version in (5, 999_999_999):
        problem = assert_problem(await history.api.get(f"/v1/claims/{CHANGED}/versions/{version}"), 404)
        assert str(version) in problem["detail"]
    assert_problem(await history.api.get("/v1/claims/nobody-said-this/versions/1"), 404)


@pytest.mark.parametrize(
    "version", ["0", "-1", "+1", "01", "1.0", "1_0", "1e0", "%D9%A1", "1000000000", "9" * 400, "x"]
)
async def test_a_version_that_is_no_number_is_refused(version, curated):
    assert_problem(await curated.get(f"/v1/claims/{CLAIM}/versions/{version}"), 400, "version")


async def test_a_version_takes_no_parameters(curated):
    assert_problem(await curated.get(f"/v1/claims/{CLAIM}/versions/1?as_of=1"), 400, "as_of")
