"""A file that is no export of a log is refused, with the line that shows it, and the log stays empty."""

import io

import msgspec
import pytest

from db.digest import digest_of
from schemas.claims import ClaimVersion
from schemas.failures import FileRefused
from service.exported import ExportedLines
from service.transfer import export_log, import_claims, restore_log
from tests.cli.claims import claim, file_of, log_of


@pytest.fixture(scope="module")
async def exported(cluster) -> list[bytes]:
    """An export of four versions: a, b, a again, and c."""
    async with cluster.pool() as pool:
        await import_claims(pool, file_of(claim("a"), claim("b")), "desk")
        await import_claims(pool, file_of(claim("a", scope="Other.")), "desk")
        await import_claims(pool, file_of(claim("c")), "desk")
        return [line async for line in export_log(pool)]


@pytest.fixture(params=[500, 1], ids=["together", "one by one"], autouse=True)
def batch(request, monkeypatch) -> int:
    """How many lines are checked and stored together: what is wrong with one is told whatever was stored before."""
    monkeypatch.setattr("service.exported.BATCH", request.param)
    monkeypatch.setattr("service.transfer.TOGETHER", request.param)
    return request.param


@pytest.fixture
def lines(exported) -> list[bytes]:
    """The lines of that export, to change."""
    return list(exported)


def forged(line: bytes, **changed) -> bytes:
    """The line with fields changed and a digest that fits them."""
    fields = {**msgspec.json.decode(line), **changed}
    version = msgspec.convert(fields, ClaimVersion)
    return msgspec.json.encode(msgspec.structs.replace(version, digest=digest_of(version))) + b"\n"


async def refused_at(pool, lines: list[bytes]) -> tuple[int, str]:
    """The line and the field for which it is refused, after asserting that the log stays empty."""
    with pytest.raises(FileRefused) as refused:
        await restore_log(pool, io.BytesIO(b"".join(lines)))
    assert await log_of(pool) == []
    [(number, pointer, _)] = refused.value.faults
    return number, pointer


async def test_a_changed_word(pool, lines):
    lines[2] = lines[2].replace(b"Lighthouses", b"Lighthousez")
    assert await refused_at(pool, lines) == (3, "/digest")


async def test_a_changed_number(pool, lines):
    lines[1] = lines[1].replace(b'"6200"', b'"6201"')
    assert await refused_at(pool, lines) == (2, "/digest")


async def test_a_wrong_digest(pool, lines):
    lines[0] = forged(lines[0]).replace(msgspec.json.decode(lines[0])["digest"].encode(), b"0" * 64)
    assert await refused_at(pool, lines) == (1, "/digest")


async def test_any_one_character(pool, lines):
    line, taken = lines[2], []
    for place, flipped in ((place, flipped) for place in range(len(line) - 1) for flipped in (1, 32)):
        changed = line[:place] + bytes([line[place] ^ flipped]) + line[place + 1 :]
        with pytest.raises(FileRefused) as refused:
            await restore_log(pool, io.BytesIO(b"".join([*lines[:2], changed, b"the end"])))
        if refused.value.faults[0][0] != 3:
            taken.append(changed[max(0, place - 20) : place + 20])
    assert taken == []


@pytest.mark.parametrize("added", [b',"colour":"red"}', b',"statement":"Lighthouses answered 6,200 calls."}'])
async def test_a_field_too_many(pool, lines, added):
    lines[1] = lines[1].rstrip()[:-1] + added + b"\n"
    assert (await refused_at(pool, lines))[0] == 2


async def test_lines_that_changed_places(pool, lines):
    assert await refused_at(pool, [lines[1], lines[0], *lines[2:]]) == (1, "/position")
    assert await refused_at(pool, [*lines[:2], lines[3], lines[2]]) == (3, "/position")


@pytest.mark.parametrize("removed", [0, 1, 2])
async def test_a_line_removed(pool, lines, removed):
    assert await refused_at(pool, lines[:removed] + lines[removed + 1 :]) == (removed + 1, "/position")


async def test_a_line_twice(pool, lines):
    assert await refused_at(pool, [*lines[:2], *lines[1:]]) == (3, "/position")


@pytest.mark.parametrize("left", [1, 100, -2])
async def test_a_last_line_cut_short(pool, lines, left):
    assert (await refused_at(pool, [*lines[:3], lines[3][:left]]))[0] == 4


async def test_an_empty_line(pool, lines):
    assert (await refused_at(pool, [*lines[:2], b"\n", *lines[2:]]))[0] == 3
    assert (await refused_at(pool, [*lines, b"\n"]))[0] == 5


async def test_a_version_left_out_though_the_positions_follow(pool, lines):
    lines[2] = forged(lines[2], version=3)
    assert await refused_at(pool, lines) == (3, "/version")


async def test_a_claim_that_begins_with_its_second_version(pool, lines):
    lines[3] = forged(lines[3], version=2)
    assert await refused_at(pool, lines) == (4, "/version")


async def test_a_time_that_goes_back(pool, lines):
    lines[2] = forged(lines[2], recorded_at="2001-01-01T00:00:00Z")
    assert await refused_at(pool, lines) == (3, "/recorded_at")


async def test_a_last_line_that_lies_about_where_the_log_ends(pool, lines):
    """The database refuses it before any line is stored, and the line that is wrong is named all the same."""
    for position in (0, 3, 5, 2**53 - 1):
        assert await refused_at(pool, [*lines[:3], forged(lines[3], position=position)]) == (4, "/position")
    later = lines[3].replace(b'"recorded_at":"20', b'"recorded_at":"29')
    assert await refused_at(pool, [*lines[:3], later]) == (4, "/digest")
    assert (await refused_at(pool, [lines[0], b"garbage\n", lines[2], later]))[0] == 2


async def test_lines_of_megabytes_are_stored_a_few_at_a_time(exported):
    """A thousand of the longest lines would be gigabytes."""
    checks = ExportedLines(io.BytesIO(b"".join(exported)), lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.exported.BATCH_BYTES", 1)
        assert [len(checks.next_lines()) for _ in range(5)] == [1, 1, 1, 1, 0]


async def test_a_time_without_a_zone(pool, lines):
    time = msgspec.json.decode(lines[0])["recorded_at"].encode()
    lines[0] = lines[0].replace(time, time.rstrip(b"Z"))
    assert await refused_at(pool, lines) == (1, "/recorded_at")


async def test_a_position_of_nought(pool, lines):
    assert (await refused_at(pool, [forged(lines[0], position=0), *lines]))[0] == 1


async def test_a_file_of_claims_to_import(pool, lines):
    assert (await refused_at(pool, file_of(claim("a"))))[0] == 1


async def test_versions_the_log_never_could_have_held_are_refused_by_name_though_every_digest_fits(pool, lines):
    retraction = {"kind": "retraction", "severity": "major", "note": "Counted twice.", "by": "desk"}
    first = msgspec.json.decode(lines[2])
    never = {
        "retracted_is_final": {"lifecycle": "retracted", "change": retraction},
        "only_the_first_is_created": {"change": {**first["change"], "kind": "created"}},
        "relation_points_at_a_claim": {"relations": [{"type": "context_for", "claim": "nowhere"}]},
        "dates_are_dates": {"stated_on": "2026-02-30"},
    }
    last = forged(lines[2], position=4, version=3, recorded_at=msgspec.json.decode(lines[3])["recorded_at"])
    for rule, changes in never.items():
        with pytest.raises(FileRefused, match=rule):
            await restore_log(pool, io.BytesIO(b"".join([*lines[:2], forged(lines[2], **changes), last])))
        assert await log_of(pool) == []
