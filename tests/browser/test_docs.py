"""The reference page, in a real browser that can reach nothing but the API."""

import asyncio
import os
import shutil

import pytest

from service.app import ENDPOINTS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="no Chromium on this machine; CI has one"
)


async def rendered(url: str, profile) -> str:
    """The page's document after its scripts ran, with every other host unreachable."""
    browser = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}",
        "--virtual-time-budget=20000",
        "--dump-dom",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    document, _ = await asyncio.wait_for(browser.communicate(), 120)
    return document.decode()


@needs_chromium
async def test_the_reference_shows_every_operation_offline(curated, tmp_path):
    document = await rendered(f"{curated.url}/docs", tmp_path)
    for endpoint in ENDPOINTS:
        if endpoint.listed:
            assert f"operations-{endpoint.tag}-{endpoint.operation}" in document, endpoint.operation


@needs_chromium
async def test_the_start_page_leads_to_the_reference(curated, tmp_path):
    assert 'class="swagger-ui"' in await rendered(f"{curated.url}/", tmp_path)
