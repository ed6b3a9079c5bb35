"""Numbers in the language of whoever asks: in answers about claims, and nowhere a version is meant."""

import msgspec
import pytest

from schemas.claims import Claim, ClaimVersion
from schemas.languages import Language
from service.rendering.claims import for_readers
from tests.given import PLAIN, record_of
from tests.web.asking import CLAIM, MEASURE

TEN_BILLION = "/v1/claims?ids=cn-open-models-10bn-downloads"
SAID = {
    "en": "more than 10 billion downloads",
    "de": "mehr als 10 Milliarden Downloads",
    "fr": "plus de 10 milliards de téléchargements",
    "es": "más de 10.000 millones de descargas",
    "zh": "超过100亿次下载",
    "hi": "10 अरब से अधिक डाउनलोड",
}


@pytest.mark.parametrize("language", Language)
async def test_a_claim_says_its_number_in_the_language_asked_for(language, curated):
    listed = await curated.get(TEN_BILLION, accept_language=language)
    alone = await curated.get("/v1/claims/cn-open-models-10bn-downloads", accept_language=language)
    (claim,) = listed.json()["items"]
    measure = await curated.get(f"/v1/measures/{claim['measure']}", accept_language=language)
    assert claim == alone.json()
    assert claim in measure.json()["items"]
    assert claim["quantity"]["display"] == SAID[language]
    assert list(claim["quantity"])[-1] == "display"
    for answer in (listed, alone, measure):
        assert answer.headers["content-language"] == ("en" if language == "en" else f"{language}, en")


async def test_a_finding_without_a_number_has_nothing_to_say(curated):
    finding = (await curated.get("/v1/claims/us-labour-market-no-ai-disruption-yale")).json()
    assert finding["quantity"]["value"] is None
    assert finding["quantity"]["display"] is None


async def test_a_claim_is_its_version_with_its_number_in_words_besides(curated):
    answer = await curated.get(f"/v1/claims/{CLAIM}", accept_language="de")
    version = await curated.get(answer.headers["content-location"], accept_language="de")
    assert record_of(answer.json()) == version.json()
    assert list(answer.json()) == list(version.json())


@pytest.mark.parametrize(
    "path",
    [f"/v1/claims/{CLAIM}/versions", f"/v1/claims/{CLAIM}/versions/1", "/v1/changes?limit=2", "/v1/corrections",
     f"/v1/claims/{CLAIM}/diff?from=1&to=1", "/feeds/claims.json?limit=2", "/v1/topics", "/v1/measures"],
)  # fmt: skip
async def test_what_is_about_versions_is_the_same_in_every_language(path, curated):
    one, other = await curated.get(path), await curated.get(path, accept_language="de")
    assert one.content == other.content
    assert one.headers["etag"] == other.headers["etag"]
    assert other.headers["content-language"] == "en"
    assert b'"display"' not in other.content


async def test_the_lines_of_the_log_are_records(curated):
    lines = (await curated.get("/v1/changes?limit=2", accept="application/x-ndjson", accept_language="de")).text
    assert "display" not in lines


async def test_who_asks_for_an_instant_is_sent_to_a_version_whatever_they_speak(curated):
    fields = {"accept_datetime": "Fri, 01 Jan 2100 00:00:00 GMT", "accept_language": "de"}
    for path in (f"/v1/claims/{CLAIM}",):
        answer = await curated.get(path, **fields)
        assert answer.status_code == 302
        assert answer.headers["location"] == f"{path}/versions/1"


async def test_languages_of_one_page_go_on_with_the_same_cursor(curated):
    first = (await curated.get(f"/v1/claims?measure={MEASURE}&limit=2", accept_language="de")).json()
    again = (await curated.get(f"/v1/claims?measure={MEASURE}&limit=2")).json()
    assert first["next"] == again["next"]


def test_a_claim_is_put_together_as_its_type_says():
    """What is kept is put into an answer as it stands: the bytes are those of the type that the contract is made of."""
    placed = {**PLAIN, "version": 1, "position": 1, "recorded_at": "2026-11-23T12:00:00Z", "digest": "0" * 64}
    placed["statement"] = '\u00e9 \U0001f6a2 \\ " </script> {} ,"quantity":{}'
    placed["scope"] = placed["statement"] * 30
    body = msgspec.json.encode(msgspec.convert(placed, ClaimVersion))
    for language in Language:
        claim = bytes(for_readers(msgspec.Raw(body), language))
        read = msgspec.json.decode(claim, type=Claim)
        assert msgspec.json.encode(read) == claim
        assert record_of(msgspec.json.decode(claim)) == msgspec.json.decode(body)
        assert claim.partition(b'"quantity"')[0] == body.partition(b'"quantity"')[0]
