"""`citable export` and `citable restore` as commands: files that are whole or not there, pipes, standard input."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

import asyncpg
import pytest

from tests.cli.programs import ROOT, environment, until


async def test_what_one_database_exports_another_restores_and_exports_again(place, database, tmp_path):
    first, second = await database("curated"), await database("template0")
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert "175 versions exported" in place.start("export", str(one), database_url=first).succeeded()
    assert "175 versions restored" in place.start("restore", str(one), database_url=second).succeeded()
    place.start("export", str(two), database_url=second).succeeded()
    assert two.read_bytes() == one.read_bytes()


async def test_a_restore_reads_standard_input_and_an_export_writes_standard_output(place, database, tmp_path):
    program = place.start("export", database_url=await database("curated"))
    program.succeeded()
    file, url = tmp_path / "log.jsonl", await database("template0")
    file.write_bytes(program.answered)
    with file.open("rb") as stdin:
        place.start("restore", "-", stdin=stdin, database_url=url).succeeded()
    again = place.start("export", "-", database_url=url)
    again.succeeded()
    assert again.answered == program.answered


async def test_a_restore_reads_a_pipe_with_a_name(place, database, tmp_path):
    file, pipe = tmp_path / "log.jsonl", tmp_path / "pipe"
    place.start("export", str(file), database_url=await database("curated")).succeeded()
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[file.read_bytes()])
    writer.start()
    assert (
        "175 versions restored"
        in place.start("restore", str(pipe), database_url=await database("template0")).succeeded()
    )
    writer.join()


async def test_a_restore_into_a_log_that_holds_something_is_one_sentence(place, database, tmp_path):
    url, file = await database("curated"), tmp_path / "log.jsonl"
    place.start("export", str(file), database_url=url).succeeded()
    assert "not empty" in place.start("restore", str(file), database_url=url).failed_in_a_sentence()


async def test_a_refused_restore_names_the_line(place, database, tmp_path):
    file = tmp_path / "log.jsonl"
    place.start("export", str(file), database_url=await database("curated")).succeeded()
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:9], *lines[10:]]))
    program = place.start("restore", str(file), database_url=await database())
    assert program.ends() == 1
    assert program.said.splitlines()[1].startswith("  line 10, /position: ")


def _interrupted(program, connection):
    program.interrupt()


def _terminated(program, connection):
    program.process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("end", [_interrupted, _terminated, None])
async def test_an_export_that_does_not_reach_its_end_leaves_no_file_and_the_old_one_as_it_was(
    place, database, tmp_path, end
):
    url, folder = await database("curated"), tmp_path / "exports"
    folder.mkdir()
    (folder / "log.jsonl").write_bytes(b"the old one")
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("lock table claim_version in access exclusive mode")
        program = place.start("export", str(folder / "log.jsonl"), database_url=url)
        until(lambda: len(list(folder.iterdir())) > 1, "it begins to write")
        if end is not None:
            end(program, connection)
        assert program.ends() == (130 if end else 1)
    await connection.close()
    assert "Traceback" not in program.said, program.said
    assert [file.name for file in folder.iterdir()] == ["log.jsonl"]
    assert (folder / "log.jsonl").read_bytes() == b"the old one"


async def test_an_export_whose_database_goes_away_leaves_no_file_and_says_so(place, database, tmp_path):
    url = await database("curated")
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("lock table claim_version in access exclusive mode")
        program = place.start("export", str(tmp_path / "log.jsonl"), database_url=url)
        until(lambda: list(tmp_path.glob(".log.jsonl*")), "it begins to write")
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        program.failed_in_a_sentence()
    await connection.close()
    assert list(tmp_path.glob("*.jsonl*")) + list(tmp_path.glob(".log*")) == []


@pytest.mark.parametrize("reader", ["head -1", "head -c 10", "true"])
async def test_a_reader_who_has_read_enough_sees_no_traceback(database, reader):
    url = await database("curated")
    command = ["sh", "-c", f"'{sys.executable}' -m service export | {reader}"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment(database_url=url), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert "Error" not in done.stderr


async def test_an_export_into_a_pipe_goes_through_the_pipe(place, database, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    program = place.start("export", str(pipe), database_url=await database("curated"))
    status = program.ends()
    assert pipe.is_fifo(), "the pipe was replaced by a file"
    reader.join(30)
    assert status == 0
    assert read[0].count(b"\n") == 175


async def test_an_export_onto_a_link_writes_the_file_it_points_to(place, database, tmp_path):
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "log.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(file)
    place.start("export", str(link), database_url=await database("curated")).succeeded()
    assert link.is_symlink()
    assert file.read_bytes().count(b"\n") == 175


async def test_an_exported_file_may_be_read_by_whom_the_umask_lets(place, database, tmp_path):
    file, plain = tmp_path / "log.jsonl", tmp_path / "plain"
    place.start("export", str(file), database_url=await database("curated")).succeeded()
    plain.touch()
    assert file.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("file", ["nowhere/log.jsonl", "a-file/log.jsonl"])
async def test_an_export_that_cannot_be_written_is_one_sentence(place, database, tmp_path, file):
    (tmp_path / "a-file").touch()
    program = place.start("export", str(tmp_path / file), database_url=await database("curated"))
    assert program.ends() in (1, 2)
    assert "Traceback" not in program.said, program.said
    assert str(tmp_path / file) in program.said


@pytest.mark.parametrize("command", ["import", "restore"])
@pytest.mark.parametrize("file", ["nowhere.jsonl", "."])
def test_a_file_that_is_not_there_is_one_sentence_and_starts_nothing(place, tmp_path, command, file):
    program = place.start(command, str(tmp_path / file))
    assert program.ends() in (1, 2)
    assert "Traceback" not in program.said
    assert not place.data.exists()
