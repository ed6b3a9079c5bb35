"""Every page and card is light, keeps to itself, and fits the screen it is on."""

import pytest

from tests.browser.chromium import DESKTOP, NARROW, PHONE, needs_chromium
from tests.browser.exhibits import EVERYTHING, PICTURED, shown
from tests.browser.looking import SCREENS

pytestmark = needs_chromium
MOST_BYTES = 60_000


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_a_page_weighs_little_without_a_content_coding(path, gallery):
    weight = (await gallery.seen(path)).weight
    assert sum(weight.values()) <= MOST_BYTES, weight


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_a_page_asks_nobody_else_sets_no_cookie_and_breaks_no_policy(path, gallery, exhibition):
    look = await gallery.seen(path)
    assert look.witness.elsewhere(exhibition.api.url) == []
    assert look.cookies == []
    missing = [line for line in look.witness.complaints if f"status of {look.status}" in line]  # Chromium tells of 404s
    assert [line for line in look.witness.complaints if line not in missing] == []
    assert len(missing) == (look.status == 404)


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_nothing_is_wider_than_the_screen(path, gallery):
    overflow = (await gallery.seen(path)).overflow
    assert overflow == {screen["width"]: 0 for screen in (DESKTOP, PHONE, NARROW)}


@pytest.mark.parametrize(("name", "path"), PICTURED.items(), ids=PICTURED)
async def test_there_is_a_picture_to_look_at(name, path, gallery):
    await gallery.seen(path)
    for how in ("light", "dark", "phone"):
        assert (SCREENS / f"{name}-{how}.png").stat().st_size > 2000
