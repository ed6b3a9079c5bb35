"""Importing a file: what it adds, what it changes, and that doing it again adds nothing."""

import asyncio
import io

import msgspec
import pytest

from db.digest import digest_of
from db.migrations import CURATED
from schemas.failures import FileRefused, StoreUnavailable
from service.transfer import Imported, import_claims
from tests.cli.claims import claim, file_of, log_of, newest_of, related

CURATED_LINES = (CURATED / "claims.jsonl").read_bytes().splitlines(keepends=True)


async def test_a_file_is_imported_once_and_adds_nothing_the_second_time(pool):
    count = len(CURATED_LINES)
    assert await import_claims(pool, CURATED_LINES, "desk") == Imported(new=count, changed=0, unchanged=0)
    before = await log_of(pool)
    assert await import_claims(pool, CURATED_LINES, "someone else") == Imported(new=0, changed=0, unchanged=count)
    assert await log_of(pool) == before


async def test_every_version_has_its_place_its_digest_and_who_made_it(pool):
    await import_claims(pool, CURATED_LINES, "desk")
    log = await log_of(pool)
    assert [version.position for version in log] == list(range(1, len(log) + 1))
    assert {version.version for version in log} == {1}
    assert {version.change.by for version in log} == {"desk"}
    assert {version.change.kind for version in log} == {"created"}
    assert len({version.recorded_at for version in log}) == 1
    assert all(version.digest == digest_of(version) for version in log)


async def test_a_changed_line_becomes_exactly_one_new_version(curated_pool):
    before = await log_of(curated_pool)
    lines = list(CURATED_LINES)
    changed = msgspec.json.decode(CURATED_LINES[3])
    lines[3] = msgspec.json.encode({**changed, "scope": "Narrower than it was."}) + b"\n"
    imported = await import_claims(curated_pool, lines, "desk")
    assert imported == Imported(new=0, changed=1, unchanged=len(lines) - 1)
    log = await log_of(curated_pool)
    assert log[:-1] == before
    assert (log[-1].id, log[-1].version, log[-1].scope) == (changed["id"], 2, "Narrower than it was.")
    assert log[-1].change.kind == "update"


@pytest.mark.parametrize(
    ("changed", "kind", "severity"),
    [
        ({"statement": "Lighthouses answered 6,200 long calls."}, "correction", "minor"),
        ({"quantity__value": "6300"}, "correction", "major"),
        ({"topics": ["lighthouses", "sea"]}, "update", "minor"),
        ({"verification__status": "verified"}, "verification", "minor"),
        ({"currency": "superseded"}, "superseded", "minor"),
        ({"lifecycle": "retracted", "change": {"note": "Counted twice."}}, "retraction", "major"),
        ({"topics": [], "change": {"severity": "typo", "note": "Tidied."}}, "update", "typo"),
        ({"quantity__value": "6300", "change": {"severity": "typo"}}, "correction", "major"),
    ],
)
async def test_what_a_changed_line_does_is_inferred_and_never_made_smaller(pool, changed, kind, severity):
    await import_claims(pool, file_of(claim()), "desk")
    assert await import_claims(pool, file_of(claim(**changed)), "desk") == Imported(new=0, changed=1, unchanged=0)
    change = (await newest_of(pool, "plain")).change
    assert (change.kind, change.severity, change.note) == (kind, severity, changed.get("change", {}).get("note"))
    assert await import_claims(pool, file_of(claim(**changed)), "desk") == Imported(new=0, changed=0, unchanged=1)


async def test_a_refutation_of_what_was_verified_is_major_whatever_the_line_says(pool):
    await import_claims(pool, file_of(claim(verification__status="verified")), "desk")
    refuted = claim(verification__status="refuted", change={"severity": "typo"})
    await import_claims(pool, file_of(refuted), "desk")
    assert (await newest_of(pool, "plain")).change.severity == "major"


async def test_a_claim_the_file_does_not_name_stays_as_it_is(pool):
    await import_claims(pool, file_of(claim("a"), claim("b")), "desk")
    await import_claims(pool, file_of(claim("b", scope="Only at night.")), "desk")
    assert [(v.id, v.version) for v in await log_of(pool)] == [("a", 1), ("b", 1), ("b", 2)]


async def test_spaces_order_of_fields_and_line_endings_change_nothing(pool):
    await import_claims(pool, file_of(claim("a"), claim("b")), "desk")
    turned = dict(reversed(claim("a").items()))
    lines = [b"  " + msgspec.json.format(msgspec.json.encode(turned), indent=-1) + b" \r\n", *file_of(claim("b"))]
    lines[-1] = lines[-1].rstrip(b"\n")
    assert await import_claims(pool, lines, "desk") == Imported(new=0, changed=0, unchanged=2)


async def test_one_bad_line_and_nothing_is_imported(pool):
    with pytest.raises(FileRefused):
        await import_claims(pool, file_of(claim("a"), b'{"id": "b"}', claim("c")), "desk")
    with pytest.raises(FileRefused):
        await import_claims(pool, file_of(claim("a"), claim("b", quantity__comparator="between")), "desk")
    assert await log_of(pool) == []


class TestSupersession:
    """A claim that supersedes another makes the other say so."""

    NEWER = related("newer", ("supersedes", "older"))

    async def _assert_told(self, pool, versions):
        older = await newest_of(pool, "older")
        assert [(r.type, r.claim) for r in older.relations] == [("superseded_by", "newer")]
        assert older.currency == "superseded"
        assert len(await log_of(pool)) == versions

    async def test_the_other_gets_a_version_of_its_own(self, pool):
        await import_claims(pool, file_of(claim("older")), "desk")
        assert await import_claims(pool, file_of(self.NEWER), "desk") == Imported(new=1, changed=1, unchanged=0)
        await self._assert_told(pool, 3)
        change = (await newest_of(pool, "older")).change
        assert (change.kind, change.note) == ("superseded", "Superseded by newer.")

    async def test_doing_it_again_adds_nothing(self, pool):
        lines = file_of(claim("older"), self.NEWER)
        assert await import_claims(pool, lines, "desk") == Imported(new=2, changed=0, unchanged=0)
        await self._assert_told(pool, 2)
        assert await import_claims(pool, lines, "desk") == Imported(new=0, changed=0, unchanged=2)
        assert await import_claims(pool, file_of(self.NEWER), "desk") == Imported(new=0, changed=0, unchanged=1)
        await self._assert_told(pool, 2)

    async def test_the_order_of_the_lines_does_not_matter(self, pool):
        lines = file_of(self.NEWER, claim("older"))
        await import_claims(pool, lines, "desk")
        await self._assert_told(pool, 2)
        assert await import_claims(pool, lines, "desk") == Imported(new=0, changed=0, unchanged=2)

    async def test_one_that_says_so_already_is_left_as_it_is(self, pool):
        told = related("older", ("superseded_by", "newer"), currency="historical")
        assert await import_claims(pool, file_of(told, self.NEWER), "desk") == Imported(new=2, changed=0, unchanged=0)
        assert (await newest_of(pool, "older")).currency == "historical"
        assert len(await log_of(pool)) == 2

    async def test_a_chain_is_told_all_along(self, pool):
        lines = file_of(related("c", ("supersedes", "b")), related("b", ("supersedes", "a")), claim("a"))
        assert (await import_claims(pool, lines, "desk")).new == 3
        assert {r.claim for r in (await newest_of(pool, "b")).relations} == {"a", "c"}
        assert (await import_claims(pool, lines, "desk")).unchanged == 3

    async def test_a_retracted_one_is_left_as_it_is(self, pool):
        await import_claims(pool, file_of(claim("older")), "desk")
        retracted = claim("older", lifecycle="retracted", change={"note": "Counted twice."})
        await import_claims(pool, file_of(retracted), "desk")
        assert await import_claims(pool, file_of(self.NEWER), "desk") == Imported(new=1, changed=0, unchanged=0)

    async def test_one_with_as_many_relations_as_there_may_be_is_refused_and_stays_readable(self, pool):
        others = [claim(f"other-{number}") for number in range(100)]
        full = related("older", *(("context_for", other["id"]) for other in others))
        await import_claims(pool, file_of(*others, full), "desk")
        with pytest.raises(FileRefused) as refused:
            await import_claims(pool, file_of(self.NEWER), "desk")
        ((_, pointer, sentence),) = refused.value.faults
        assert pointer == "/relations"
        assert "lists_are_bounded" in sentence
        assert len(await log_of(pool)) == 101


async def test_concurrent_imports_of_one_file_add_it_once(cluster, pool):
    lines = file_of(*(claim(f"claim-{number}") for number in range(300)))
    answers = await asyncio.gather(
        *(import_claims(pool, io.BytesIO(b"".join(lines)), f"desk {n}") for n in range(4)), return_exceptions=True
    )
    refused = [answer for answer in answers if not isinstance(answer, Imported)]
    assert all(isinstance(answer, FileRefused | StoreUnavailable) for answer in refused), refused
    assert sum(answer.new for answer in answers if isinstance(answer, Imported)) == 300
    assert [version.position for version in await log_of(pool)] == list(range(1, 301))
    assert await import_claims(pool, lines, "desk") == Imported(new=0, changed=0, unchanged=300)


async def test_a_file_of_five_thousand_lines_is_imported_whole(pool):
    claims = [claim(f"claim-{number}", quantity__value=str(number + 1)) for number in range(5000)]
    seen = []
    assert (await import_claims(pool, file_of(*claims), "desk", seen.append)).new == 5000
    assert sum(seen) == sum(map(len, file_of(*claims)))
    claims[4321]["scope"] = "Only one is other than it was."
    assert await import_claims(pool, file_of(*claims), "desk") == Imported(new=0, changed=1, unchanged=4999)
    assert (await log_of(pool))[-1].id == "claim-4321"


async def test_standard_input_is_a_file_too(place, database, tmp_path):
    url = await database()
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"".join(file_of(claim("a"), claim("b"))))
    for said in ("2 new, 0 changed, 0 unchanged", "0 new, 0 changed, 2 unchanged"):
        with file.open("rb") as stdin:
            assert said in place.start("import", "-", stdin=stdin, database_url=url).succeeded()


async def test_a_refused_file_is_told_line_by_line(place, database, tmp_path):
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"".join(file_of(claim("a"), claim("b", geography="Mars"), b"{", claim("c", topics=[7]))))
    program = place.start("import", str(file), database_url=await database())
    assert program.ends() == 1
    lines = program.said.splitlines()
    assert lines[0].startswith("✗ Nothing was imported")
    assert [line.split(":")[0] for line in lines[1:]] == ["  line 2, /geography", "  line 3", "  line 4, /topics/0"]


@pytest.mark.parametrize("by", ["", "two\nlines", "x" * 501])
async def test_who_imports_must_be_somebody(place, database, tmp_path, by):
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"".join(file_of(claim())))
    program = place.start("import", str(file), "--by", by, database_url=await database())
    assert program.ends() in (1, 2)
    assert "Traceback" not in program.said, program.said
    assert "--by" in program.said
