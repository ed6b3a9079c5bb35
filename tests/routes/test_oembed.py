"""GET /oembed: what another site puts into its page for an address of ours (oEmbed 1.0)."""

import asyncio
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from lxml import html
from oembedpy.consumer import fetch_content
from oembedpy.discovery import find_from_content
from oembedpy.types import Link, Photo, Rich

from tests.cli.programs import free_port
from tests.routes.by_hand import CURATED
from tests.routes.framed import HOSTILE, hostile, size_of
from tests.serving import Api
from tests.web.asking import assert_problem, own_api
from tests.web.writing import created, revised

CLAIM = "cn-ai-firms-6200"
OURS = "https://citable.example"
MAJOR = {"kind": "correction", "severity": "major", "note": "A new count."}


async def oembed(api: Api, url: str, more: str = "") -> dict:
    """What is said of an address: there must be something."""
    answer = await api.get(f"/oembed?url={quote(url, safe='')}{more}")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def test_a_page_becomes_a_frame_pinned_to_its_newest_version(curated):
    claim = next(claim for claim in CURATED if claim["id"] == CLAIM)
    said = await oembed(curated, f"{OURS}/claims/{CLAIM}")
    newest = (await curated.get(f"/v1/claims/{CLAIM}")).json()
    (frame,) = html.fragments_fromstring(said.pop("html"))
    assert frame.tag == "iframe"
    assert dict(frame.attrib) | {"style": ""} == {
        "src": f"{OURS}/embed/claims/{CLAIM}@1", "title": f"Citable: {claim['statement']}",
        "width": str(said["width"]), "height": str(said.pop("height")), "loading": "lazy",
        "referrerpolicy": "no-referrer", "style": "",
        "sandbox": "allow-scripts allow-popups allow-popups-to-escape-sandbox",
    }  # fmt: skip
    assert said == {
        "type": "rich", "version": "1.0", "title": claim["statement"], "author_name": claim["attributed_to"],
        "provider_name": "Citable", "provider_url": f"{OURS}/", "cache_age": 3600, "width": 600,
        "thumbnail_url": f"{OURS}/embed/claims/{CLAIM}@1.png", "thumbnail_width": 1200, "thumbnail_height": 630,
        "claim": CLAIM, "claim_version": 1, "status": claim["verification"]["status"], "lifecycle": "published",
        "as_of": newest["recorded_at"],
    }  # fmt: skip
    assert (await curated.get(f"/v1/claims/{CLAIM}?as_of={said['as_of']}")).json() == newest


@pytest.mark.parametrize(
    ("path", "embeds"),
    [
        ("/claims/{}", "{}@2"),
        ("/claims/{}@1", "{}@1"),
        ("/embed/claims/{}@1", "{}@1"),
        ("/embed/claims/{}@1.png", "{}@1"),
        ("/embed/claims/{}", "{}"),
        ("/claims/{}%401", "{}@1"),
        ("/claims/{}@1?utm_source=x&lang=de#sources", "{}@1"),
    ],
)
async def test_what_is_embedded_is_the_version_the_address_names(path, embeds, desk):
    claim = await desk.published()
    revised(await desk.editor.revise(claim["id"], {"quantity": {"value": "4200"}, "change": MAJOR}))
    said = await oembed(desk.api, OURS + path.format(claim["id"]))
    (frame,) = html.fragments_fromstring(said["html"])
    assert frame.get("src") == f"{OURS}/embed/claims/{embeds.format(claim['id'])}"
    assert said["claim_version"] == (1 if "@1" in embeds else 2)


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example/claims/{CLAIM}", f"https://citable.example.evil.example/claims/{CLAIM}",
        f"https://citable.example@evil.example/claims/{CLAIM}", f"https://user@citable.example/claims/{CLAIM}",
        f"https://citable.example:8443/claims/{CLAIM}", f"ftp://citable.example/claims/{CLAIM}", f"/claims/{CLAIM}",
        f"//citable.example/claims/{CLAIM}", "javascript:alert(1)", "file:///etc/passwd", "http://169.254.169.254/",
        f"{OURS}/v1/claims/{CLAIM}", f"{OURS}/claims/", f"{OURS}/claims/{CLAIM}@0", f"{OURS}/claims/{CLAIM}@9",
        f"{OURS}/claims/{CLAIM}.png", f"{OURS}/claims/{CLAIM}/", f"{OURS}/claims/x/../{CLAIM}x",
        f"{OURS}//claims/{CLAIM}",
        f"{OURS}/claims/nobody-said-this", f"{OURS}/measures/x", "x", "http://[", "https://[::1", "\u202e",
        f"{OURS}\\claims",
    ],
)  # fmt: skip
async def test_what_is_not_ours_is_not_found(url, curated):
    assert_problem(await curated.get(f"/oembed?url={quote(url, safe='')}"), 404)


async def test_the_host_may_be_written_in_any_way_that_means_it(curated):
    for url in (f"http://citable.example/claims/{CLAIM}", f"https://CITABLE.example:443/claims/{CLAIM}"):
        assert (await oembed(curated, url))["claim"] == CLAIM


@pytest.mark.parametrize("width", [100, 219, 220, 320, 399, 400, 480, 600, 720, 1200, 5000])
@pytest.mark.parametrize("height", [50, 209, 210, 300, 400, 630, 2000])
async def test_it_is_never_larger_than_there_is_room_for(width, height, curated):
    for id in (CLAIM, CURATED[0]["id"]):
        said = await oembed(curated, f"{OURS}/claims/{id}", f"&maxwidth={width}&maxheight={height}")
        for kind in ("", "thumbnail_"):
            assert said.get(f"{kind}width", 0) <= width
            assert said.get(f"{kind}height", 0) <= height
        assert ("width" in said, "html" in said, "url" in said) == {
            "rich": (True, True, False), "photo": (True, False, True), "link": (False, False, False),
        }[said["type"]]  # fmt: skip
        assert said["type"] != "rich" or 220 <= said["width"] <= 720
        if said["type"] == "photo":
            picture = await curated.get(said["url"].removeprefix(OURS))
            assert size_of(picture.content) == (said["width"], said["height"])
        assert said["type"] != "link" or width < 400 or height < 210


async def test_what_it_does_not_know_it_ignores_and_what_it_cannot_read_it_refuses(curated):
    url = quote(f"{OURS}/claims/{CLAIM}", safe="")
    plain = await curated.get(f"/oembed?url={url}")
    for more in ("&format=json", "&dnt=1", "&for=WordPress&_=1", "&url2=x"):
        assert (await curated.get(f"/oembed?url={url}{more}")).content == plain.content
    for more, parameter in [("&maxwidth=0", "maxwidth"), ("&maxheight=x", "maxheight"), (f"&url={url}", "url")]:
        assert_problem(await curated.get(f"/oembed?url={url}{more}"), 400, parameter)
    assert_problem(await curated.get("/oembed"), 400, "url")
    for format in ("xml", "JSON", "yaml"):
        answer = await curated.get(f"/oembed?url={url}&format={format}")
        assert answer.status_code == 501
        assert answer.json()["type"] == "/problems/unsupported-format"


async def test_a_retracted_claim_says_so(desk):
    claim = await desk.verified()
    created(await desk.editor.retract(claim["id"]))
    said = await oembed(desk.api, f"{OURS}/claims/{claim['id']}@1")
    assert said["title"] == f"Retracted: {claim['statement']}"
    assert (said["claim_version"], said["lifecycle"]) == (1, "retracted")


async def test_whatever_an_author_writes_is_text(desk):
    claim = await hostile(desk)
    said = await oembed(desk.api, f"{OURS}/claims/{claim['id']}")
    (frame,) = html.fragments_fromstring(said["html"])
    assert (frame.tag, len(frame), frame.tail) == ("iframe", 0, None)
    assert frame.get("title") == f"Citable: {' '.join(HOSTILE)}"
    assert "<script" not in said["html"]


async def test_a_consumer_written_by_others_discovers_and_reads_it(cluster):
    port = free_port()
    async with own_api(cluster, port=port, public_url=f"http://127.0.0.1:{port}") as api:
        for name in (f"{CLAIM}@1", CLAIM):
            address, asked = await asyncio.to_thread(find_from_content, f"{api.url}/embed/claims/{name}")
            assert address == f"{api.url}/oembed"
            found = await asyncio.to_thread(fetch_content, address, asked)
            assert isinstance(found, Rich)
            assert f'src="{api.url}/embed/claims/{name}"' in found.html
            assert (found.title, found.provider_name) == (CLAIMED, "Citable")
            for (wide, high), kind in {(500, 300): Photo, (100, 100): Link}.items():
                asked.max_width, asked.max_height = wide, high
                assert isinstance(await asyncio.to_thread(fetch_content, address, asked), kind)
        linked = (await api.get(f"/embed/claims/{CLAIM}@1")).headers["link"]
        assert linked.endswith('; rel="alternate"; type="application/json+oembed"')
        named = parse_qs(urlsplit(linked[1 : linked.index(">")]).query)
        assert named == {"url": [f"{api.url}/embed/claims/{CLAIM}@1"], "format": ["json"]}


CLAIMED = next(claim["statement"] for claim in CURATED if claim["id"] == CLAIM)
