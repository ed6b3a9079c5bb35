"""GET /v1/measures/{id}/chart.svg."""

import asyncio
from xml.etree import ElementTree

import pytest

from schemas.citations import CitationStyle
from schemas.failures import Overloaded
from service.drawing import WAITING, Drawing
from tests.hostile import HOSTILE
from tests.routes.conftest import CHANGED, RETRACTED
from tests.web.asking import CLAIM, MEASURE, assert_problem, revise
from tests.web.writing import Desk

CHART = f"/v1/measures/{MEASURE}/chart.svg"
SVG = "{http://www.w3.org/2000/svg}"


def marks(response) -> list[str]:
    """What each mark is, said in words."""
    root = ElementTree.fromstring(response.content)
    return [one.text or "" for one in root.iter(f"{SVG}title")][1:]


async def test_a_measure_is_a_picture_that_says_in_words_what_it_shows(curated):
    response = await curated.get(CHART)
    assert response.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["link"] == f'</v1/measures/{MEASURE}>; rel="describedby"; type="application/json"'
    root = ElementTree.fromstring(response.content)
    assert root.get("role") == "img"
    said = root.find(f"{SVG}desc").text
    published = (await curated.get(f"/v1/measures/{MEASURE}")).json()
    assert said.startswith(f"{published['label']}. {len(published['items'])} claims from ")
    assert len(marks(response)) == len(published["items"])


async def test_it_has_a_ground_a_width_and_a_marked_claim(curated):
    plain = await curated.get(CHART)
    others = [await curated.get(f"{CHART}?{asked}") for asked in ("theme=dark", "width=narrow", f"claim={CLAIM}")]
    assert len({response.content for response in (plain, *others)}) == 4
    assert ElementTree.fromstring(others[1].content).get("width") == "360"
    assert (await curated.get(f"{CHART}?claim=nobody-said-this")).content == plain.content


async def test_every_measure_there_is_has_one(curated):
    async def drawn(address: str) -> None:
        after = await curated.get(address)
        for item in after.json()["items"][::5]:
            response = await curated.get(f"/v1/measures/{item['id']}/chart.svg?width=narrow")
            assert response.status_code == 200
            ElementTree.fromstring(response.content)

    await drawn("/v1/measures?limit=100")


async def test_it_is_as_of_then_and_leaves_out_what_is_retracted(history):
    api, last = history.api, history.added[-1]
    address = f"/v1/measures/{last.measure}/chart.svg"
    now, before = await api.get(address), await api.get(f"{address}?as_of=175")
    statements = [claim["statement"] for claim in (await api.get(f"/v1/measures/{last.measure}")).json()["items"]]
    assert sorted(text.partition(": ")[2] for text in marks(now)) == sorted(statements)
    assert last.statement in statements
    withdrawn = (await api.get(f"/v1/claims/{RETRACTED}")).json()["statement"]
    assert not any(withdrawn in text for text in marks(now))
    assert any(withdrawn in text for text in marks(before))
    assert not any(last.statement in text for text in marks(before))
    assert last.id == CHANGED


async def test_a_commit_elsewhere_leaves_it_as_it_was(history):
    first = await history.api.get(CHART)
    await revise(history.api, ["ai-incidents-233-2024"], lambda draft: draft)
    again = await history.api.get(CHART)
    assert again.headers["etag"] == first.headers["etag"]
    known = await history.api.get(CHART, if_none_match=first.headers["etag"])
    assert known.status_code == 304


async def test_a_measure_without_numbers_has_one_that_says_so(desk: Desk, topic):
    await desk.published(quantity={"unit": "finding"}, measure=f"{topic}-uncounted")
    response = await desk.api.get(f"/v1/measures/{topic}-uncounted/chart.svg")
    assert response.status_code == 200
    assert "No published claim of it has a number" in response.text


@pytest.mark.parametrize("text", HOSTILE[:6])
async def test_hostile_claims_are_texts_wherever_they_are_told(desk: Desk, text, topic):
    made = await desk.verified(statement=text, attributed_to=text, scope=text, measure=f"{topic}-hostile")
    page = f"/v1/claims/{made['id']}"
    picture = await desk.api.get(f"/v1/measures/{topic}-hostile/chart.svg")
    assert marks(picture) == [f"4,100: {text}"]
    review = await desk.api.get(f"{page}/claim-review")
    assert review.json()["itemReviewed"]["text"] == text
    for style in CitationStyle:
        cited = await desk.api.get(f"{page}/citation?style={style}")
        assert cited.status_code == 200
        assert cited.headers["x-content-type-options"] == "nosniff"
        assert "html" not in cited.headers["content-type"]


@pytest.mark.parametrize("asked", ["theme=sepia", "width=720", "claim=NO", "as_of=999999999", "limit=3"])
async def test_what_it_does_not_know_is_refused(curated, asked):
    assert_problem(await curated.client.get(f"{CHART}?{asked}"), 400, asked.partition("=")[0])


async def test_no_measure_has_no_picture(curated):
    assert_problem(await curated.client.get("/v1/measures/nothing-measured/chart.svg"), 404)


async def test_one_is_drawn_at_a_time_once_for_all_and_not_for_too_many():
    drawing, under_way, most = Drawing(), 0, 0

    def draw() -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        under_way -= 1
        drawn.append(1)
        return b"picture"

    drawn: list[int] = []
    same = await asyncio.gather(*(drawing.drawn("same", draw) for _ in range(WAITING)))
    assert set(same) == {b"picture"}
    assert len(drawn) == 1
    many = await asyncio.gather(*(drawing.drawn(key, draw) for key in range(3 * WAITING)), return_exceptions=True)
    assert len([one for one in many if isinstance(one, Overloaded)]) == 2 * WAITING
    assert most == 1
