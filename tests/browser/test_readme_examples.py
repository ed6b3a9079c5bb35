"""README's examples for front-end developers, in a browser on another origin."""

import asyncio
import re

from tests.browser.chromium import needs_chromium, watched
from tests.given import draft, published
from tests.serving import serving
from tests.test_readme import FETCH, README, patents, reading_twice

pytestmark = needs_chromium


async def test_the_fetch_example_reads_all_pages_on_another_origin(curated, page):
    assert FETCH.count("\n") <= 15
    witness = watched(page)
    await page.evaluate(f"(async () => {{ {reading_twice(curated.url)} }})()")
    *printed, unchanged = witness.printed
    assert printed == await patents(curated)
    assert len(printed) > 5
    assert unchanged == "true"


async def test_the_event_source_example_is_told_and_connects_again_by_itself(cluster, page):
    (example,) = (block for block in re.findall(r"```js\n(.*?)```", README, re.DOTALL) if "EventSource" in block)
    name = await cluster.new_database("bare")
    witness = watched(page)
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=5", longest_stream=2) as api:
        await page.evaluate(
            f"() => {{ {example.replace('http://127.0.0.1:8000', api.url)}; "
            "window.stop = () => changes.close(); changes.onopen = () => console.log('open') }"
        )
        for number in range(1, 4):
            while witness.printed.count("open") < number:
                await asyncio.sleep(0.05)
            await published(api.runtime.pool, draft(id=f"claim-{number}", topics=["patents"]))
        while len(witness.printed) < 6:
            await asyncio.sleep(0.05)
        await page.evaluate("stop()")
    told = [line for line in witness.printed if line != "open"]
    assert told == [f"claim-{number} is at version 1: created, minor" for number in range(1, 4)]
    await cluster.drop(name)
