"""GET /v1/claims: filters, searches, orders and pages agree with the curated file, questioned by hand."""

import pytest

from tests.routes.by_hand import BY_ID, CURATED, SORTED, every_item, first_day, ids, last_day, matching, published_now
from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import assert_problem


@pytest.mark.parametrize(
    ("asked", "claim", "at_most"),
    [
        ("10 billion downloads", "cn-open-models-10bn-downloads", 1),
        ("AI firms China", "cn-ai-firms-6200", 3),
        ("patents", "cn-ai-patents-60pct", 20),
        ("China AI patents 60%", "cn-ai-patents-60pct", 3),
        ("6,200 AI firms", "cn-ai-firms-6200", 3),
        ("6200 AI firms", "cn-ai-firms-6200", 3),
    ],
)
async def test_a_seed_claim_is_found_by_its_words(asked, claim, at_most, curated):
    response = await curated.client.get("/v1/claims", params={"q": asked})
    found = published_now(response)
    assert claim in found
    assert found.index(claim) + 1 <= at_most
    item = response.json()["items"][found.index(claim)]
    curator = BY_ID[claim]
    assert item["statement"] == curator["statement"]
    assert item["verification"]["status"] == curator["verification"]["status"]
    assert [source["url"] for source in item["sources"]] == [source["url"] for source in curator["sources"]]
    assert all(source["title"] and source["publisher"] for source in item["sources"])


@pytest.mark.parametrize(
    ("misspelled", "meant", "claim"),
    [
        ("chineese downlods", "chinese downloads", "cn-open-models-10bn-downloads"),
        ("patnets", "patents", "cn-ai-patents-60pct"),
        ("pattents", "patents", "cn-ai-patents-60pct"),
        ("compannies", "companies", "cn-ai-firms-6200"),
    ],
)
async def test_a_misspelled_search_finds_what_was_meant(misspelled, meant, claim, curated):
    found = ids(await every_item(curated, f"/v1/claims?q={misspelled}"))
    assert claim in found
    assert set(ids(await every_item(curated, f"/v1/claims?q={meant}"))) <= set(found)


async def test_a_search_for_words_nobody_used_finds_nothing(curated):
    response = await curated.get("/v1/claims?q=zyxwvutsrq")
    assert response.json() == {"items": [], "position": 175, "next": None, "missing": []}


async def test_a_word_is_found_in_another_form(curated):
    assert set(await _all(curated, "q=patent")) == set(await _all(curated, "q=patents"))


async def test_quotes_or_and_minus_work_as_on_the_web(curated):
    patents, downloads = set(await _all(curated, "q=patents")), set(await _all(curated, "q=downloads"))
    assert set(await _all(curated, "q=patents or downloads")) == patents | downloads
    assert set(await _all(curated, "q=patents -china")) == patents - set(await _all(curated, "q=china"))
    phrase = set(await _all(curated, 'q="open source"'))
    assert phrase
    assert phrase <= set(await _all(curated, "q=open source"))
    assert await _all(curated, 'q="source open"') == []


async def test_one_measure_lists_its_nine_competing_claims(curated):
    found = published_now(await curated.get("/v1/claims?measure=china-share-of-world-ai-patents"))
    assert len(found) == 9
    assert found == matching(lambda claim: claim["measure"] == "china-share-of-world-ai-patents")


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("topic=china", lambda c: "china" in c["topics"]),
        ("topic=china&topic=patents", lambda c: {"china", "patents"} & set(c["topics"])),
        ("topic=no-such-topic", lambda c: False),
        ("measure=electricity-used-by-one-chatbot-query", lambda c: c["measure"].startswith("electricity-used-by-one")),
        ("geography=CN", lambda c: c["geography"] == "CN"),
        ("geography=EU&geography=WORLD", lambda c: c["geography"] in ("EU", "WORLD")),
        ("geography=ZZ", lambda c: False),
        ("currency=superseded", lambda c: c["currency"] == "superseded"),
        ("currency=current&currency=historical", lambda c: c["currency"] in ("current", "historical")),
        ("lifecycle=published", lambda c: True),
        ("lifecycle=retracted", lambda c: False),
        ("lifecycle=retracted&lifecycle=published", lambda c: True),
        ("publisher=Epoch AI", lambda c: "Epoch AI" in _publishers(c)),
        ("publisher=epoch ai", lambda c: "Epoch AI" in _publishers(c)),
        ("publisher=Epoch AI&publisher=STANFORD HAI", lambda c: {"Epoch AI", "Stanford HAI"} & _publishers(c)),
        ("publisher=Epoch", lambda c: False),
        ("stated_from=2026", lambda c: c["stated_on"] and last_day(c["stated_on"]) >= "2026-01-01"),
        ("stated_from=2026-04", lambda c: c["stated_on"] and last_day(c["stated_on"]) >= "2026-04-01"),
        ("stated_from=2026-05-01", lambda c: c["stated_on"] and last_day(c["stated_on"]) >= "2026-05-01"),
        ("stated_to=2024", lambda c: c["stated_on"] and first_day(c["stated_on"]) <= "2024-12-31"),
        ("stated_to=2024-02", lambda c: c["stated_on"] and first_day(c["stated_on"]) <= "2024-02-29"),
        ("stated_to=2025-11-26", lambda c: c["stated_on"] and first_day(c["stated_on"]) <= "2025-11-26"),
        (
            "stated_from=2025-06&stated_to=2025-09-15",
            lambda c: c["stated_on"]
            and last_day(c["stated_on"]) >= "2025-06-01"
            and first_day(c["stated_on"]) <= "2025-09-15",
        ),
        ("stated_from=2026&stated_to=2025", lambda c: False),
        (
            "topic=china&geography=CN&currency=current&status=disputed",
            lambda c: "china" in c["topics"]
            and (c["geography"], c["currency"], c["verification"]["status"]) == ("CN", "current", "disputed"),
        ),
    ],
)  # fmt: skip
async def test_a_filter_finds_what_reading_the_file_finds(asked, wanted, curated):
    assert await _all(curated, asked) == matching(wanted)


@pytest.mark.parametrize(
    "status", ["unverified", "verified", "verified_with_caveats", "disputed", "unsupported", "refuted"]
)
async def test_a_status_lists_the_claims_that_have_it(status, curated):
    assert await _all(curated, f"status={status}") == matching(lambda c: c["verification"]["status"] == status)


async def test_a_filter_narrows_a_search(curated):
    found = await _all(curated, "q=patents&geography=CN&sort=id")
    assert found == sorted(id for id in await _all(curated, "q=patents") if BY_ID[id]["geography"] == "CN")


@pytest.mark.parametrize("sort", SORTED)
@pytest.mark.parametrize("limit", [100, 7])
async def test_an_order_holds_over_every_page(sort, limit, curated):
    assert await _all(curated, f"sort={sort}&limit={limit}") == SORTED[sort]


async def test_the_newest_come_first_unless_asked_otherwise(curated):
    assert published_now(await curated.get("/v1/claims")) == SORTED["-recorded_at"][:20]


async def test_a_search_pages_by_relevance_without_repeating_or_leaving_out(curated):
    whole = await _all(curated, "q=AI models&limit=100")
    assert await _all(curated, "q=AI models&limit=3&sort=relevance") == whole
    assert len(set(whole)) == len(whole) > 20


async def test_a_limit_changes_how_many_and_not_which(curated):
    for limit in (1, 2, 99, 100):
        assert published_now(await curated.get(f"/v1/claims?limit={limit}")) == SORTED["-recorded_at"][:limit]


async def test_ids_gives_the_claims_named_and_lists_the_missing(curated):
    asked = ["nobody-said-this", "cn-ai-firms-6200", "nor-this", "cn-ai-patents-60pct"]
    response = await curated.client.get("/v1/claims", params={"ids": asked})
    assert sorted(published_now(response)) == ["cn-ai-firms-6200", "cn-ai-patents-60pct"]
    assert response.json()["missing"] == ["nobody-said-this", "nor-this"]


async def test_an_id_asked_twice_is_missing_once(curated):
    response = await curated.get("/v1/claims?ids=nobody-said-this&ids=nobody-said-this")
    assert response.json()["missing"] == ["nobody-said-this"]


async def test_a_hundred_ids_come_on_one_page(curated):
    asked = SORTED["id"][:100]
    response = await curated.client.get("/v1/claims", params={"ids": asked, "sort": "id"})
    assert published_now(response) == asked
    assert response.json()["next"] is None


async def test_a_list_as_of_a_position_holds_what_the_log_held_then(curated):
    for position in (0, 1, 99, 175):
        items = await every_item(curated, f"/v1/claims?as_of={position}&limit=100&sort=recorded_at")
        assert ids(items) == [claim["id"] for claim in CURATED[:position]]


async def test_a_list_as_of_an_instant_holds_what_was_recorded_by_then(history):
    for version in history.added:
        instant = written(version.recorded_at)
        (item,) = (await history.api.get(f"/v1/claims?ids={CHANGED}&as_of={instant}")).json()["items"]
        assert item["version"] == version.version
    before = (await history.api.get("/v1/claims?as_of=2001-01-01T00:00:00Z")).json()
    assert before == {"items": [], "position": 0, "next": None, "missing": []}


async def test_a_claim_missing_then_is_missing_although_it_exists_now(curated):
    response = await curated.get(f"/v1/claims?ids={CURATED[50]['id']}&as_of=50")
    assert response.json()["missing"] == [CURATED[50]["id"]]


async def test_a_retracted_claim_is_listed_only_when_asked_for(history):
    listed = await every_item(history.api, "/v1/claims?limit=100")
    assert RETRACTED not in ids(listed)
    assert published_now(await history.api.get("/v1/claims?lifecycle=retracted")) == [RETRACTED]
    assert published_now(await history.api.get(f"/v1/claims?ids={RETRACTED}")) == [RETRACTED]
    assert RETRACTED in ids(await every_item(history.api, "/v1/claims?limit=100&as_of=175"))


async def test_a_claim_in_many_versions_is_listed_once_as_it_is_now(history):
    items = [item for item in await every_item(history.api, "/v1/claims?limit=100") if item["id"] == CHANGED]
    assert [item["version"] for item in items] == [4]


async def test_links_lead_to_this_page_the_first_and_the_next(curated):
    path = "/v1/claims?topic=china&topic=patents&limit=5&sort=id"
    first = await curated.get(path)
    links = first.links
    assert (await curated.get(links["self"]["url"])).json()["items"] == first.json()["items"]
    assert (await curated.get(links["first"]["url"])).json()["items"] == first.json()["items"]
    second = await curated.get(links["next"]["url"])
    assert ids(second.json()["items"]) == (await _all(curated, "topic=china&topic=patents&sort=id"))[5:10]
    assert "last" not in links


async def test_the_last_page_has_no_next(curated):
    response = await curated.get("/v1/claims?measure=china-share-of-world-ai-patents&limit=9")
    assert response.json()["next"] is None
    assert "next" not in response.links


async def test_relevance_without_a_search_is_refused(curated):
    assert_problem(await curated.get("/v1/claims?sort=relevance"), 400, "sort")


async def test_every_fault_of_a_query_is_named_at_once(curated):
    problem = assert_problem(await curated.get("/v1/claims?limit=0&sort=best&topik=china&as_of=soon"), 400)
    assert {error["parameter"] for error in problem["errors"]} == {"limit", "sort", "topik", "as_of"}


async def test_a_mistyped_parameter_is_told_the_nearest(curated):
    problem = assert_problem(await curated.get("/v1/claims?topik=china"), 400, "topik")
    assert "`topic`" in problem["detail"]


def _publishers(claim: dict) -> set[str]:
    return {source["publisher"] for source in claim["sources"]}


async def _all(api, asked: str) -> list[str]:
    limit = "" if "limit=" in asked else "&limit=100"
    return ids(await every_item(api, f"/v1/claims?{asked}{limit}"))


def written(instant) -> str:
    """An instant as an address holds it."""
    return instant.isoformat().replace("+00:00", "Z")
