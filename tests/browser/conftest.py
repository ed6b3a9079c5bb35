"""One browser for all tests, and a context of its own for each of them."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser.chromium import launched, new_page
from tests.browser.exhibits import hang
from tests.databases import Cluster
from tests.web.writing import Desk, desk_on


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of this run."""
    async with launched() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of someone who was never here."""
    async with new_page(browser) as page:
        yield page


@pytest.fixture(scope="session")
async def exhibition(cluster: Cluster) -> AsyncIterator[Desk]:
    """An API with a claim in every state, for tests that only look (see exhibits.py)."""
    async with desk_on(cluster) as desk:
        await hang(desk)
        yield desk
