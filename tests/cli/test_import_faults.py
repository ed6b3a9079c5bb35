"""A file that cannot be imported: which line, which field, and why."""

import pytest

from schemas.failures import FileRefused
from service.transfer import import_claims
from tests.cli.claims import claim, file_of, log_of, related


@pytest.fixture(scope="module")
async def refusing(cluster):
    """A pool on a log into which nothing gets: one for all files that are refused."""
    async with cluster.pool() as opened:
        yield opened


SOURCE = claim()["sources"][0]


def without(field: str) -> dict:
    return {name: value for name, value in claim("bad").items() if name != field}


def raw(old: bytes, new: bytes) -> bytes:
    line = file_of(claim("bad"))[0].rstrip()
    assert old in line
    return line.replace(old, new, 1)


NOT_JSON = {
    "half a line": raw(b'"relations":[]}', b'"relations":['),
    "invalid UTF-8": raw(b"Lighthouses", b"Light\xffhouses"),
    "an overlong encoding": raw(b"Lighthouses", b"\xc1\x8cighthouses"),
    "a surrogate in UTF-8": raw(b"Lighthouses", b"\xed\xa0\x80ighthouses"),
    "a byte order mark": b"\xef\xbb\xbf" + raw(b"bad", b"bad"),
    "UTF-16": raw(b"bad", b"bad").decode().encode("utf-16"),
    "a raw NUL": raw(b"Lighthouses", b"Light\0houses"),
    "a NUL after the line": raw(b"bad", b"bad") + b"\0",
    "a lone surrogate": raw(b"Lighthouses", b"\\ud800ighthouses"),
    "two claims on a line": raw(b"bad", b"bad") + raw(b"bad", b"bad"),
    "NaN": raw(b'"6200"', b"NaN"),
    "a comment": b"// nothing",
    "ten thousand brackets": b"[" * 10_000,
    "brackets for a scope": raw(b'"scope":null', b'"scope":' + b"[" * 5_000 + b"]" * 5_000),
    "an empty line": b"",
    "a line of spaces": b"  \t ",
}


@pytest.mark.parametrize("what", NOT_JSON)
async def test_a_line_that_is_no_json_is_named(refusing, what):
    before = await log_of(refusing)
    with pytest.raises(FileRefused) as refused:
        await import_claims(refusing, file_of(claim("a"), NOT_JSON[what], claim("c")), "desk")
    assert [number for number, _, _ in refused.value.faults] == [2]
    assert refused.value.faults[0][2].endswith(".") or refused.value.faults[0][2][-1].isprintable()
    assert await log_of(refusing) == before


def nested(path: str, value: object) -> dict:
    return claim("bad", **{path: value})


FIELDS = {
    "a number for text": (claim("bad", statement=5), "/statement"),
    "text for a list": (claim("bad", topics="lighthouses"), "/topics"),
    "a list for an object": (claim("bad", quantity=[]), "/quantity"),
    "a number for a decimal": (nested("quantity__value", 6200), "/quantity/value"),
    "an exponent": (nested("quantity__value", "62e2"), "/quantity/value"),
    "a separator": (nested("quantity__value", "6,200"), "/quantity/value"),
    "other digits": (nested("quantity__value", "٦٢٠٠"), "/quantity/value"),
    "too many digits": (nested("quantity__value", "1" * 19), "/quantity/value"),
    "an unknown comparator": (nested("quantity__comparator", "about"), "/quantity/comparator"),
    "an unknown status": (nested("verification__status", "true"), "/verification/status"),
    "an unknown lifecycle": (claim("bad", lifecycle="draft"), "/lifecycle"),
    "an unknown currency": (claim("bad", currency="EUR"), "/currency"),
    "an unknown stance": (claim("bad", sources=[SOURCE, {**SOURCE, "stance": "neutral"}]), "/sources/1/stance"),
    "an unknown kind of source": (claim("bad", sources=[{**SOURCE, "kind": "blog"}]), "/sources/0/kind"),
    "an unknown relation": (related("bad", ("replaces", "a")), "/relations/0/type"),
    "a script as an address": (claim("bad", sources=[{**SOURCE, "url": "javascript:alert(1)"}]), "/sources/0/url"),
    "an escaped NUL": (raw(b"Lighthouses", b"Light\\u0000houses"), "/statement"),
    "two lines": (claim("bad", statement="one\ntwo"), "/statement"),
    "a line break at the end": (claim("bad", statement="one\n"), "/statement"),
    "text that turns round": (claim("bad", statement="6\u202e002"), "/statement"),
    "nothing": (claim("bad", statement=""), "/statement"),
    "too much": (claim("bad", statement="x" * 501), "/statement"),
    "only spaces": (claim("bad", statement="   "), "/statement"),
    "nobody": (claim("bad", attributed_to=" "), "/attributed_to"),
    "no unit": (nested("quantity__unit", ""), "/quantity/unit"),
    "no slug": (claim("Bad Claim"), "/id"),
    "a slug with a line break": (claim("bad\n"), "/id"),
    "no topic": (claim("bad", topics=["two words"]), "/topics/0"),
    "no country": (claim("bad", geography="Mars"), "/geography"),
    "a thirteenth month": (claim("bad", stated_on="2026-13"), "/stated_on"),
    "a day that is none": (claim("bad", stated_on="2026-02-30"), "/stated_on"),
    "the year nought": (claim("bad", stated_on="0000"), "/stated_on"),
    "no leap day": (nested("period__end", "2025-02-29"), "/period/end"),
    "a verdict on no day": (nested("verification__decided_on", "2026-04-31"), "/verification/decided_on"),
    "a source of no day": (claim("bad", sources=[{**SOURCE, "published_on": "2026-02-30"}]), "/sources/0/published_on"),
    "a source read on no day": (
        claim("bad", sources=[{**SOURCE, "retrieved_on": "2026-02-30"}]),
        "/sources/0/retrieved_on",
    ),
    "a period backwards": (claim("bad", period={"start": "2026", "end": "2025-12"}), "/period"),
    "between without bounds": (nested("quantity__comparator", "between"), "/quantity"),
    "bounds the wrong way": (
        claim("bad", quantity={"value": "5", "comparator": "eq", "lower": "10", "upper": "9", "unit": "calls"}),
        "/quantity/lower",
    ),
    "verified by nothing": (claim("bad", verification__status="verified", sources=[]), "/sources"),
    "verified by a contradiction": (
        claim("bad", verification__status="verified", sources=[{**SOURCE, "stance": "contradicts"}]),
        "/sources",
    ),
    "caveats not given": (nested("verification__status", "verified_with_caveats"), "/verification/caveats"),
    "a relation to nothing": (related("bad", ("context_for", "a"), ("context_for", "nowhere")), "/relations/1/claim"),
    "superseding nothing": (related("bad", ("supersedes", "nowhere")), "/relations/0/claim"),
    "a relation to itself": (related("bad", ("context_for", "bad")), "/relations/0/claim"),
    "superseding itself": (related("bad", ("supersedes", "bad")), "/relations/0/claim"),
    "born retracted": (claim("bad", lifecycle="retracted", change={"note": "Never true."}), "/lifecycle"),
}


@pytest.mark.parametrize("what", FIELDS)
async def test_a_field_that_is_wrong_is_named_with_its_line(refusing, what):
    line, pointer = FIELDS[what]
    before = await log_of(refusing)
    with pytest.raises(FileRefused) as refused:
        await import_claims(refusing, file_of(claim("a"), line, claim("c")), "desk")
    assert (2, pointer) in [(number, where) for number, where, _ in refused.value.faults], refused.value.faults
    assert {number for number, _, _ in refused.value.faults} == {2}
    assert await log_of(refusing) == before


@pytest.mark.parametrize("place", ["", "quantity", "verification", "period", "change"])
async def test_an_unknown_field_is_named(refusing, place):
    bad = claim("bad", change={})
    (bad[place] if place else bad)["colour"] = "red"
    with pytest.raises(FileRefused) as refused:
        await import_claims(refusing, file_of(claim("a"), bad), "desk")
    [(number, pointer, sentence)] = refused.value.faults
    assert number == 2
    assert "colour" in pointer + sentence
    assert place in pointer


@pytest.mark.parametrize("field", [name for name in claim() if name != "change"])
async def test_a_missing_field_is_named(refusing, field):
    with pytest.raises(FileRefused) as refused:
        await import_claims(refusing, file_of(claim("a"), without(field)), "desk")
    [(number, pointer, sentence)] = refused.value.faults
    assert number == 2
    assert field in pointer + sentence


async def test_an_id_that_was_on_a_line_before_is_named_with_that_line(refusing):
    with pytest.raises(FileRefused) as refused:
        await import_claims(refusing, file_of(claim("a"), claim("b"), claim("a", scope="Other.")), "desk")
    [(number, pointer, sentence)] = refused.value.faults
    assert (number, pointer) == (3, "/id")
    assert "line 1" in sentence


@pytest.mark.parametrize("lines", [[], [b"\n"], [b"\n", b"\n"]])
async def test_a_file_without_claims_is_refused(refusing, lines):
    with pytest.raises(FileRefused):
        await import_claims(refusing, lines, "desk")


async def test_every_bad_line_is_named_up_to_a_screenful(refusing):
    with pytest.raises(FileRefused) as refused:
        await import_claims(refusing, file_of(*(claim(f"c-{n}", geography="Mars") for n in range(1000))), "desk")
    assert [number for number, _, _ in refused.value.faults] == list(range(1, 21))


async def test_a_retraction_without_a_reason_is_refused(pool):
    await import_claims(pool, file_of(claim("a")), "desk")
    with pytest.raises(FileRefused) as refused:
        await import_claims(pool, file_of(claim("a", lifecycle="retracted")), "desk")
    assert [(number, pointer) for number, pointer, _ in refused.value.faults] == [(1, "/change/note")]


async def test_a_retracted_claim_can_only_be_read(pool):
    await import_claims(pool, file_of(claim("a"), claim("b")), "desk")
    retracted = claim("a", lifecycle="retracted", change={"note": "Counted twice."})
    await import_claims(pool, file_of(retracted), "desk")
    before = await log_of(pool)
    for change in ({"lifecycle": "published"}, {"scope": "Other."}, {"change": {"note": "Another reason."}}):
        lines = file_of(claim("b", scope="New."), {**retracted, **change})
        if change.keys() == {"change"}:
            await import_claims(pool, lines[1:], "desk")
        else:
            with pytest.raises(FileRefused) as refused:
                await import_claims(pool, lines, "desk")
            assert refused.value.faults[0][0] == 2
        assert await log_of(pool) == before


async def test_who_wrote_a_claim_may_not_verify_it_and_the_claim_is_named(pool):
    await import_claims(pool, file_of(claim("a"), claim("b")), "desk")
    verified = claim("b", verification__status="verified", verification__decided_by="desk")
    with pytest.raises(FileRefused) as refused:
        await import_claims(pool, file_of(claim("a"), verified), "desk")
    told = refused.value.detail + " ".join(sentence for _, _, sentence in refused.value.faults)
    assert "four_eyes" in told
    assert " b " in told or [number for number, _, _ in refused.value.faults] == [2]
