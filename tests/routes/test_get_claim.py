"""GET /v1/claims/{id}: a claim now, as of a position, as of an instant, and by Accept-Datetime."""

import asyncio
import hashlib
import json
from datetime import timedelta

import pytest
import rfc8785
from werkzeug.http import http_date

from tests.given import record_of
from tests.routes.by_hand import BY_ID, CURATED, every_item
from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import CLAIM, assert_problem


async def test_a_claim_reads_as_its_curator_wrote_it(curated):
    served = {claim["id"]: claim for claim in await every_item(curated, "/v1/claims?limit=100")}
    assert set(served) == set(BY_ID)
    for id, written in BY_ID.items():
        claim = served[id]
        for name in set(written) - {"verification", "sources", "change"}:
            assert record_of(claim)[name] == written[name], (id, name)
        assert claim["verification"].items() >= written["verification"].items()
        for source, original in zip(claim["sources"], written["sources"], strict=True):
            assert source.items() >= original.items()
        assert (claim["version"], claim["change"]["kind"], claim["lifecycle"]) == (1, "created", "published")


async def test_a_claim_alone_is_the_claim_in_the_list(curated):
    (listed,) = (await curated.get(f"/v1/claims?ids={CLAIM}")).json()["items"]
    assert (await curated.get(f"/v1/claims/{CLAIM}")).json() == listed


async def test_anyone_can_recompute_every_digest_from_the_json(curated, history):
    versions = [record_of(claim) for claim in await every_item(curated, "/v1/claims?limit=100")]
    versions += await every_item(history.api, f"/v1/claims/{CHANGED}/versions")
    assert len(versions) == len(CURATED) + 4
    for version in versions:
        digest = version.pop("digest")
        assert hashlib.sha256(rfc8785.dumps(version)).hexdigest() == digest


async def test_digits_survive_exactly(history):
    body = (await history.api.get(f"/v1/claims/{CHANGED}")).json()
    assert body["quantity"] == {**body["quantity"], "value": "6250", "lower": "6200", "upper": "6300.50"}


async def test_the_newest_version_is_given_with_where_it_is_for_ever(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}")
    assert response.json()["version"] == 4
    assert response.headers["content-location"] == f"/v1/claims/{CHANGED}/versions/4"
    assert response.headers["etag"].startswith(f'"p{response.json()["position"]}-')
    same = await history.api.get(response.headers["content-location"])
    assert same.json() == record_of(response.json())


async def test_a_retracted_claim_stays_readable_with_its_reason(history):
    body = (await history.api.get(f"/v1/claims/{RETRACTED}")).json()
    assert body["lifecycle"] == "retracted"
    assert body["change"]["note"] == "It was wrong."
    assert body["statement"] == BY_ID[RETRACTED]["statement"]


async def test_as_of_a_position_it_is_what_it_was_then(history):
    first = BY_ID[CHANGED]["position"]
    assert_problem(await history.api.get(f"/v1/claims/{CHANGED}?as_of={first - 1}"), 404)
    for version, start, end in [(1, first, 175), (2, 176, 176), (3, 177, 177), (4, 178, 179)]:
        for position in (start, end):
            response = await history.api.get(f"/v1/claims/{CHANGED}?as_of={position}")
            assert response.json()["version"] == version
            assert response.headers["content-location"].endswith(f"/versions/{version}")


async def test_as_of_an_instant_it_is_what_it_was_then(history):
    for before, version in zip([None, *history.added], history.added, strict=False):
        at = version.recorded_at
        assert await _version(history, at) == version.version
        assert await _version(history, at - timedelta(microseconds=1)) == (before.version if before else 1)
    assert_problem(await history.api.get(f"/v1/claims/{CHANGED}?as_of=2001-01-01T00:00:00Z"), 404)


async def test_an_instant_may_be_written_in_any_offset(history):
    at = history.added[1].recorded_at
    written = [at.isoformat().replace("+00:00", suffix) for suffix in ("Z", "z", "%2B00:00", "-00:00")]
    shifted = (at + timedelta(hours=5, minutes=30)).isoformat().replace("+00:00", "%2B05:30")
    for text in [*written, shifted, shifted.replace("T", "t")]:
        response = await history.api.get(f"/v1/claims/{CHANGED}?as_of={text}")
        assert response.json()["version"] == 3, text


async def test_accept_datetime_leads_to_the_version_in_force_then(history):
    for version in history.added:
        response = await history.api.get(f"/v1/claims/{CHANGED}", Accept_Datetime=http_date(version.recorded_at))
        assert response.status_code == 302
        # a date of HTTP ends with its second, in which later versions may have been recorded too
        later = [v.version for v in history.added if http_date(v.recorded_at) == http_date(version.recorded_at)]
        assert response.headers["location"] == f"/v1/claims/{CHANGED}/versions/{max(later)}"
        assert "accept-datetime" in response.headers["vary"].lower()
        assert "memento-datetime" not in response.headers
        assert response.headers["cache-control"] == "no-store"
        assert response.content == b""
        assert response.links["original timegate"]["url"] == f"/v1/claims/{CHANGED}"
        assert response.links["timemap"]["type"] == "application/link-format"


async def test_accept_datetime_before_the_first_version_leads_to_the_first(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}", Accept_Datetime="Mon, 01 Jan 2001 00:00:00 GMT")
    assert response.headers["location"] == f"/v1/claims/{CHANGED}/versions/1"


async def test_accept_datetime_in_the_future_leads_to_the_newest(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}", Accept_Datetime="Fri, 31 Dec 9999 23:59:59 GMT")
    assert response.headers["location"] == f"/v1/claims/{CHANGED}/versions/4"


@pytest.mark.parametrize(
    "garbage",
    [
        "yesterday",
        "2026-08-01T00:00:00Z",
        "175",
        "",
        "Sat, 30 Feb 2026 00:00:00 GMT",
        "Sat, 01 Aug 2026 99:00:00 GMT",
        "Sat, 01 Aug 99999999999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2300",
        "Sat, 01 Aug 2026 00:00:00 +999999",
        "(" * 3000,
    ],
    ids=lambda text: text[:40],
)
async def test_accept_datetime_that_is_no_date_is_refused(garbage, curated):
    response = await curated.get(f"/v1/claims/{CLAIM}", Accept_Datetime=garbage)
    assert_problem(response, 400, "Accept-Datetime")


async def test_accept_datetime_of_a_claim_nobody_made_is_not_found(curated):
    instant = "Sat, 01 Aug 2026 00:00:00 GMT"
    assert_problem(await curated.get("/v1/claims/nobody-said-this", Accept_Datetime=instant), 404)


async def test_as_of_in_the_address_goes_before_accept_datetime(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}?as_of=175", Accept_Datetime="garbage")
    assert response.json()["version"] == 1


async def test_many_who_ask_by_accept_datetime_at_once_are_all_answered(curated):
    asking = [curated.get(f"/v1/claims/{CLAIM}", Accept_Datetime="Sat, 01 Aug 2026 00:00:00 GMT") for _ in range(40)]
    assert {response.status_code for response in await asyncio.gather(*asking)} == {302}


async def test_a_memento_says_when_it_was_recorded_and_what_it_is_of(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}/versions/2")
    assert response.headers["memento-datetime"] == http_date(history.added[0].recorded_at)
    assert 'rel="original timegate latest-version"' in response.headers["link"]
    assert "memento-datetime" not in (await history.api.get(f"/v1/claims/{CHANGED}")).headers


async def test_a_claim_nobody_made_is_not_found(curated):
    problem = assert_problem(await curated.get("/v1/claims/nobody-said-this"), 404)
    assert "nobody-said-this" in problem["detail"]


async def test_times_are_utc_to_the_microsecond(curated):
    recorded = json.loads((await curated.get(f"/v1/claims/{CLAIM}")).content)["recorded_at"]
    assert recorded.endswith("Z")


async def _version(history, instant) -> int:
    text = instant.isoformat().replace("+00:00", "Z")
    return (await history.api.get(f"/v1/claims/{CHANGED}?as_of={text}")).json()["version"]
