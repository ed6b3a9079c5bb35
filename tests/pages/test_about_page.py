"""GET /about/verification, and that every link between pages leads somewhere."""

from random import Random

from schemas.verification import Status
from service.rendering.standing import STANDINGS
from tests.pages.reading import read, text

SAMPLE = 60


async def test_the_policy_explains_each_status_where_claims_link_to(curated):
    answer = await curated.get("/about/verification")
    page = read(answer)
    for status in Status:
        assert text(page, f"//dt[@id='{status}']") == STANDINGS[status].label
        assert STANDINGS[status].sentence in text(page, f"//dt[@id='{status}']/following-sibling::dd[1]")
    assert "/corrections" in page.xpath("//main//a/@href")
    assert "mailto:" not in answer.text
    targets = [address[1:] for address in page.xpath("//aside//a/@href")]
    assert all(page.xpath(f"//*[@id='{target}']") for target in targets)
    assert (await curated.get("/about/verification", if_none_match=answer.headers["etag"])).status_code == 304


async def test_every_link_from_the_start_leads_somewhere(curated):
    chance, seen, depth = Random(7), {"/"}, ["/"]
    for _ in range(2):
        links: set[str] = set()
        for address in depth:
            answer = await curated.get(address)
            if answer.headers["content-type"].startswith("text/html") and not address.startswith("/docs"):
                page = read(answer)
                links |= {link.partition("#")[0] for link in page.xpath("//a/@href | //link/@href")}
        new = sorted(link for link in links - seen if link.startswith("/") and not link.startswith("//"))
        depth = chance.sample(new, min(SAMPLE, len(new)))
        assert len(depth) == SAMPLE or len(new) < SAMPLE
        for address in depth:
            assert (await curated.get(address)).status_code == 200, address
        seen |= set(new)
    assert len(seen) > 2 * SAMPLE
