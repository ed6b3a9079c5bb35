"""One browser for all tests, and a context of its own for each of them."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser.chromium import launched, new_page


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
