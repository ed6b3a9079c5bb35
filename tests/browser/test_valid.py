"""Every page and card is valid HTML, with valid CSS and no id twice, and every picture of a card valid SVG."""

import re

from tests.browser.checker import complaints, needs_checker
from tests.browser.exhibits import CARDS, EVERYTHING, status_of

HTML = {"accept": "text/html"}
KNOWN = re.compile(r"^$")


@needs_checker
async def test_every_page_and_card_is_valid(exhibition, tmp_path):
    client = exhibition.api.client
    for name, path in EVERYTHING.items():
        answer = await client.get(path, headers=HTML)
        assert answer.status_code == status_of(path), path
        (tmp_path / f"{name}.html").write_bytes(answer.content)
        for number, sheet in enumerate(re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text)):
            (tmp_path / f"{name}-{number}.css").write_bytes((await client.get(sheet)).content)
    for name, path in CARDS.items():
        picture = await client.get(path.replace("?", ".svg?") if "?" in path else f"{path}.svg")
        assert picture.status_code == 200, path
        (tmp_path / f"{name}.svg").write_bytes(picture.content)
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
