"""The embedded servers: private, shared by the processes of one folder, and gone when the last one wants."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
import redis

from db.embedded import THROWAWAY, Servers, embedded_servers
from schemas.failures import CannotStart
from tests.cli.programs import ROOT, processes_of

BESIDE = """
import sys
from pathlib import Path
from db.embedded import embedded_servers
with embedded_servers(Path(sys.argv[1]), print) as servers:
    print(servers.database_url, servers.redis_url)
"""


@pytest.fixture(autouse=True)
def _short_folder_for_sockets(monkeypatch, tmp_path):
    folder = Path(tempfile.mkdtemp(prefix="ct-"))
    folder.chmod(0o711)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    shutil.rmtree(folder)


def sockets_of(servers: Servers) -> Path:
    return Path(parse_qs(urlsplit(servers.database_url).query)["host"][0])


def beside(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BESIDE, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def kept_running(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-uc", BESIDE + "    input()", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def test_two_processes_on_one_folder_share_the_servers_of_the_first(tmp_path):
    with embedded_servers(tmp_path, options=THROWAWAY) as servers:
        second = beside(tmp_path)
        assert second.returncode == 0, second.stderr
        assert second.stdout.splitlines()[-1] == f"{servers.database_url} {servers.redis_url}"
        connection = await asyncpg.connect(servers.database_url)
        assert await connection.fetchval("select 1") == 1
        await connection.close()
        assert redis.from_url(servers.redis_url).ping()
    assert processes_of(tmp_path) == {}


async def test_nobody_else_can_reach_them(tmp_path):
    with embedded_servers(tmp_path, options=THROWAWAY) as servers:
        folder = sockets_of(servers)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "postgres").stat().st_mode) == 0o700
        connection = await asyncpg.connect(servers.database_url)
        assert await connection.fetchval("show listen_addresses") == ""
        assert not await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
        await connection.close()
        with redis.from_url(servers.redis_url, decode_responses=True) as cache:
            assert cache.config_get("port") == {"port": "0"}


async def test_a_path_longer_than_a_socket_s_may_be_works(tmp_path):
    folder = tmp_path.joinpath(*["a-folder-with-a-name-of-forty-characters"] * 5)
    with embedded_servers(folder, options=THROWAWAY) as servers:
        connection = await asyncpg.connect(servers.database_url)
        assert await connection.fetchval("select current_user") == "citable"
        await connection.close()


async def test_a_relative_folder_and_a_link_to_it_are_the_same_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with embedded_servers(Path("data"), options=THROWAWAY, valkey=False) as servers:
        (tmp_path / "link").symlink_to(tmp_path / "data")
        with embedded_servers(tmp_path / "link", valkey=False) as same:
            assert same == servers


@pytest.mark.parametrize("kind", ["link", "dangling link", "file"])
def test_something_else_where_the_sockets_belong_is_one_sentence(tmp_path, kind):
    with embedded_servers(tmp_path / "data", options=THROWAWAY, valkey=False) as servers:
        folder = sockets_of(servers)
    if folder.exists():
        shutil.rmtree(folder)
    if kind == "file":
        folder.touch()
    else:
        folder.symlink_to(tmp_path if kind == "link" else tmp_path / "nowhere")
    try:
        with pytest.raises(CannotStart, match=folder.name), embedded_servers(tmp_path / "data"):
            pass
        assert processes_of(tmp_path) == {}
    finally:
        folder.unlink()  # else it would be in the way of whoever has a folder of this name the next time


def test_a_stranger_whose_id_stands_in_a_stale_file_is_left_alone(tmp_path):
    with embedded_servers(tmp_path, options=THROWAWAY, valkey=False):
        pid_file = (tmp_path / "postgres" / "postmaster.pid").read_text()
    user = (tmp_path / "postgres").stat().st_uid
    stranger = subprocess.Popen(["sleep", "600"], user=user if os.geteuid() == 0 else None, cwd="/")
    try:
        stale = "\n".join([str(stranger.pid), *pid_file.splitlines()[1:]]) + "\n"
        (tmp_path / "postgres" / "postmaster.pid").write_text(stale)
        os.chown(tmp_path / "postgres" / "postmaster.pid", user, -1)
        with embedded_servers(tmp_path, options=THROWAWAY, valkey=False):
            assert stranger.poll() is None
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_servers_that_a_kill_left_behind_are_stopped_and_nothing_that_was_committed_is_lost(tmp_path):
    started = kept_running(tmp_path)
    with started:
        url = next(line.split()[0] for line in started.stdout if line.startswith("postgresql:"))
        connection = await asyncpg.connect(url)
        await connection.execute("create table kept (id int); insert into kept values (1)")
        started.kill()
        started.wait()
        orphans = set(processes_of(tmp_path))
        assert orphans
        with embedded_servers(tmp_path) as servers:
            assert not orphans & set(processes_of(tmp_path))
            again = await asyncpg.connect(servers.database_url)
            assert await again.fetchval("select id from kept") == 1
            await again.close()
        connection.terminate()
