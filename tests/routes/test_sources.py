"""GET /v1/sources and /v1/sources/{id}: who is cited, by which claims, and with which quote."""

import pytest

from schemas.sources import source_id
from tests.routes.by_hand import CURATED, every_item, ids
from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import SOURCE, assert_problem

CITED: dict[str, list[tuple[dict, dict]]] = {}
for _claim in CURATED:
    for _source in _claim["sources"]:
        _id = source_id(_source["publisher"], _source["title"], _source["url"])
        CITED.setdefault(_id, []).append((_claim, _source))


@pytest.mark.parametrize("limit", [37, 100])
async def test_every_document_is_listed_by_id_with_how_many_claims_cite_it(limit, curated):
    items = await every_item(curated, f"/v1/sources?limit={limit}")
    counted = {id: len({claim["id"] for claim, _ in uses}) for id, uses in CITED.items()}
    assert {item["id"]: item["claims"] for item in items} == counted
    assert ids(items) == sorted(CITED)


async def test_a_document_is_described_as_its_newest_citation_describes_it(curated):
    for item in await every_item(curated, "/v1/sources?limit=100"):
        claim = max((claim for claim, _ in CITED[item["id"]]), key=lambda claim: claim["position"])
        source = next(source for other, source in CITED[item["id"]] if other is claim)
        for name in ("title", "publisher", "url", "kind", "published_on"):
            assert item[name] == source[name], item["id"]


async def test_a_source_names_each_claim_that_cites_it_and_what_for(curated):
    busiest = max(CITED, key=lambda source: len(CITED[source]))
    for id in (SOURCE, busiest):
        detail = (await curated.get(f"/v1/sources/{id}")).json()
        uses = sorted(CITED[id], key=lambda use: use[0]["id"])
        assert [citation["claim"] for citation in detail["citations"]] == [claim["id"] for claim, _ in uses]
        for citation, (claim, source) in zip(detail["citations"], uses, strict=True):
            assert citation["statement"] == claim["statement"]
            assert (citation["version"], citation["stance"]) == (1, source["stance"])
            assert (citation["quote"], citation["read_as"]) == (source.get("quote"), source["read_as"])


async def test_a_claim_s_sources_are_the_sources_there_are(curated):
    listed = set(ids(await every_item(curated, "/v1/sources?limit=100")))
    claims = await every_item(curated, "/v1/claims?limit=100")
    assert {source["id"] for claim in claims for source in claim["sources"]} == listed


async def test_as_of_a_position_only_the_citations_of_then_count(curated):
    then = {id for id, uses in CITED.items() if any(claim["position"] <= 10 for claim, _ in uses)}
    assert set(ids(await every_item(curated, "/v1/sources?limit=100&as_of=10"))) == then
    later = next(id for id in CITED if id not in then)
    assert_problem(await curated.get(f"/v1/sources/{later}?as_of=10"), 404)


async def test_a_version_that_drops_a_source_or_is_retracted_no_longer_cites_it(history):
    listed = {item["id"]: item for item in await every_item(history.api, "/v1/sources?limit=100")}
    newest = (await history.api.get(f"/v1/claims/{CHANGED}")).json()
    kept = {source["id"] for source in newest["sources"]}
    for id, uses in CITED.items():
        citing = {claim["id"] for claim, _ in uses} - {RETRACTED}
        if id not in kept:
            citing -= {CHANGED}
        assert listed.get(id, {"claims": 0})["claims"] == len(citing), id


async def test_a_source_nobody_cites_is_not_found(curated):
    assert_problem(await curated.get("/v1/sources/nobody-00000000"), 404)
