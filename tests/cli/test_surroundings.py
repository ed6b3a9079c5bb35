"""What is wrong around the program is one sentence to its operator: never a traceback, never a wait without end."""

import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack

import asyncpg
import pytest

from tests.cli.conftest import Place
from tests.cli.programs import answer_of, left_running

REFUSED = "postgresql://citable@127.0.0.1:1/citable"
NO_REDIS = "redis://127.0.0.1:1"

UNREACHABLE = {
    "a port nobody listens on": REFUSED,
    "a host nobody knows": "postgresql://citable@no-such-host.invalid/citable",
    "a socket that accepts and never answers": "postgresql://citable@127.0.0.1:{silent}/citable",
    "a server that speaks something else": "postgresql://citable@127.0.0.1:{chatty}/citable",
    "a folder without sockets": "postgresql://citable@/citable?host=/nonexistent",
    "another scheme": "http://127.0.0.1/citable",
    "no address at all": "nonsense",
    "a port that is no number": "postgresql://citable@127.0.0.1:port/citable",
    "a port beyond the last": "postgresql://citable@127.0.0.1:99999/citable",
    "half an IPv6 address": "postgresql://[::1/citable",
    "an unknown TLS mode": "postgresql://citable@127.0.0.1:1/citable?sslmode=maybe",
    "a missing root certificate": "postgresql://citable@127.0.0.1:1/citable?sslmode=verify-full&sslrootcert=/nowhere",
}

CHATTY = """
import socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
while True:
    listener.accept()[0].send(b"220 mail")
"""


@pytest.fixture(scope="module")
def unreachable(tmp_path_factory):
    """A program for each address, all started at once: the slowest waits for ten seconds."""
    with ExitStack() as stack:
        silent, chatty = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
        talker = subprocess.Popen([sys.executable, "-c", CHATTY, str(chatty.fileno())], pass_fds=[chatty.fileno()])
        place = Place(tmp_path_factory.mktemp("unreachable"))
        ports = {"silent": silent.getsockname()[1], "chatty": chatty.getsockname()[1]}
        yield {
            what: place.start("migrate", database_url=address.format(**ports)) for what, address in UNREACHABLE.items()
        }
        place.clean()
        talker.kill()
        talker.wait()


@pytest.mark.parametrize("what", UNREACHABLE)
def test_a_database_that_cannot_be_reached_is_one_sentence(unreachable, what):
    assert "Postgres" in unreachable[what].failed_in_a_sentence() or "CITABLE_DATABASE_URL" in unreachable[what].said


async def test_a_database_that_is_not_there_is_one_sentence_that_names_it(place, cluster):
    sentence = place.start("migrate", database_url=cluster.url("no_such_database")).failed_in_a_sentence()
    assert "no_such_database" in sentence


async def test_a_role_that_is_not_there_is_one_sentence_that_names_it(place, cluster):
    url = cluster.url("citable").replace("citable@", "nobody_we_know@")
    assert "nobody_we_know" in place.start("migrate", database_url=url).failed_in_a_sentence()


async def test_a_role_that_may_not_create_tables_is_one_sentence(place, cluster, database):
    url = await database("template0")
    connection = await asyncpg.connect(cluster.url("postgres").replace("citable@", "postgres@"))
    await connection.execute("drop role if exists only_a_guest")
    await connection.execute("create role only_a_guest login")
    await connection.close()
    assert (
        "permission denied"
        in place.start("migrate", database_url=url.replace("citable@", "only_a_guest@")).failed_in_a_sentence()
    )


async def test_a_role_that_may_not_read_the_log_is_one_sentence(place, cluster, database):
    url = (await database("curated")).replace("citable@", "only_another_guest@")
    connection = await asyncpg.connect(cluster.url("postgres").replace("citable@", "postgres@"))
    await connection.execute("drop role if exists only_another_guest")
    await connection.execute("create role only_another_guest login")
    await connection.close()
    assert "permission denied" in place.start("export", database_url=url).failed_in_a_sentence()


async def test_a_redis_address_that_is_none_is_one_sentence(place, database):
    program = place.start("run", database_url=await database("curated"), redis_url="nonsense")
    assert "CITABLE_REDIS_URL" in program.failed_in_a_sentence()


def _garbage(data):
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "thesis.doc").write_text("not yours")


def _version_only(data):
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("18\n")


def _a_file_for_postgres(data):
    data.mkdir()
    (data / "postgres").write_text("a file")


def _a_file(data):
    data.write_text("a file")


def _below_a_file(data):
    data.parent.rmdir()
    data.parent.write_text("a file")


def _a_dangling_link(data):
    data.symlink_to("/proc/nowhere")


def _a_folder_for_the_lock(data):
    (data / "lock").mkdir(parents=True)


WRONG = [
    _garbage, _version_only, _a_file_for_postgres, _a_file, _below_a_file, _a_dangling_link,
    _a_folder_for_the_lock,
]  # fmt: skip


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
def test_a_data_folder_that_is_none_is_one_sentence_that_names_it_and_leaves_it_as_it_is(place, make):
    make(place.data)
    before = sorted(place.data.rglob("*")) if place.data.is_dir() else None
    sentence = place.start("run").failed_in_a_sentence()
    assert str(place.data) in sentence or "/proc/nowhere" in sentence
    assert before is None or set(before) <= set(place.data.rglob("*"))
    assert left_running(place.data) == []


@pytest.mark.parametrize("lost", ["global/pg_control", "PG_VERSION", "postgresql.conf", "base"])
def test_a_data_folder_that_lost_a_part_is_one_sentence(loaded_place, lost):
    part = loaded_place.data / "postgres" / lost
    shutil.rmtree(part) if part.is_dir() else part.unlink()
    sentence = loaded_place.start("run").failed_in_a_sentence()
    assert str(loaded_place.data) in sentence
    assert left_running(loaded_place.data) == []


def test_a_data_folder_of_another_postgres_is_one_sentence_that_says_so(loaded_place):
    (loaded_place.data / "postgres" / "PG_VERSION").write_text("14\n")
    assert "incompatible" in loaded_place.start("run").failed_in_a_sentence()


def test_a_data_folder_whose_creation_was_interrupted_is_created_again(place):
    (place.data / "postgres.new" / "base").mkdir(parents=True)
    (place.data / "postgres.new" / "PG_VERSION").write_text("18\n")
    place.start("migrate").succeeded()
    assert not (place.data / "postgres.new").exists()


def test_a_cache_that_was_damaged_does_not_keep_it_from_serving(loaded_place):
    (loaded_place.data / "valkey").mkdir(exist_ok=True)
    (loaded_place.data / "valkey" / "dump.rdb").write_bytes(b"REDIS0011 and then nothing that makes sense")
    program = loaded_place.start("run")
    program.says("/docs")
    assert answer_of(loaded_place.port, "/v1/claims").status_code == 200


@pytest.mark.parametrize("name", ["my data", "données [b] 100%", "a'b\"c", "x" * 150])
def test_a_data_folder_may_have_any_name(place, name):
    place.data = place.data / name
    place.data.parent.mkdir()
    program = place.start("run")
    program.says("/docs")
    assert answer_of(place.port, "/readyz").json() == {"status": "ready", "postgres": "up", "redis": "up"}
    program.interrupt()
    program.succeeded()
    assert left_running(place.data) == []


def test_it_starts_where_the_folder_for_temporary_files_is_private(place):
    place.sockets.chmod(0o700)
    place.start("migrate").succeeded()
