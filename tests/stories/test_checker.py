"""The checker of histories finds what is planted in them, each fault by its rule, and nothing in a good one."""

from math import inf

import pytest

from tests.stories.checker import About, Logged, Read, Shown, Write, check

BOUND = 2.0
MASTS, CRANES = About("claim", "masts"), About("claim", "cranes")
ALL, EVEN, HISTORY = About("group", "all"), About("group", "even"), About("history", "cranes")


def logged(position: int, claim: str, version: int) -> Logged:
    groups = {"all", "even"} if version % 2 == 0 else {"all"}
    return Logged(position, claim, version, f"bytes {position}", f"mark {position}", frozenset(groups))


LOG = [logged(1, "masts", 1), logged(2, "cranes", 1), logged(3, "cranes", 2), logged(4, "masts", 2)]
"""Written at the instants 1, 2, 3 and 4 by the processes 0, 1, 0 and 1, the last one without an answer."""


def acknowledged(row: Logged, process: int) -> Write:
    return Write(process, row.position - 0.5, row.position, row.mark, row.claim, row.version, row.position,
                 f"tag {row.position}", row.body)  # fmt: skip


WRITES = [
    *(acknowledged(row, row.position % 2 == 0) for row in LOG[:3]),
    Write(1, 3.5, inf, "mark 4", "masts"),
    Write(0, 3.6, inf, "mark of none", "masts"),
]


def shown(*positions: int) -> tuple[Shown, ...]:
    return tuple(Shown(row.claim, row.version, row.body) for row in LOG if row.position in positions)


def item(process: int, invoked: float, position: int | None, about: About | None = None, **more) -> Read:
    """A claim read in a tenth of a second, with its bytes."""
    row = LOG[position - 1] if position else None
    named = {"tag": f"tag {position}", "body": row.body, "digest": row.body, "shown": shown(position)} if row else {}
    about = about or About("claim", row.claim)
    return Read(process, invoked, invoked + 0.1, about, position, **{**named, **more})


def listed(process: int, invoked: float, position: int, *positions: int, about: About = ALL, **more) -> Read:
    """A list as of a position that shows what was written at others."""
    tag = f"{about} {position}"
    return Read(process, invoked, invoked + 0.1, about, position, shown(*positions), tag, tag, **more)


GOOD = [
    item(0, 0.1, None, CRANES),
    item(0, 0.2, None, About("version", "cranes", 1)),
    item(0, 1.6, 2),  # before the write was answered, but not before it was sent
    item(0, 2.1, 2),
    item(1, 2.1, 2, shown=None, body=None, digest=None),  # a 304
    listed(0, 2.2, 2, 1, 2),
    item(1, 3.1, 2),  # stale, within the bound, and process 1 gave nothing newer yet
    listed(1, 3.1, 2, 1, 2),
    item(0, 3.2, 3),
    item(0, 3.2, 2, About("version", "cranes", 1)),
    listed(0, 3.3, 3, 1, 3),
    listed(0, 3.3, 3, 3, about=EVEN),
    Read(0, 3.3, 3.4, HISTORY, 3, shown(2, 3)[::-1], "history 3", "history 3"),
    item(1, 3.8, 4),  # a write whose answer never came
    listed(1, 4.0, 4, 3, 4),
    item(1, 9.0, 3),
    item(0, 9.0, 4),
    item(0, 9.0, 1, About("version", "masts", 1)),
]


def found(reads=GOOD, writes=WRITES, log=LOG) -> set[str]:
    return {violation.rule for violation in check(log, writes, reads, BOUND).violations}


def test_a_good_history_passes_and_tells_how_stale_it_was():
    finding = check(LOG, WRITES, GOOD, BOUND)
    assert finding.violations == []
    assert finding.staleness == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        ("goes back", item(1, 4.2, 1)),
        ("goes back", item(1, 4.2, 2)),
        ("goes back", listed(1, 4.2, 3, 1, 3)),
        ("goes back", item(1, 4.2, None, CRANES)),
        ("goes back", item(1, 4.2, None, About("version", "cranes", 1))),
        ("goes back", item(1, 4.2, 1, stale=True)),
        ("goes back", item(1, 4.2, 1, shown=None, body=None, digest=None)),
        ("own write unseen", item(1, 2.05, None, CRANES)),
        ("own write unseen", listed(1, 2.05, 1, 1)),
        ("too old", item(2, 5.1, 2)),
        ("too old", item(2, 5.1, None, CRANES)),
        ("too old", listed(2, 5.1, 2, 1, 2)),
        ("from the future", item(0, 1.2, 2)),
        ("from the future", item(2, 3.3, 4)),
        ("never written", item(2, 9.0, 4, CRANES)),
        ("never written", item(2, 9.0, 3, shown=(Shown("cranes", 7, "bytes 3"),))),
        ("never written", listed(2, 9.0, 9, 3, 4)),
        ("other bytes", item(2, 9.0, 3, body="others", digest="others")),
        ("other bytes", item(2, 9.0, 3, digest="others")),
        ("other bytes", item(2, 9.0, 3, tag="new", shown=(Shown("cranes", 2, "others"),))),
        ("torn", item(2, 9.0, 3, About("version", "cranes", 1))),
        ("torn", item(2, 9.0, 3, tag="new", shown=shown(2))),
        ("torn", listed(2, 9.0, 4, 2, 4)),
        ("torn", listed(2, 9.0, 4, 3)),
        ("torn", listed(2, 9.0, 4, 3, about=EVEN)),
        ("torn", Read(2, 9.0, 9.1, HISTORY, 4, shown(2, 3), "history", "history")),
    ],
)
def test_one_answer_that_may_not_be_is_found_by_its_rule(rule, read):
    assert rule in found([*GOOD, read])


@pytest.mark.parametrize("read", [item(2, 5.1, 2, stale=True), item(2, 4.9, 2), listed(2, 9.0, 4, 3, 4)])
def test_what_only_looks_like_a_fault_is_none(read):
    assert found([*GOOD, read]) == set()


def test_an_answer_on_its_way_while_a_newer_one_came_is_judged_by_when_it_was_sent():
    slow = Read(1, 3.0, 8.0, CRANES, 2, shown(2), "tag 2", "bytes 2", "bytes 2")
    assert found([*GOOD, slow]) == set()


@pytest.mark.parametrize(
    "changed", [{"position": 4}, {"body": "others"}, {"version": 3}, {"claim": "masts"}, {"mark": "another"}]
)
def test_an_acknowledged_write_that_the_log_does_not_hold_is_lost(changed):
    assert "lost" in found(writes=[*WRITES[:2], WRITES[2]._replace(**changed), *WRITES[3:]])


def test_a_version_that_nobody_sent_is_found():
    assert "lost" in found(writes=[write for write in WRITES if write.mark != "mark 4"])
