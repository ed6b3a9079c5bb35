"""The reference page, in a real browser that can reach nothing but the API."""

import json

from service.app import ENDPOINTS
from tests.browser.chromium import chromium, needs_chromium

LISTED = [endpoint for endpoint in ENDPOINTS if endpoint.listed]
SHOWN = """[...document.querySelectorAll(".opblock")].filter(block => block.getClientRects().length).map(block =>
    [block.id, block.querySelector(".opblock-summary-description").innerText])"""


@needs_chromium
async def test_the_reference_shows_every_operation_offline(curated, tmp_path):
    contract = json.loads((await curated.get("/openapi.json")).content)
    async with chromium(tmp_path) as page:
        await page.go(f"{curated.url}/docs")
        await page.becomes(f"document.querySelectorAll('.opblock').length >= {len(LISTED)}")
        shown = dict(await page.run(SHOWN))
    for endpoint in LISTED:
        summary = contract["paths"][endpoint.path][endpoint.method.lower()]["summary"]
        said = shown.pop(f"operations-{endpoint.tag}-{endpoint.operation}")
        assert said == summary, endpoint.operation
    for message in contract["webhooks"].values():
        assert shown.pop(f"operations-webhooks-{message['post']['operationId']}") == message["post"]["summary"]
    assert shown == {}
    assert [url for url in page.requested if not url.startswith((curated.url, "data:"))] == []


@needs_chromium
async def test_an_operation_can_be_tried(curated, tmp_path):
    """A reader opens an operation, fills in an id, presses Execute and sees the claim."""
    operation = "document.querySelector('#operations-Claims-get_claim')"
    async with chromium(tmp_path) as page:
        await page.go(f"{curated.url}/docs")
        await page.becomes(f"Boolean({operation})")
        await page.run(f"{operation}.querySelector('.opblock-summary-control').click()")
        await page.becomes(f"Boolean({operation}.querySelector('tr[data-param-name=id] input'))")
        await page.run(f"{operation}.querySelector('tr[data-param-name=id] input').focus()")
        await page.type("cn-ai-firms-6200")
        await page.run("document.activeElement.blur()")  # as a click elsewhere does
        await page.run(f"{operation}.querySelector('.execute').click()")
        answer = f"{operation}.querySelector('.live-responses-table .response')"
        status, body = await page.becomes(
            f"{answer} && ['.response-col_status', '.response-col_description'].map(part =>"
            f" {answer}.querySelector(part).innerText)"
        )
    assert status.split()[0] == "200"
    claim = (await curated.get("/v1/claims/cn-ai-firms-6200")).json()
    assert claim["statement"] in body
    assert f"{curated.url}/v1/claims/cn-ai-firms-6200" in page.requested
    assert [url for url in page.requested if not url.startswith((curated.url, "data:"))] == []


@needs_chromium
async def test_a_feed_s_example_is_shown_as_it_is(curated, tmp_path):
    operation = "document.querySelector('#operations-Feeds-get_claims_atom')"
    async with chromium(tmp_path) as page:
        await page.go(f"{curated.url}/docs")
        await page.becomes(f"Boolean({operation})")
        await page.run(f"{operation}.querySelector('.opblock-summary-control').click()")
        shown = await page.becomes(f"{operation}.querySelector('.highlight-code')?.innerText")
    assert '<feed xmlns="http://www.w3.org/2005/Atom"' in shown


@needs_chromium
async def test_the_start_page_leads_to_the_reference(curated, tmp_path):
    async with chromium(tmp_path) as page:
        await page.go(f"{curated.url}/")
        await page.becomes("Boolean(document.querySelector('.swagger-ui'))")
        assert await page.run("location.pathname") == "/docs"
