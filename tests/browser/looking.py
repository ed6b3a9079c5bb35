"""A look at a page as many people see it: light and dark, at a desk, on a phone and on the narrowest screen.

Each page is looked at once, and what was seen is kept for every test that asks about it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Browser, BrowserContext, Page, Response

from tests.browser.chromium import DESKTOP, NARROW, PHONE, Witness, new_context, watched
from tests.browser.exhibits import PICTURED, come_to

SCREENS = Path(__file__).parents[2] / "build" / "screens"
"""Where pictures of what was seen are put, for people to look at."""

AXE = AXE_FILE_PATH.read_text()
ALL_RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
OF_APPEARANCE = {"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}
"""What depends on colours and sizes together; the other rules ask about one of them at most."""

SITUATIONS = (
    ("light", DESKTOP, ALL_RULES),
    ("dark", DESKTOP, OF_APPEARANCE),
    ("light", PHONE, OF_APPEARANCE),
    ("dark", PHONE, ALL_RULES),
)
FRAME = {"width": 600, "height": 160}
"""What a card is pictured in: as wide as embeds are, and no higher than it needs."""

HIGHEST = 6000
"""The most of a page that is pictured, in CSS pixels."""

WEIGHED = ("text/html", "text/css", "text/javascript")


@dataclass
class Look:
    """What was seen of a page."""

    status: int
    media_type: str
    witness: Witness
    weight: dict[str, int] = field(default_factory=dict)
    """Bytes of each document, style sheet and script, as they are without a content coding."""
    cookies: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """What axe found wrong, in which situation, with the element and why."""
    overflow: dict[int, int] = field(default_factory=dict)
    """By the width of the screen: how many pixels more the page takes."""


class Gallery:
    """Pages that are looked at two at a time, each once, before they are asked for.

    All of them are looked at by one reader with a desk, who has axe, and the pictured ones by one with a phone.
    """

    def __init__(self, desk: BrowserContext, phone: BrowserContext, origin: str, paths: Iterable[str]) -> None:
        self._two = asyncio.Semaphore(2)
        self._desk, self._phone, self._origin = desk, phone, origin
        self._names = {path: name for name, path in PICTURED.items()}
        self._looks = {path: asyncio.create_task(self._look(path)) for path in paths}

    async def seen(self, path: str) -> Look:
        """What was seen of a page."""
        return await self._looks[path]

    async def close(self) -> None:
        """Looks no more."""
        for look in self._looks.values():
            look.cancel()
        await asyncio.gather(*self._looks.values(), return_exceptions=True)

    async def _look(self, path: str) -> Look:
        async with self._two:
            page = await self._desk.new_page()
            seen = await look(page, self._origin + path)
            name = self._names.get(path)
            if name is not None:
                await picture(page, name)
                await self._picture_on_a_phone(path, name)
            await page.close()
            return seen

    async def _picture_on_a_phone(self, path: str, name: str) -> None:
        page = await self._phone.new_page()
        await come_to(page, self._origin + path)
        await _photograph(page, f"{name}-phone")
        await page.close()


@asynccontextmanager
async def gallery_open(browser: Browser, origin: str, paths: Iterable[str]) -> AsyncIterator[Gallery]:
    """Looks at pages until the block ends, and puts pictures into `SCREENS`, where none of an earlier run are left."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for name in PICTURED:
        for earlier in SCREENS.glob(f"{name}-*.png"):
            earlier.unlink()
    phone = new_context(browser, viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True)
    async with new_context(browser) as at_desk, phone as on_phone:
        await at_desk.add_init_script(AXE)
        gallery = Gallery(at_desk, on_phone, origin, paths)
        try:
            yield gallery
        finally:
            await gallery.close()


async def look(page: Page, url: str) -> Look:
    """Goes to a page, in a context that has axe, and looks at it."""
    responses: list[Response] = []
    witness = watched(page)
    page.on("response", lambda response: responses.append(response))
    answer = await come_to(page, url)
    seen = Look(answer.status, answer.headers["content-type"], witness)
    for response in responses[responses.index(answer) :]:  # what came before was only the way there
        if response.headers.get("content-type", "").startswith(WEIGHED):
            seen.weight[response.url] = len(await response.body())
        if "set-cookie" in response.headers:
            seen.cookies.append(response.headers["set-cookie"])
    seen.cookies += [str(cookie) for cookie in await page.context.cookies()]
    for scheme, viewport, rules in SITUATIONS:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size(viewport)
        seen.violations += [f"{scheme}, {viewport['width']}: {line}" for line in await violations(page, rules)]
    for viewport in (PHONE, NARROW, DESKTOP):
        await page.set_viewport_size(viewport)
        needed = await page.evaluate("document.documentElement.scrollWidth")
        seen.overflow[viewport["width"]] = needed - viewport["width"]
    return seen


async def picture(page: Page, name: str) -> None:
    """Puts pictures of a page into `SCREENS`, light and dark."""
    await page.set_viewport_size(FRAME if "/embed/" in page.url else DESKTOP)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await _photograph(page, f"{name}-{scheme}")


async def _photograph(page: Page, name: str) -> None:
    """The whole of a page, but of an endless one its beginning."""
    wide, high = await page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": wide, "height": min(high, HIGHEST)}
    await page.screenshot(path=SCREENS / f"{name}.png", full_page=True, clip=clip)


async def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds wrong with a page that has its script, each with the elements and why."""
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = await page.evaluate("options => axe.run(options)", options)
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
