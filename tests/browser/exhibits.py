"""Every page and card there is, of claims in every state they can be in: what each test of pages goes through.

Some answer a text that is pasted into the form at their address, which names it behind a `#`.
"""

import asyncio

from playwright.async_api import Page, Response

from schemas.addresses import claim_card, claim_page, measure_page
from tests.web.writing import REASON, SUPPORT, VERDICT, Desk, claim, created, relation

OF_STATUS = {
    "unverified": "cn-open-models-10bn-downloads",
    "verified": "deepseek-v3-final-run-5-576m",
    "caveats": "cn-ai-firms-6200",
    "disputed": "openrouter-cn-token-share-46pct",
    "refuted": "deepseek-built-for-6m-total",
    "between": "us-data-centres-6-7-to-12pct-2028",
    "wordless": "us-labour-market-no-ai-disruption-yale",
    "superseded": "cn-share-hf-downloads-17pct",
}
"""Curated claims: of each status, with a number between two, with none, and replaced by a newer claim."""

REVISED, RETRACTED, LONG = "cranes-revised", "cranes-retracted", "cranes-long"
LONGEST_WORD = "Hafenkranautomatisierungsgeschwindigkeitsmessungsverordnung"

CURATED_PAGES = {f"claim-{state}": claim_page(id) for state, id in OF_STATUS.items()}
CURATED_CARDS = {f"card-{state}": claim_card(id) for state, id in OF_STATUS.items()}

PASTED: dict[str, str] = {
    "/check#mixed": "China is home to more than 6,200 AI firms and holds 85% of the world's AI patents.\n\nDeepSeek "
    "was built for $6 million; its final training run cost $5.576 million. ChatGPT has 800 million weekly users. The "
    "12 AI patent offices of China employ 4,000 clerks. The start-up behind the report employs 320 people in Oslo.",
    "/check#long": f"China's {LONGEST_WORD * 4} has 6,200 AI firms and 4,{'000,' * 30}000 of {LONGEST_WORD * 3}.\n" * 3,
    "/check#refused": " \n ",
}
"""What is pasted at some of these addresses, and then sent."""

PAGES: dict[str, str] = {
    "home": "/",
    "search": "/?q=patents",
    "search-filtered": "/?status=disputed&topic=patents",
    "search-nothing": "/?q=zzzzqqqq",
    **CURATED_PAGES,
    "claim-revised": claim_page(REVISED),
    "claim-stale": claim_page(REVISED, 1),
    "claim-pinned": claim_page(REVISED, 2),
    "claim-retracted": claim_page(RETRACTED),
    "claim-retracted-stale": claim_page(RETRACTED, 1),
    "claim-long": claim_page(LONG),
    "measure": measure_page("china-share-of-world-ai-patents"),
    "measure-of-one": measure_page("parameters-of-gpt-4"),
    "corrections": "/corrections",
    "verification": "/about/verification",
    "check": "/check",
    "check-example": "/check?example=1",
    "check-mixed": "/check#mixed",
    "check-long": "/check#long",
    "problem": "/problems/not-found",
}
"""Pages for people that are found, by what they are called here."""

MISSING: dict[str, str] = {
    "missing-page": "/nowhere",
    "missing-claim": claim_page("nothing-of-the-sort"),
    "missing-version": claim_page(REVISED, 99),
    "missing-measure": measure_page("nothing-of-the-sort"),
}
"""Pages that say there is nothing."""

REFUSED: dict[str, str] = {"check-refused": "/check#refused"}
"""Pages that say why what was sent was refused."""

CARDS: dict[str, str] = {
    **CURATED_CARDS,
    "card-revised": claim_card(REVISED),
    "card-stale": claim_card(REVISED, 1),
    "card-pinned": claim_card(REVISED, 2),
    "card-retracted": claim_card(RETRACTED),
    "card-retracted-stale": claim_card(RETRACTED, 1),
    "card-long": claim_card(LONG),
    "card-german": f"{claim_card(RETRACTED, 1)}?lang=de",
    "card-hindi": f"{claim_card(REVISED, 1)}?lang=hi",
    "card-chinese": f"{claim_card(LONG, 1)}?lang=zh",
}
"""Cards that are found."""

MISSING_CARDS: dict[str, str] = {"missing-card": claim_card("nothing-of-the-sort")}
FOUND = {**PAGES, **CARDS}
NOT_FOUND = {**MISSING, **MISSING_CARDS}
EVERYTHING = {**FOUND, **REFUSED, **NOT_FOUND}

PICTURED: dict[str, str] = {
    "home": PAGES["home"],
    "search": PAGES["search"],
    "search-nothing": PAGES["search-nothing"],
    "claim": PAGES["claim-disputed"],
    "claim-stale": PAGES["claim-stale"],
    "claim-retracted": PAGES["claim-retracted"],
    "claim-long": PAGES["claim-long"],
    "measure": PAGES["measure"],
    "corrections": PAGES["corrections"],
    "verification": PAGES["verification"],
    "check": PAGES["check"],
    "check-mixed": PAGES["check-mixed"],
    "check-refused": REFUSED["check-refused"],
    "card": CARDS["card-disputed"],
    "card-verified": CARDS["card-verified"],
    "card-stale": CARDS["card-stale"],
    "card-retracted": CARDS["card-retracted"],
    "card-long": CARDS["card-long"],
    "card-hindi": CARDS["card-hindi"],
    "card-chinese": CARDS["card-chinese"],
}
"""What pictures are made of, each light, dark and on a phone."""


def shown(addresses: dict[str, str]) -> dict[str, object]:
    """Parameters for a test that goes through these, named for them."""
    return {"argnames": "path", "argvalues": addresses.values(), "ids": addresses.keys()}


def status_of(path: str) -> int:
    """What a page or card is answered with."""
    return 404 if path in NOT_FOUND.values() else 400 if path in REFUSED.values() else 200


async def come_to(page: Page, url: str) -> Response:
    """Goes to a page or card; where a text is pasted, on to the answer to that."""
    answer = await page.goto(url)
    text = next((PASTED[path] for path in PASTED if url.endswith(path)), None)
    if text is not None:
        await page.get_by_label("The text, in English").fill(text)
        async with page.expect_navigation() as coming:
            await page.get_by_role("button", name="Check it").click()
        answer = await coming.value
    assert answer is not None, url
    return answer


async def hang(desk: Desk) -> None:
    """Publishes the claims that no curated one stands for: revised, retracted, and as long as anyone may bear."""
    await asyncio.gather(_revised(desk), _retracted(desk), _long(desk))


async def _revised(desk: Desk) -> None:
    created(await desk.editor.create(claim(id=REVISED)))
    await desk.verifier.verify(REVISED, {**VERDICT, "caveats": ["Only harbours with more than ten cranes."]})
    number = {"quantity": {"value": "4200"}, "statement": "Harbours run 4,200 automated cranes."}
    answer = await desk.editor.revise(REVISED, {**number, "change": {"kind": "correction", "note": "A new count."}})
    assert answer.status_code == 200, answer.text


async def _retracted(desk: Desk) -> None:
    created(await desk.editor.create(claim(id=RETRACTED)))
    answer = await desk.editor.retract(RETRACTED, REASON)
    assert answer.status_code == 201, answer.text


async def _long(desk: Desk) -> None:
    words = f"{LONGEST_WORD} and whatever else there is to be said of cranes in harbours, "
    source = {
        **SUPPORT, "title": (words * 6)[:500], "publisher": (LONGEST_WORD * 4)[:200], "quote": (words * 5)[:400],
        "locator": (words * 3)[:300], "published_on": "2026-01-31", "retrieved_on": "2026-02",
    }  # fmt: skip
    stances = ("supports", "supports", "contradicts", "context")
    sources = [
        {**source, "stance": stances[number % 4], "url": f"https://register.example/{'cranes/' * 50}{number}"}
        for number in range(12)
    ]
    body = claim(
        id=LONG, measure="cranes-of-any-length", statement=(words * 6)[:500],
        quantity__value="123456789012345678.123456789012345678", quantity__unit=(LONGEST_WORD * 2)[:100],
        scope=(words * 10)[:800], attributed_to=(LONGEST_WORD * 5)[:300],
        sources=sources, topics=["ports", "china"], change__note=(words * 10)[:800],
        relations=[relation("competes_with", "cn-ai-firms-6200")],
    )  # fmt: skip
    created(await desk.editor.create(body))
    answer = await desk.verifier.verify(
        LONG, {"status": "disputed", "rationale": (words * 20)[:1600], "caveats": [(words * 5)[:400]] * 5}
    )
    assert answer.status_code == 201, answer.text
