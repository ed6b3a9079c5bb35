"""GET /embed/claims/{name}.svg and .png: a claim's card as a picture, drawn so that nothing runs out of it."""

import asyncio
import re

import pytest
from lxml import etree

from schemas.languages import Language
from service.rendering import card_picture
from tests.routes.by_hand import CURATED
from tests.routes.framed import HOSTILE, SVG, hostile, picture_of, size_of, text
from tests.web.asking import assert_problem
from tests.web.writing import created, revised

CLAIM = "cn-ai-firms-6200"
DRAWN = [Language.EN, Language.DE, Language.FR, Language.ES]
MAJOR = {"kind": "correction", "severity": "major", "note": "A new count."}


def written(picture: etree._Element) -> list[str]:
    """The lines of a picture, from above."""
    return [text(line) for line in picture.iter(f"{SVG}text")]


async def test_a_picture_says_the_claim_in_short(curated):
    claim = next(claim for claim in CURATED if claim["id"] == CLAIM)
    answer = await curated.get(f"/embed/claims/{CLAIM}@1.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    picture = etree.fromstring(answer.content)
    assert (picture.get("width"), picture.get("height")) == ("1200", "630")
    number, statement, label, sentence, said, foot, ours = written(picture)
    assert (number, statement, ours) == ("more than 6,200 firms", claim["statement"], "Citable")
    assert (label, sentence) == ("Verified, with caveats", "Right number, read the caveat.")
    assert said.startswith("Stated by @cryptogoos; originally")
    assert foot.startswith("As of version 1, ")
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "title described"
    assert picture.find(f"{SVG}title").text == claim["statement"]
    for part in (number, label, foot):
        assert part in picture.find(f"{SVG}desc").text
    assert {element.tag.removeprefix(SVG) for element in picture.iter()} == {
        "svg", "title", "desc", "rect", "circle", "text",
    }  # fmt: skip


async def test_a_picture_says_that_the_claim_was_changed_and_strikes_what_is_retracted(desk):
    claim = await desk.published()
    revised(await desk.editor.revise(claim["id"], {"quantity": {"value": "4200"}, "change": MAJOR}))
    notice, number, *_ = written(await picture_of(desk.api, f"{claim['id']}@1.svg"))
    assert re.fullmatch(r"Corrected on .+\. A new count\.", notice)
    assert number == "4,100 cranes"
    before = (await desk.api.get(f"/embed/claims/{claim['id']}@1.png")).content
    created(await desk.editor.retract(claim["id"]))
    picture = await picture_of(desk.api, f"{claim['id']}@1.svg")
    assert [text(e) for e in picture.iter() if e.get("text-decoration") == "line-through"] == ["4,100 cranes"]
    assert written(picture)[0].startswith("Retracted on ")
    assert "Retracted number: 4,100 cranes" in picture.find(f"{SVG}desc").text
    assert (await desk.api.get(f"/embed/claims/{claim['id']}@1.png")).content != before


async def test_a_png_is_the_svg_drawn_in_the_size_asked_for(curated):
    for query, size in [("", (1200, 630)), ("?width=1200", (1200, 630)), ("?width=600&theme=dark", (600, 315)),
                        ("?width=400&lang=fr", (400, 210))]:  # fmt: skip
        answer = await curated.get(f"/embed/claims/{CLAIM}@1.png{query}")
        assert answer.headers["content-type"] == "image/png"
        assert size_of(answer.content) == size
        assert len(answer.content) < 60_000
    for query in ("?width=500", "?width=0", "?width=1200000", "?width=a"):
        assert_problem(await curated.get(f"/embed/claims/{CLAIM}@1.png{query}"), 400, "width")
    assert_problem(await curated.get(f"/embed/claims/{CLAIM}@1.svg?width=400"), 400, "width")


async def test_a_png_is_english_where_its_letters_are_missing(curated):
    english = await curated.get(f"/embed/claims/{CLAIM}@1.png?lang=en")
    for language in ("zh", "hi"):
        answer = await curated.get(f"/embed/claims/{CLAIM}@1.png?lang={language}")
        assert answer.content == english.content
        assert answer.headers["content-language"] == "en"
        svg = await curated.get(f"/embed/claims/{CLAIM}@1.svg?lang={language}")
        assert svg.headers["content-language"] == f"{language}, en"
    assert (await curated.get(f"/embed/claims/{CLAIM}@1.png?lang=de")).content != english.content


async def test_an_ending_decides_whatever_is_accepted(curated):
    assert_problem(await curated.get(f"/embed/claims/{CLAIM}.png", Accept="text/html"), 406)
    assert_problem(await curated.get(f"/embed/claims/{CLAIM}", Accept="image/png"), 406)
    asked = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
    for extension in ("svg", "png"):
        assert (await curated.get(f"/embed/claims/{CLAIM}.{extension}", Accept=asked)).status_code == 200


async def test_whatever_an_author_writes_is_text(desk):
    claim = await hostile(desk)
    for name in (f"{claim['id']}@1.svg", f"{claim['id']}@2.svg?lang=hi", f"{claim['id']}.svg"):
        picture = await picture_of(desk.api, name)
        assert picture.find(f"{SVG}title").text == " ".join(HOSTILE)
        assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= {
            "svg", "title", "desc", "rect", "circle", "text",
        }  # fmt: skip
        assert "49" not in text(picture)
    assert size_of((await desk.api.get(f"/embed/claims/{claim['id']}@1.png")).content) == (1200, 630)


async def test_words_that_are_too_many_end_in_an_ellipsis(desk):
    long = await desk.published(statement="word " * 99 + "end")
    lines = written(await picture_of(desk.api, f"{long['id']}.svg"))
    assert any(line.endswith("word…") for line in lines)
    unbroken = await desk.published(statement="W" * 500, quantity__unit="m" * 500)
    assert size_of((await desk.api.get(f"/embed/claims/{unbroken['id']}.png")).content) == (1200, 630)


async def test_drawing_again_is_spared_when_another_claim_changes(desk):
    claim, other = await desk.published(), await desk.published()
    path = f"/embed/claims/{claim['id']}@1.png"
    before = await desk.api.get(path)
    drawn = card_picture.png.cache_info().misses
    revised(await desk.editor.revise(other["id"], {"quantity": {"value": "4200"}, "change": MAJOR}))
    assert (await desk.api.get(path)).headers["etag"] == before.headers["etag"]
    assert (await desk.api.get(f"{path}?theme=light")).content == before.content
    assert card_picture.png.cache_info().misses == drawn


async def test_nobody_waits_for_a_database_connection_while_pictures_are_drawn(curated):
    names = [f"{claim['id']}.png?width=400" for claim in CURATED[:12]]
    answers = await asyncio.gather(*(curated.get(f"/embed/claims/{name}") for name in names))
    assert {size_of(answer.content) for answer in answers} == {(400, 210)}


@pytest.mark.parametrize("language", DRAWN)
async def test_no_sentence_of_ours_is_cut(language, curated):
    seen = set()
    for claim in CURATED:
        if claim["verification"]["status"] not in seen:
            seen.add(claim["verification"]["status"])
            lines = written(await picture_of(curated, f"{claim['id']}.svg?lang={language}"))
            label, sentence = lines[-5:-3]
            assert not label.endswith("…")
            assert not sentence.endswith("…"), sentence
