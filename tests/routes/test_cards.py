"""GET /embed/claims/{name}: a claim's card as a page to frame, and what it says when the claim changes."""

import pytest

from tests.routes.by_hand import CURATED
from tests.routes.framed import HOSTILE, hostile, page_of, part, source_hash, text
from tests.web.asking import assert_problem
from tests.web.writing import SUPPORT, created, revised

CLAIM = "cn-ai-firms-6200"
MAJOR = {"kind": "correction", "severity": "major", "note": "A new count."}


async def test_a_card_says_what_is_claimed_by_whom_and_what_was_found(curated):
    claim = next(claim for claim in CURATED if claim["id"] == CLAIM)
    page = await page_of(curated, f"{CLAIM}@1")
    assert text(page.find(".//h1")) == claim["statement"]
    assert part(page, "large") == "more than 6,200 firms"
    assert part(page, "label") == "Verified, with caveats."
    assert "Right number, read the caveat." in part(page, "status")
    assert "Checked: November 23, 2026" in part(page, "status")
    assert claim["verification"]["caveats"][0].startswith(part(page, "why").rstrip("…"))
    assert part(page, "said") == f"Stated by {claim['attributed_to']} · May 1, 2026"
    assert part(page, "foot").startswith("As of version 1, ")
    (whole, ours) = page.find_class("foot")[0].iter("a")
    assert whole.get("href") == f"https://citable.example/claims/{CLAIM}@1"
    assert text(ours) == "Citable"
    assert page.find_class("notice") == []


async def test_the_first_sources_are_those_that_matter_for_the_verdict(curated):
    for claim in CURATED:
        page = await page_of(curated, f"{claim['id']}@1")
        listed = page.find_class("source")
        against = claim["verification"]["status"] in ("disputed", "refuted", "unsupported")
        order = ["contradicts", "supports", "context"] if against else ["supports", "contradicts", "context"]
        wanted = sorted(claim["sources"], key=lambda source: order.index(source["stance"]))[:3]
        for shown, source in zip(listed, wanted, strict=False):
            assert source["publisher"] in text(shown)
            assert source["title"][:60] in text(shown)
            assert ("Says otherwise" in text(shown)) == (source["stance"] == "contradicts")
            links = [(a.get("href"), a.get("rel"), a.get("target")) for a in shown.iter("a")]
            assert links == ([(source["url"], "noopener noreferrer nofollow", "_blank")] if source["url"] else [])
        assert len(listed) == min(3, len(claim["sources"])) + (len(claim["sources"]) > 3)


async def test_a_browser_lets_it_do_nothing_and_anyone_frame_it(curated):
    answer = await curated.get(f"/embed/claims/{CLAIM}@1")
    page = await page_of(curated, f"{CLAIM}@1")
    (style,), (script,) = page.iter("style"), page.iter("script")
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; style-src {source_hash(style.text)}; script-src {source_hash(script.text)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors *"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    assert answer.headers["cache-control"].startswith("public, max-age=30, s-maxage=60")
    assert "set-cookie" not in answer.headers
    for element in page.iter():
        assert not {name for name in element.attrib if name.startswith("on") or name in ("style", "src")}
    assert len(answer.content) < 12_000


@pytest.mark.parametrize(
    ("change", "said", "is_loud"),
    [
        (MAJOR, "Corrected on ", True),
        ({"kind": "correction", "severity": "minor", "note": "Small."}, "Details corrected on ", False),
        ({"kind": "update", "severity": "major", "note": "It grew."}, "Updated on ", True),
    ],
)
async def test_a_pinned_card_says_that_the_claim_was_changed(change, said, is_loud, desk):
    claim = await desk.published()
    path = f"{claim['id']}@1"
    before = await page_of(desk.api, path)
    fields = {"quantity": {"value": "4200"}} if is_loud else {"scope": "Big ones."}
    revised(await desk.editor.revise(claim["id"], {**fields, "change": change}))
    page = await page_of(desk.api, path)
    (notice,) = page.find_class("notice")
    assert text(notice).startswith(said)
    assert ("loud" in notice.get("class").split()) == is_loud
    assert (change["note"] in text(notice)) == is_loud
    assert "This is version 1. See version 2" in text(notice)
    assert next(notice.iter("a")).get("href") == f"https://citable.example/claims/{claim['id']}"
    assert part(page, "large") == part(before, "large") == "4,100 cranes"
    assert part(page, "foot") == part(before, "foot")
    live = await page_of(desk.api, claim["id"])
    assert live.find_class("notice") == []
    assert part(live, "large") == ("4,200 cranes" if is_loud else "4,100 cranes")


async def test_the_gravest_change_is_told_of_even_if_smaller_ones_follow(desk):
    claim = await desk.published()
    revised(await desk.editor.revise(claim["id"], {"quantity": {"value": "4200"}, "change": MAJOR}))
    minor = {"kind": "correction", "severity": "minor", "note": "Small."}
    revised(await desk.editor.revise(claim["id"], {"scope": "Big ones.", "change": minor}))
    (notice,) = (await page_of(desk.api, f"{claim['id']}@1")).find_class("notice")
    assert "A new count." in text(notice)
    assert "See version 3" in text(notice)
    (notice,) = (await page_of(desk.api, f"{claim['id']}@2")).find_class("notice")
    assert text(notice).startswith("Details corrected")
    assert (await page_of(desk.api, f"{claim['id']}@3")).find_class("notice") == []


async def test_a_new_verdict_is_told_with_what_was_found(desk):
    claim = await desk.verified()
    created(await desk.verifier.verify(claim["id"], {"status": "refuted", "rationale": "There are none."}))
    (notice,) = (await page_of(desk.api, f"{claim['id']}@2")).find_class("notice")
    assert "Refuted" in text(notice)
    assert part(await page_of(desk.api, f"{claim['id']}@2"), "label") == "Verified."


async def test_every_card_of_a_retracted_claim_strikes_the_number_and_says_why(desk):
    claim = await desk.verified()
    created(await desk.editor.retract(claim["id"]))
    for name in (claim["id"], f"{claim['id']}@1", f"{claim['id']}@2", f"{claim['id']}@3"):
        page = await page_of(desk.api, name)
        assert [text(struck) for struck in page.iter("s")] == ["4,100 cranes"], name
        assert part(page, "large") == "Retracted number: 4,100 cranes"
        (notice,) = page.find_class("notice")
        assert "loud" in notice.get("class").split()
        assert text(notice).startswith("Retracted on ")
        assert "It was never said." in text(notice)
        assert part(page, "label") == "Retracted."
        assert "Verified" not in text(page.find(".//main"))


async def test_what_there_is_not_is_said_in_a_card_s_room(curated):
    for name in (f"{CLAIM}@2", "nobody-said-this", "nobody-said-this@1"):
        asked = f"/embed/claims/{name}?lang=de"
        answer = await curated.get(asked, accept="text/html,application/xhtml+xml,*/*;q=0.8")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "frame-ancestors *" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "Hier ist nichts veröffentlicht" in answer.text
        assert_problem(await curated.get(asked), 404)
        for extension in ("svg", "png"):
            assert_problem(await curated.get(f"/embed/claims/{name}.{extension}"), 404)


@pytest.mark.parametrize(
    "name",
    ["A", f"{CLAIM}@0", f"{CLAIM}@01", f"{CLAIM}@", f"{CLAIM}@1@2", f"{CLAIM}.gif", f"{CLAIM}@-1", f"{CLAIM}@1.SVG",
     "-a", f"{CLAIM}@9999999999", f"{CLAIM}.svg.png", f"{CLAIM}%0a", f"{CLAIM}@1%00"],
)  # fmt: skip
async def test_a_name_that_can_be_none_is_refused(name, curated):
    assert_problem(await curated.get(f"/embed/claims/{name}"), 400, "name")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("lang=it", "lang"), ("lang=", "lang"), ("lang=DE", "lang"), ("theme=blue", "theme"), ("theme=%3Cb%3E", "theme"),
     ("style=x", "style"), ("lang=de&lang=fr", "lang"), ("width=400", "width"), ("as_of=1", "as_of")],
)  # fmt: skip
async def test_a_parameter_that_can_be_none_is_refused(query, parameter, curated):
    assert_problem(await curated.get(f"/embed/claims/{CLAIM}?{query}"), 400, parameter)


async def test_the_language_is_the_one_asked_for_by_name_or_else_the_reader_s(curated):
    path = f"/embed/claims/{CLAIM}@1"
    for query, accept, language, varies in [
        ("", None, "en", True), ("", "de-AT, en;q=0.5", "de", True), ("?lang=fr", "de", "fr", False),
        ("?lang=en", "de", "en", False), ("", "ja", "en", True), ("?lang=hi", None, "hi", False),
    ]:  # fmt: skip
        answer = await curated.get(path + query, **({"Accept_Language": accept} if accept else {}))
        page = await page_of(curated, CLAIM + "@1" + query, **({"Accept_Language": accept} if accept else {}))
        assert page.get("lang") == language
        assert answer.headers["content-language"].split(", ")[0] == language
        assert ("Accept-Language" in answer.headers["vary"]) == varies
        assert page.find(".//h1").get("lang") == (None if language == "en" else "en")
    german = await page_of(curated, f"{CLAIM}@1?lang=de")
    assert part(german, "label") == "Bestätigt, mit Einschränkungen."
    assert part(german, "foot").startswith("Stand: Version 1, ")
    assert part(await page_of(curated, f"{CLAIM}@1?lang=zh"), "label").endswith("。")


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
async def test_the_colours_are_those_asked_for(theme, curated):
    assert (await page_of(curated, f"{CLAIM}?theme={theme}")).get("data-theme") == theme


async def test_whatever_an_author_writes_is_text(desk):
    claim = await hostile(desk)
    said = " ".join(HOSTILE)
    for name in (f"{claim['id']}@1", f"{claim['id']}@2", claim["id"]):
        page = await page_of(desk.api, f"{name}?lang=de")
        assert text(page.find(".//h1")) == said
        assert said[:100] in part(page, "source")
        assert said in part(page, "said")
        assert [script.text[:4] for script in page.iter("script")] == ["(() "]
        assert not [*page.iter("img", "svg", "b")]
        assert "49" not in text(page.find(".//main"))
        for link in page.iter("a", "link"):
            assert link.get("href").startswith("https://citable.example/")
    assert said[:100] in part(await page_of(desk.api, f"{claim['id']}@2"), "notice")


async def test_very_much_fits_in(desk):
    claim = await desk.published(
        statement="x" * 500,
        sources=[{**SUPPORT, "title": f"{n} {'t' * 400}", "url": f"https://a.example/{n}"} for n in range(50)],
    )  # fmt: skip
    page = await page_of(desk.api, claim["id"])
    assert part(page, "source").endswith("All 50 sources")
    assert len((await desk.api.get(f"/embed/claims/{claim['id']}")).content) < 12_000


async def test_a_change_of_another_claim_changes_nothing(desk):
    claim, other = await desk.published(), await desk.published()
    before = await desk.api.get(f"/embed/claims/{claim['id']}@1")
    revised(await desk.editor.revise(other["id"], {"quantity": {"value": "4200"}, "change": MAJOR}))
    after = await desk.api.get(f"/embed/claims/{claim['id']}@1")
    assert after.headers["etag"] == before.headers["etag"]


async def test_the_element_s_script_may_be_used_by_any_page(curated):
    answer = await curated.get("/embed.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["etag"]
    assert '"https://citable.example/"' in answer.text
    assert len(answer.text.splitlines()) < 120
    for forbidden in ("eval(", "innerHTML", "import ", "Function("):
        assert forbidden not in answer.text
