"""Every page and card stands in nobody's way, is light, keeps to itself, and fits the screen it is on.

axe-core holds them to WCAG 2.2 AA and to good practice: light and dark, at a desk and on a phone. Swagger UI, at /docs,
is not ours. All of it is one file, so that one process looks at each page once (see looking.py).
"""

import pytest

from tests.browser.chromium import DESKTOP, NARROW, PHONE, needs_chromium
from tests.browser.exhibits import EVERYTHING, PICTURED, shown, status_of
from tests.browser.looking import ALL_RULES, AXE, SCREENS, violations

pytestmark = needs_chromium
MOST_BYTES = 60_000


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_nothing_stands_in_anyone_s_way(path, gallery):
    look = await gallery.seen(path)
    assert (look.status, look.media_type) == (status_of(path), "text/html; charset=utf-8")
    assert look.violations == []


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_a_page_weighs_little_without_a_content_coding(path, gallery, exhibition):
    """One that is as long as anybody may write, with them: as every browser asks for it."""
    weight = (await gallery.seen(path)).weight
    if path == EVERYTHING["claim-long"]:
        answer = await exhibition.api.get(path, accept_encoding="gzip")
        assert answer.num_bytes_downloaded <= MOST_BYTES / 2
    else:
        assert sum(weight.values()) <= MOST_BYTES, weight


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_a_page_asks_nobody_else_sets_no_cookie_and_breaks_no_policy(path, gallery, exhibition):
    look = await gallery.seen(path)
    assert look.witness.elsewhere(exhibition.api.url) == []
    assert look.cookies == []
    told = [line for line in look.witness.complaints if f"responded with a status of {look.status}" in line]
    assert [line for line in look.witness.complaints if line not in told] == []
    assert len(told) == (look.status >= 400)  # which Chromium tells of a page that there is not, or is refused


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_nothing_is_wider_than_the_screen(path, gallery):
    overflow = (await gallery.seen(path)).overflow
    assert overflow == {screen["width"]: 0 for screen in (DESKTOP, PHONE, NARROW)}


@pytest.mark.parametrize(("name", "path"), PICTURED.items(), ids=PICTURED)
async def test_there_is_a_picture_to_look_at(name, path, gallery):
    await gallery.seen(path)
    for how in ("light", "dark", "phone"):
        assert (SCREENS / f"{name}-{how}.png").stat().st_size > 2000


async def test_axe_sees_what_is_wrong(page):
    await page.set_content("<html><title>A</title><body><img src='data:,'><p style='color:#aaa'>Pale</p></body></html>")
    await page.evaluate(AXE)
    found = await violations(page, ALL_RULES)
    assert {line.split(":")[0] for line in found} >= {"html-has-lang", "image-alt", "color-contrast"}
