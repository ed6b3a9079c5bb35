"""GET /v1/claims/{id}/citation."""

import pytest
import rispy
from pybtex.database import parse_string

from schemas.citations import CitationStyle
from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import CLAIM, assert_problem

MEDIA = {
    "text/plain": "text/plain; charset=utf-8",
    "application/vnd.citationstyles.csl+json": "application/vnd.citationstyles.csl+json",
    "application/x-bibtex": "application/x-bibtex; charset=utf-8",
    "application/x-research-info-systems": "application/x-research-info-systems; charset=utf-8",
}
STYLES = dict(zip(("apa", "csl-json", "bibtex", "ris"), MEDIA, strict=True)) | {"ap": "text/plain"}


@pytest.mark.parametrize("style", list(CitationStyle))
async def test_every_style_names_version_day_and_permanent_address(curated, style):
    claim = (await curated.get(f"/v1/claims/{CLAIM}")).json()
    response = await curated.get(f"/v1/claims/{CLAIM}/citation?style={style}")
    assert response.headers["content-type"] == MEDIA[STYLES[style]]
    assert "version" in response.text.lower()
    assert f"/claims/{CLAIM}@{claim['version']}" in response.text
    assert claim["recorded_at"][:4] in response.text


@pytest.mark.parametrize("accept", MEDIA)
async def test_accept_chooses_as_the_style_does(curated, accept):
    style = next(style for style, media in STYLES.items() if media == accept)
    by_type = await curated.get(f"/v1/claims/{CLAIM}/citation", accept=accept)
    by_name = await curated.get(f"/v1/claims/{CLAIM}/citation?style={style}")
    assert by_type.content == by_name.content
    assert by_type.headers["content-type"] == MEDIA[accept]
    assert "Accept" in by_type.headers["vary"]


async def test_without_a_wish_it_is_apa(curated):
    plain = await curated.get(f"/v1/claims/{CLAIM}/citation")
    assert plain.text == (await curated.get(f"/v1/claims/{CLAIM}/citation?style=apa")).text
    assert plain.text.startswith("Citable. (20")


async def test_a_style_that_is_not_taken_is_not_sent(curated):
    asked = f"/v1/claims/{CLAIM}/citation?style=bibtex"
    assert_problem(await curated.client.get(asked, headers={"Accept": "text/plain"}), 406)
    assert (await curated.get(asked, accept="text/plain, */*;q=0.1")).status_code == 200


async def test_another_version_is_cited_with_the_newest_named(history):
    newest = history.added[-1]
    address = f"/v1/claims/{CHANGED}/citation?style=bibtex"
    one, now = await history.api.get(f"{address}&version=1"), await history.api.get(address)
    (first,) = parse_string(one.text, "bibtex").entries.values()
    (last,) = parse_string(now.text, "bibtex").entries.values()
    assert (first.fields["version"], last.fields["version"]) == ("1", str(newest.version))
    assert f"There is a newer version, {newest.version}, of " in first.fields["note"]
    assert "newer version" not in last.fields["note"]
    then = await history.api.get(f"{address}&as_of={history.added[0].position}")
    (second,) = parse_string(then.text, "bibtex").entries.values()
    assert second.fields["version"] == "2"
    assert "newer version" not in second.fields["note"]


@pytest.mark.parametrize("asked", ["", "&version=1"])
async def test_a_retracted_claim_is_cited_as_such(history, asked):
    response = await history.api.get(f"/v1/claims/{RETRACTED}/citation?style=ris{asked}")
    (record,) = rispy.loads(response.text)
    assert record["title"].startswith("RETRACTED: ")
    assert "It was wrong." in record["notes"][0]
    before = await history.api.get(f"/v1/claims/{RETRACTED}/citation?as_of={history.retraction.position - 1}")
    assert "RETRACTED" not in before.text


async def test_what_is_not_there_is_not_cited(curated):
    assert_problem(await curated.client.get("/v1/claims/nobody-said-this/citation"), 404)
    assert_problem(await curated.client.get(f"/v1/claims/{CLAIM}/citation?version=99"), 404)
    assert_problem(await curated.client.get(f"/v1/claims/{CLAIM}/citation?style=mla"), 400, "style")
    assert_problem(await curated.client.get(f"/v1/claims/{CLAIM}/citation?version=0"), 400, "version")
