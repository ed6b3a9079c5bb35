"""Every page and card is held to WCAG 2.2 AA and good practice by axe-core: light and dark, at a desk and on a phone.

Swagger UI, at /docs, is not ours.
"""

import pytest

from tests.browser.chromium import needs_chromium
from tests.browser.exhibits import EVERYTHING, shown, status_of
from tests.browser.looking import ALL_RULES, AXE, violations

pytestmark = needs_chromium


@pytest.mark.parametrize(**shown(EVERYTHING))
async def test_nothing_stands_in_anyone_s_way(path, gallery):
    look = await gallery.seen(path)
    assert (look.status, look.media_type) == (status_of(path), "text/html; charset=utf-8")
    assert look.violations == []


async def test_axe_sees_what_is_wrong(page):
    await page.set_content("<html><title>A</title><body><img src='data:,'><p style='color:#aaa'>Pale</p></body></html>")
    await page.evaluate(AXE)
    found = await violations(page, ALL_RULES)
    assert {line.split(":")[0] for line in found} >= {"html-has-lang", "image-alt", "color-contrast"}
