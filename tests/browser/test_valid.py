"""Every page and card is valid HTML, with valid CSS and no id twice, and every picture of a card valid SVG."""

import re
from pathlib import Path

from schemas.addresses import measure_chart
from tests.browser.checker import complaints, needs_checker
from tests.browser.exhibits import CARDS, MISSING, MISSING_CARDS, PAGES, PASTED, REFUSED, status_of
from tests.web.writing import Desk

HTML = {"accept": "text/html"}


async def gather(exhibition: Desk, addresses: dict[str, str], folder: Path) -> None:
    """Puts pages into a folder, and the style sheets they link to."""
    client = exhibition.api.client
    for name, path in addresses.items():
        if path in PASTED:
            answer = await client.post(path.partition("#")[0], data={"text": PASTED[path]}, headers=HTML)
        else:
            answer = await client.get(path, headers=HTML)
        assert answer.status_code == status_of(path), path
        assert answer.headers["content-type"].startswith("text/html"), path
        (folder / f"{name}.html").write_bytes(answer.content)
        for sheet in re.findall(r'<link [^>]*rel="stylesheet"[^>]* href="([^"]+)"', answer.text):
            (folder / f"{sheet.rsplit('/', 1)[-1].split('?')[0]}").write_bytes((await client.get(sheet)).content)


@needs_checker
async def test_every_page_is_valid(exhibition, tmp_path):
    await gather(exhibition, {**PAGES, **REFUSED, **MISSING}, tmp_path)
    assert await complaints(tmp_path) == []


@needs_checker
async def test_every_card_is_valid_and_so_is_its_picture(exhibition, tmp_path):
    await gather(exhibition, {**CARDS, **MISSING_CARDS}, tmp_path)
    for name, path in CARDS.items():
        address, _, asked = path.partition("?")
        picture = await exhibition.api.client.get(f"{address}.svg?{asked}".removesuffix("?"))
        assert picture.status_code == 200, path
        (tmp_path / f"{name}.svg").write_bytes(picture.content)
    assert await complaints(tmp_path) == []


@needs_checker
async def test_every_chart_is_valid(exhibition, tmp_path):
    for name in ("measure", "measure-of-one"):
        chart = await exhibition.api.client.get(measure_chart(PAGES[name].rsplit("/", 1)[-1]))
        assert chart.status_code == 200
        (tmp_path / f"{name}.svg").write_bytes(chart.content)
    assert await complaints(tmp_path) == []


@needs_checker
async def test_the_checker_sees_what_is_wrong(tmp_path):
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><title>A</title><style>a{colour:red}</style><p id=a>A<p id=a>B<img src=a>"
    )
    (tmp_path / "sheet.css").write_text("a { color: rred }")
    (tmp_path / "picture.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle raduis="1"/></svg>')
    found = await complaints(tmp_path)
    assert {line.split(":")[0] for line in found} == {"page.html", "sheet.css", "picture.svg"}
    assert any("Duplicate ID" in line for line in found)
    assert any("colour" in line for line in found)
