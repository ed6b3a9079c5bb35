"""The reference page, in a real browser that can reach nothing but the API."""

import json

from playwright.async_api import expect

from service.app import ENDPOINTS
from tests.browser.chromium import needs_chromium, watched

pytestmark = needs_chromium
LISTED = [endpoint for endpoint in ENDPOINTS if endpoint.listed]
SHOWN = """() => [...document.querySelectorAll(".opblock")].filter(block => block.getClientRects().length).map(block =>
    [block.id, block.querySelector(".opblock-summary-description").innerText])"""


async def test_the_reference_shows_every_operation_offline(curated, page):
    contract = json.loads((await curated.get("/openapi.json")).content)
    witness = watched(page)
    await page.goto(f"{curated.url}/docs")
    await expect(page.locator(".opblock").nth(len(LISTED) - 1)).to_be_attached()
    shown = dict(await page.evaluate(SHOWN))
    for endpoint in LISTED:
        summary = contract["paths"][endpoint.path][endpoint.method.lower()]["summary"]
        said = shown.pop(f"operations-{endpoint.tag}-{endpoint.operation}")
        assert said == summary, endpoint.operation
    for message in contract["webhooks"].values():
        assert shown.pop(f"operations-webhooks-{message['post']['operationId']}") == message["post"]["summary"]
    assert shown == {}
    assert witness.elsewhere(curated.url) == []


async def test_an_operation_can_be_tried(curated, page):
    """A reader opens an operation, fills in an id, presses Execute and sees the claim."""
    witness = watched(page)
    await page.goto(f"{curated.url}/docs")
    operation = page.locator("#operations-Claims-get_claim")
    await operation.locator(".opblock-summary-control").click()
    await operation.locator("tr[data-param-name=id] input").fill("cn-ai-firms-6200")
    await operation.locator(".execute").click()
    answer = operation.locator(".live-responses-table .response")
    status = await answer.locator(".response-col_status").inner_text()
    body = await answer.locator(".response-col_description").inner_text()
    assert status.split()[0] == "200"
    claim = (await curated.get("/v1/claims/cn-ai-firms-6200")).json()
    assert claim["statement"] in body
    assert f"{curated.url}/v1/claims/cn-ai-firms-6200" in witness.requested
    assert witness.elsewhere(curated.url) == []


async def test_a_feed_s_example_is_shown_as_it_is(curated, page):
    await page.goto(f"{curated.url}/docs")
    operation = page.locator("#operations-Feeds-get_claims_atom")
    await operation.locator(".opblock-summary-control").click()
    shown = await operation.locator(".highlight-code").first.inner_text()
    assert '<feed xmlns="http://www.w3.org/2005/Atom"' in shown
