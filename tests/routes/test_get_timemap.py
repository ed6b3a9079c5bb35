"""GET /v1/claims/{id}/timemap: every version and when it was recorded (RFC 7089), as links and as JSON."""

import re

from werkzeug.http import http_date

from tests.routes.conftest import CHANGED
from tests.web.asking import CLAIM, assert_problem

ORIGIN = "https://citable.example"


async def test_as_links_it_names_the_claim_itself_and_every_version(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}/timemap")
    assert response.headers["content-type"] == "application/link-format"
    links = re.findall(r'<([^>]*)>; rel="([^"]*)"((?:; \w+="[^"]*")*)', response.text)
    assert response.text.count("<") == len(links) == 6
    assert links[0][:2] == (f"{ORIGIN}/v1/claims/{CHANGED}", "original timegate")
    assert links[1][:2] == (f"{ORIGIN}/v1/claims/{CHANGED}/timemap", "self")
    recorded = await _recorded(history)
    assert f'from="{recorded[0]}"; until="{recorded[-1]}"' in links[1][2]
    relations = ["first memento", "memento", "memento", "last memento"]
    for number, (link, relation, instant) in enumerate(zip(links[2:], relations, recorded, strict=True), 1):
        assert link == (f"{ORIGIN}/v1/claims/{CHANGED}/versions/{number}", relation, f'; datetime="{instant}"')


async def test_as_json_it_says_the_same(history):
    response = await history.api.get(f"/v1/claims/{CHANGED}/timemap", Accept="application/json")
    assert response.headers["content-type"] == "application/json"
    timemap = response.json()
    assert timemap["original"] == timemap["timegate"] == f"{ORIGIN}/v1/claims/{CHANGED}"
    versions = (await history.api.get(f"/v1/claims/{CHANGED}/versions")).json()["items"]
    assert timemap["mementos"] == [
        {
            "version": version["version"],
            "datetime": version["recorded_at"],
            "url": f"{ORIGIN}/v1/claims/{CHANGED}/versions/{version['version']}",
        }
        for version in reversed(versions)
    ]


async def test_the_two_formats_have_tags_of_their_own_and_say_what_decides(history):
    path = f"/v1/claims/{CHANGED}/timemap"
    links = await history.api.get(path, Accept="application/link-format")
    json = await history.api.get(path, Accept="application/json")
    assert links.headers["etag"] != json.headers["etag"]
    assert links.headers["vary"] == json.headers["vary"] == "Accept, Accept-Encoding"
    crossed = await history.api.get(path, Accept="application/json", If_None_Match=links.headers["etag"])
    assert crossed.status_code == 200


async def test_the_caller_s_preference_decides(curated):
    path = f"/v1/claims/{CLAIM}/timemap"
    for accept, expected in [
        ("*/*", "application/link-format"),
        ("application/*", "application/link-format"),
        ("application/json;q=0.9, application/link-format;q=0.8", "application/json"),
        ("application/json;q=0.5, application/link-format", "application/link-format"),
        ("application/link-format;q=0, */*", "application/json"),
    ]:
        assert (await curated.get(path, Accept=accept)).headers["content-type"] == expected, accept
    assert_problem(await curated.get(path, Accept="text/html"), 406)


async def test_a_claim_with_one_version_has_first_and_last_in_one(curated):
    response = await curated.get(f"/v1/claims/{CLAIM}/timemap")
    assert f'<{ORIGIN}/v1/claims/{CLAIM}/versions/1>; rel="first last memento"' in response.text


async def test_a_claim_nobody_made_is_not_found(curated):
    assert_problem(await curated.get("/v1/claims/nobody-said-this/timemap"), 404)


async def _recorded(history) -> list[str]:
    first = (await history.api.get(f"/v1/claims/{CHANGED}/versions/1")).headers["memento-datetime"]
    return [first, *(http_date(version.recorded_at) for version in history.added)]
