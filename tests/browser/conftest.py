"""One browser for all tests, and a context of its own for each of them."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser.chromium import launched, new_page
from tests.browser.exhibits import hang
from tests.browser.hosting import Newsroom, newsroom_open
from tests.browser.looking import Gallery, gallery_open
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


@pytest.fixture(scope="session")
async def gallery(browser: Browser, exhibition: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Gallery]:
    """What was seen of the pages that the tests of this run ask about."""
    asking = [item for item in request.session.items if "gallery" in item.fixturenames]
    paths = {item.callspec.params["path"]: None for item in asking}  # in their order
    async with gallery_open(browser, exhibition.api.url, paths) as gallery:
        yield gallery


@pytest.fixture(scope="session")
def newsroom() -> Iterator[Newsroom]:
    """A site on an origin of its own that embeds claims."""
    with newsroom_open() as newsroom:
        yield newsroom
