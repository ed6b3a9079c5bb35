"""The benchmark's own parts, for real but small: what `make bench` would find out only after minutes."""

import shutil
from contextlib import ExitStack

import msgspec
import psutil
import pytest

from db.embedded import Servers
from tests.bench import subjects, work
from tests.bench.asking import Answer, Load, answers_to, ask_for, percentile, summed
from tests.bench.checking import WrongAnswer, agreement, checked, claims_in
from tests.bench.load import LoadFailed, generator, load, measured
from tests.bench.machine import this_machine
from tests.bench.measure import Plan, Ready, bare, measure, rotated, usual_of
from tests.bench.processes import Running
from tests.bench.report import Report, as_markdown, write
from tests.bench.results import Figure, Round, Size
from tests.bench.results import measured as figures_of
from tests.bench.stores import Stores, _stamped, load_ours
from tests.bench.subjects import BARE, FASTAPI, MEMORY, POSTGRES, REDIS
from tests.bench.targets import targets
from tests.bench.work import Request, questions_of
from tests.serving import serving

CLAIMS = 200


@pytest.fixture(scope="module")
async def api(cluster, tmp_path_factory):
    """Our API on a small corpus, restored as `make bench` restores it."""
    stores = Stores(CLAIMS, tmp_path_factory.mktemp("bench"), cluster.servers)
    loaded = await load_ours(stores)
    assert loaded.versions == 3 * CLAIMS
    assert await load_ours(stores) == loaded  # kept: nothing is loaded again
    async with serving(stores.url("ours"), f"{cluster.servers.redis_url}?db=3", database_connections=4) as served:
        yield served, await questions_of(stores.url("ours"))


async def test_every_question_has_its_answer_and_is_timed_by_either_generator(api):
    served, questions = api
    items = await answers_to(served.port, work.ours(questions, [])["item"][:50])
    tags = [answer.header("etag") for answer in items]
    asked = {name: requests[:20] for name, requests in work.ours(questions, tags).items()}
    assert list(asked) == list(work.WORK)
    assert all(asked.values())
    answers = await checked("ours", served.port, asked)
    assert {answer.status for answer in answers["conditional"]} == {304}
    for name in ("list", "as-of"):
        assert {len(claims_in(msgspec.json.decode(answer.body))) for answer in answers[name]} == {work.PAGE}, name
    for name in ["python", *(["wrk"] if shutil.which("wrk") else [])]:
        done = await load(name, served.port, asked["item"], 1)
        assert done.requests > 0
        assert done.refused == 0
        assert 0 < done.p50 <= done.p90 <= done.p99 <= done.longest


async def test_a_cursor_made_for_a_deep_page_is_the_one_its_page_before_gives(api):
    served, questions = api
    page = (await served.get("/v1/claims?limit=20")).json()
    assert page["next"] == work.cursor_at(page["items"][-1]["position"], questions.head)


async def test_the_same_log_and_seed_ask_the_same(api, cluster):
    _, questions = api
    url = cluster.url(f"ours_{CLAIMS}")
    assert await questions_of(url) == questions
    assert await questions_of(url, seed=2) != questions
    assert len(set(questions.ids)) == len(questions.ids) > 100


async def test_bare_asgi_gives_our_usual_answer_to_the_same_requests_and_a_run_becomes_a_report(api, cluster, tmp_path):
    served, questions = api
    asked = {"item": work.ours(questions, [])["item"][:20]}
    answers = await checked("ours", served.port, asked)
    usual = usual_of(answers["item"])
    us = Running(served.port, psutil.Process())
    sizes = {"item": sum(answer.size for answer in answers["item"]) / 20}
    one = Ready(MEMORY, asked, {"item": us}, sizes, ("postgres",))
    steps: list[int] = []
    with ExitStack() as stack:
        other = bare(stack, tmp_path, one, answers)
        (given,) = await answers_to(other.servers["item"].port, asked["item"][:1])
        undated = [[field for field in answer.headers if field[0].lower() != "date"] for answer in (given, usual)]
        assert undated[0] == undated[1]
        assert given.body == usual.body
        plan = Plan("python", 2, 0.3, psutil.Process(), None)
        rounds = await measure(plan, [one, other], lambda _: None, steps.append)
    assert len(steps) == 4
    size = Size(CLAIMS, 3 * CLAIMS, 1.0, figures_of(rounds), {MEMORY: one.memory}, {}, {})
    machine = await this_machine(cluster.servers.database_url)
    report = Report(machine, generator(), 2, 0.3, [0.0], [0.0], [], [size], targets([size], has_memory=True))
    write(report, tmp_path)
    assert msgspec.json.decode((tmp_path / "results.json").read_bytes(), type=Report) == report
    assert f"| item | {BARE} |" in (tmp_path / "results.md").read_text()


@pytest.mark.parametrize("known", [True, False])
def test_a_level_is_alone_when_the_levels_above_it_are_off(known, monkeypatch):
    monkeypatch.setattr(subjects, "has_memory", lambda: known)
    off = {"CITABLE_MEMORY_CACHE_MB": "0"} if known else {}
    assert subjects.level(MEMORY, "redis://here") == {"CITABLE_REDIS_URL": "redis://here"}
    assert subjects.level(REDIS, "redis://here") == {"CITABLE_REDIS_URL": "redis://here", **off}
    assert subjects.level(POSTGRES, "redis://here") == {"CITABLE_REDIS_URL": subjects.NOWHERE, **off}


async def test_without_redis_the_postgres_level_answers(api, cluster):
    _, questions = api
    async with serving(cluster.url(f"ours_{CLAIMS}"), subjects.NOWHERE, memory_cache_mb=0) as served:
        answer = await served.get(f"/v1/claims/{questions.ids[0]}")
        assert answer.status_code == 200
        assert "stored" not in answer.headers["cache-status"]


TOLD = """Running 1s test @ http://127.0.0.1:8000
  1 threads and 16 connections
Requests/sec:   1000.00

@@ {"requests": 1000, "seconds": 1.002, "bytes": 64000, "p50": 1.5, "p90": 2, "p99": 9, "longest": 12, "refused": 0, \
"broken": 0}
"""


def test_what_wrk_says_is_read_and_what_it_does_not_say_is_an_error():
    assert measured(TOLD) == Load(1000, 1.002, 64000, 1.5, 2, 9, 12, 0, 0)
    for told in ("unable to connect to 127.0.0.1:1 Connection refused", TOLD.replace("1.5", "-nan"), TOLD + TOLD):
        with pytest.raises(LoadFailed):
            measured(told)


def test_percentiles_are_of_all_answers():
    assert [percentile(range(1, 1001), share) for share in (50, 99, 100)] == [500, 990, 1000]
    assert percentile([], 99) == 0
    done = summed([0.001] * 98 + [0.5, 0.5], 2.0, 100, 0, 0)
    assert (done.requests, done.p50, done.p99, done.longest) == (100, 1.0, 500.0, 500.0)


async def test_a_server_that_is_not_there_gives_no_answers():
    assert await answers_to(1, [Request("/")]) == [None]
    assert (await ask_for(1, [Request("/")], 2, 0.1)).requests == 0


def test_a_peer_must_answer_with_the_claims_we_answer_with():
    def page(*ids: str, dress: str = "items") -> Answer:
        return Answer(200, [], msgspec.json.encode({dress: [{"id": id} for id in ids]}), 0)

    assert agreement("list", "peer", [page("a", "b", dress="data")], [page("a", "b")]) == 1
    assert agreement("search", "peer", [page("b", "c")], [page("a", "b")]) == 0.5
    for kind, theirs in (("list", page("b", "a")), ("item", page()), ("search", page("c"))):
        with pytest.raises(WrongAnswer):
            agreement(kind, "peer", [theirs], [page("a", "b")])
    row = [{"body": {"id": "a"}}]
    assert claims_in(row) == ["a"]


def test_the_order_rotates():
    assert [rotated("abc", by) for by in range(4)] == [list("abc"), list("bca"), list("cab"), list("abc")]


def _round(rate: float, cpu: float, p99: float = 10.0) -> Round:
    return Round(Load(int(rate), 1.0, 0, 1.0, 2.0, p99, p99, 0, 0), cpu, {"postgres": 5.0})


def _size(claims: int, p99: float = 10.0, import_rate: float = 20_000) -> Size:
    rounds = {
        ("item", MEMORY): [_round(1000, 12), _round(500, 26), _round(900, 11)],
        ("item", POSTGRES): [_round(150, 90, p99)] * 3,
        ("item", FASTAPI): [_round(100, 80), _round(50, 160), _round(100, 80)],
        ("item", BARE): [_round(1500, 10), _round(700, 20), _round(1500, 10)],
        ("search", POSTGRES): [_round(90, 90, p99)] * 3,
    }
    return Size(claims, 3 * claims, import_rate, figures_of(rounds), {MEMORY: 2**20}, {"Kinto": {"search": "no"}}, {})


def test_ratios_are_taken_within_rounds_where_both_met_the_same_noise():
    found = _size(10_000).of("item", MEMORY)
    assert found.rate == Figure(900, 500, 1000)
    assert found.times_fastapi == Figure(10, 9, 10)
    assert found.times_bare == Figure(1.2, 1.1, 1.3)
    assert _size(10_000).of("search", POSTGRES).times_fastapi is None


def test_targets_say_what_is_met_and_speak_only_of_what_was_measured():
    both = targets([_size(10_000), _size(1_000_000, p99=120, import_rate=9_000)], has_memory=True)
    assert {(t.what, t.met) for t in both} == {
        ("item, memory level, CPU beside bare ASGI at 10,000", True),
        ("item, memory level, CPU beside bare ASGI at 1,000,000", True),
        ("item, memory level, throughput beside FastAPI at 10,000", True),
        ("item, memory level, throughput beside FastAPI at 1,000,000", True),
        ("item, Postgres level, throughput beside FastAPI at 10,000", True),
        ("item, Postgres level, throughput beside FastAPI at 1,000,000", True),
        ("search, Postgres level, p99 at 10,000", True),
        ("search, Postgres level, p99 at 1,000,000", False),
        ("import at 10,000", True),
        ("import at 1,000,000", False),
        ("item, Postgres level, p99 at 1,000,000 beside 10,000", False),
    }
    assert not any("memory" in t.what for t in targets([_size(10_000)], has_memory=False))


async def test_the_report_names_the_machine_and_what_was_not_asked(cluster):
    size = _size(10_000)
    machine = await this_machine(cluster.servers.database_url)
    text = as_markdown(Report(machine, "wrk", 3, 5, [1.0], [2.0], ["a note"], [size], targets([size], has_memory=True)))
    for part in (
        machine.python,
        machine.postgres,
        "load average before 1, after 2",
        "a note",
        "Kinto, search: no",
        "1.20x",
    ):
        assert part in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| item |")}
    assert len(widths) == 1


def test_a_store_is_made_again_when_what_it_is_made_from_changes_or_making_it_failed(tmp_path):
    stores = Stores(5, tmp_path, Servers("postgresql://u@/citable?host=/tmp", ""))
    assert stores.url("ours") == "postgresql://u@/ours_5?host=/tmp"
    fresh = []
    for made_from in ("one", "one", "other", "other"):
        with _stamped(stores, "ours", made_from) as stamp:
            fresh.append(stamp.is_fresh)
    with pytest.raises(ZeroDivisionError), _stamped(stores, "ours", "third"):
        _ = 1 / 0
    with _stamped(stores, "ours", "third") as stamp:
        fresh.append(stamp.is_fresh)
    assert fresh == [False, True, False, True, False]
