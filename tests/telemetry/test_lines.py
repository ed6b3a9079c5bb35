"""Lines on their way out: whoever reads them, and whatever is in them, the others come and nobody waits."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from threading import Thread

import pytest

from service.lines import Lines
from tests.cli.programs import ROOT, environment


def test_a_reader_who_does_not_read_makes_nobody_wait_and_what_is_missing_is_said():
    reader, writer = os.pipe()
    lines = Lines(writer, lambda batch: b"".join(batch), lambda missing: b"missing %d\n" % missing, most=1000)
    for number in range(20_000):
        lines.put(b"%d %s\n" % (number, b"x" * 100))
    assert lines.dropped >= 20_000 - 1000 - 64 * 1024 // 100 - 64
    read: list[bytes] = []
    with os.fdopen(reader, "rb") as file:
        reading = Thread(target=lambda: read.extend(file))
        reading.start()
        lines.close()
        os.close(writer)
        reading.join()
    numbers = [int(line.split()[0]) for line in read if not line.startswith(b"missing")]
    missing = [int(line.split()[1]) for line in read if line.startswith(b"missing")]
    assert numbers == sorted(numbers)
    assert len(numbers) + sum(missing) == 20_000
    assert sum(missing) == lines.dropped


def test_a_line_that_cannot_be_put_into_words_takes_no_other_with_it():
    def render(batch):
        if b"bad" in batch:
            raise ValueError("it cannot be said")
        return b"".join(line + b"\n" for line in batch)

    reader, writer = os.pipe()
    lines = Lines(writer, render, lambda missing: b"missing %d\n" % missing)
    for line in (b"one", b"bad", b"two"):
        lines.put(line)
    lines.close()
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        assert file.read() == b"one\ntwo\nmissing 1\n"


def test_a_line_that_was_cut_off_by_a_full_disk_does_not_run_into_the_next(tmp_path):
    """A limit on the size of files fails as a full disk does: after a part of a line."""
    script = f"""if True:
        import os, resource, signal
        from service.lines import Lines
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        file = os.open({str(tmp_path / "log")!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        lines = Lines(file, b"".join, lambda missing: b"missing %d\\n" % missing)
        lines.put(b"a" * 2000 + b"\\n")
        while not lines.dropped:
            pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        lines.put(b"whole\\n")
        lines.close()
    """
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
    cut, *rest = (tmp_path / "log").read_text().splitlines()
    assert cut == "a" * 1000
    assert sorted(line for line in rest if line) == ["missing 1", "whole"]


@pytest.mark.parametrize(
    ("form", "reader"),
    [("text", "does not read"), ("text", "has a full disk"), ("json", "is gone")],
)
async def test_whoever_reads_what_the_program_says_cannot_keep_it_from_its_work(database, form, reader):
    url = await database("bare")

    def ends() -> int:
        read, write = os.pipe()
        if reader == "has a full disk":
            os.close(write)
            write = os.open("/dev/full", os.O_WRONLY)
        os.set_blocking(write, False)
        if reader == "does not read":
            with suppress(BlockingIOError):
                while True:
                    os.write(write, b"x" * 4096)
        os.set_blocking(write, True)
        if reader == "is gone":
            os.close(read)
        command = [sys.executable, "-m", "service", "keys"]
        status = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(database_url=url, log_format=form),
            stderr=write,
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=60,
        ).returncode
        os.close(write)
        if reader != "is gone":
            os.close(read)
        return status

    assert await asyncio.to_thread(ends) == 0
