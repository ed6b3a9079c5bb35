"""`citable run`, from outside: what it says and serves, a second time too, and what it does about a kill."""

import re
import socket

import msgspec

from db.digest import digest_of
from db.migrations import CURATED
from schemas.claims import ClaimVersion
from tests.cli.programs import answer_of, digests_served, left_running, until

CLAIMS = len((CURATED / "claims.jsonl").read_bytes().splitlines())


def test_a_first_run_says_what_it_does_ends_with_addresses_and_serves_the_curated_claims(place):
    program = place.start("run")
    program.says("/docs")
    lines = [line.removeprefix("· ") for line in program.said.splitlines()]
    assert f"{CLAIMS} curated claims are loaded" in lines
    assert [line.split("  ")[0] for line in lines[-3:]] == [
        f"http://127.0.0.1:{place.port}{path}"
        for path in ("/v1/claims", "/v1/claims?q=10%20billion%20downloads", "/docs")
    ]
    for line in lines[-3:]:
        assert answer_of(place.port, line.split("  ")[0].partition(str(place.port))[2]).status_code == 200
    assert answer_of(place.port, "/readyz").json() == {"status": "ready", "postgres": "up", "redis": "up"}
    page = answer_of(place.port, "/v1/claims?limit=2").json()
    assert page["position"] == CLAIMS
    for claim in page["items"]:
        assert digest_of(msgspec.convert(claim, ClaimVersion)) == claim["digest"]


def test_what_it_says_goes_to_standard_error_without_escapes_when_nobody_looks(loaded_place):
    program = loaded_place.start("run")
    program.says("/docs")
    assert program.answered == b""
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", program.said)


def test_a_second_run_on_the_same_folder_loads_nothing_again_and_serves_the_same_digests(place):
    first = place.start("run")
    first.says("/docs")
    before = digests_served(place.port)
    first.interrupt()
    first.succeeded()
    second = place.start("run")
    second.says("/docs")
    assert f"the log is at position {CLAIMS}" in second.said
    assert "loaded" not in second.said
    assert "creating" not in second.said
    assert digests_served(place.port) == before
    assert len(before) == CLAIMS


def test_after_a_kill_the_next_run_cleans_up_and_serves_again(loaded_place):
    first = loaded_place.start("run")
    first.says("/docs")
    before = digests_served(loaded_place.port)
    first.kill()
    second = loaded_place.start("run")
    second.says("/docs")
    assert digests_served(loaded_place.port) == before
    second.interrupt()
    second.succeeded()
    assert left_running(loaded_place.data) == []


def test_after_everything_was_killed_at_once_the_next_run_serves_again(loaded_place):
    first = loaded_place.start("run")
    first.says("/docs")
    loaded_place.kill_all()
    second = loaded_place.start("run")
    second.says("/docs")
    assert len(digests_served(loaded_place.port)) == CLAIMS


def test_an_import_beside_a_run_is_served_at_once(loaded_place, tmp_path):
    program = loaded_place.start("run")
    program.says("/docs")
    line = (CURATED / "claims.jsonl").read_bytes().splitlines()[0]
    claim = msgspec.json.decode(line)
    file = tmp_path / "one.jsonl"
    file.write_bytes(msgspec.json.encode({**claim, "statement": "Changed beside a run."}) + b"\n")
    said = loaded_place.start("import", str(file)).succeeded()
    assert "0 new, 1 changed, 0 unchanged" in said
    until(
        lambda: (
            answer_of(loaded_place.port, f"/v1/claims/{claim['id']}").json()["statement"] == "Changed beside a run."
        ),
        "the changed claim is served",
    )


def test_a_second_run_beside_the_first_uses_its_servers_and_leaves_them_alone(loaded_place):
    first = loaded_place.start("run")
    first.says("/docs")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    second = loaded_place.start("run", port=port)
    second.says("/docs")
    assert digests_served(port) == digests_served(loaded_place.port)
    second.interrupt()
    second.succeeded()
    assert answer_of(loaded_place.port, "/readyz").json()["postgres"] == "up"


def test_a_port_in_use_is_one_sentence_that_names_it(loaded_place):
    with socket.create_server(("127.0.0.1", loaded_place.port)):
        sentence = loaded_place.start("run").failed_in_a_sentence()
    assert str(loaded_place.port) in sentence
    assert "CITABLE_PORT" in sentence
    assert left_running(loaded_place.data) == []


async def test_without_redis_it_serves_and_reports_redis_down(place, database):
    program = place.start("run", database_url=await database("curated"), redis_url="redis://127.0.0.1:1")
    program.says("/docs")
    answer = answer_of(place.port, "/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "postgres": "up", "redis": "down"}
    assert len(digests_served(place.port)) == CLAIMS
    program.interrupt()
    program.succeeded()


async def test_serve_does_not_migrate_but_says_what_to_do(place, database):
    url = await database("template0")
    sentence = place.start("serve", database_url=url, redis_url="redis://127.0.0.1:1").failed_in_a_sentence()
    assert "citable migrate" in sentence
    place.start("migrate", database_url=url).succeeded()
    program = place.start("serve", database_url=url, redis_url="redis://127.0.0.1:1")
    program.says("/docs")
    assert answer_of(place.port, "/v1/claims").json()["items"] == []
