"""`citable import`, `export` and `restore`: the log as files."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import click

from db.log import log_head
from db.migrations import migrate, require_migrated
from db.pool import Pool, reading
from schemas.failures import FileRefused
from schemas.fields import Line
from service.cli.arguments import typed
from service.cli.database import with_database
from service.console import progress, say
from service.transfer import export_log, import_claims, restore_log

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--by",
    default="import",
    show_default=True,
    callback=lambda *given: typed(Line, *given),
    help="Who made the new versions.",
)
def import_command(file: Path, by: str) -> None:
    """Make claims read as FILE has them, a claim a line; - is stdin.

    All of it is done or nothing, and twice adds nothing.
    """

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        with _opened(file) as lines, progress("reading", _size(file)) as bar, progress("storing", None) as stored:
            imported = await import_claims(pool, lines, by, bar, stored)
        say(f"{imported.new} new, {imported.changed} changed, {imported.unchanged} unchanged")

    with_database(work)


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
def export_command(file: Path) -> None:
    """Write the whole log to FILE or standard output, a version a line."""

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        count = 0
        with ExitStack() as stack:
            target = stack.enter_context(_written_whole(file)) if str(file) != "-" else sys.stdout.buffer
            async with reading(pool) as connection:
                about = (await log_head(connection)).position
            bar = stack.enter_context(progress("exporting", about))
            async for line in export_log(pool, bar):
                target.write(line)
                count += 1
            target.flush()
        say(f"{count} versions exported")

    with_database(work)


@click.command("restore")
@click.argument("file", type=FILE)
def restore_command(file: Path) -> None:
    """Put an exported log into an empty database, every line checked."""

    async def work(pool: Pool) -> None:
        await migrate(pool)
        size = _size(file)
        with ExitStack() as stack:
            lines = stack.enter_context(_opened(file, seekable=True))
            bar = stack.enter_context(progress("checking and restoring", size and 2 * size))
            head = await restore_log(pool, lines, bar, lambda: say("indexing what was restored"))
        say(f"{head.position} versions restored, as they were")

    with_database(work, create=True)


def _size(file: Path) -> int | None:
    return None if str(file) == "-" else file.stat().st_size or None


@contextmanager
def _opened(file: Path, *, seekable: bool = False) -> Iterator[IO[bytes]]:
    """The file to read, standard input for `-`; a stream is kept aside first if it must be `seekable`."""
    with ExitStack() as stack:
        opened: IO[bytes] = sys.stdin.buffer if str(file) == "-" else stack.enter_context(file.open("rb"))
        if seekable and not opened.seekable():
            aside = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(opened, aside)
            aside.seek(0)
            opened = aside
        yield opened


@contextmanager
def _written_whole(file: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes its name only when it is whole: an interrupted export leaves none.

    What is no regular file (a pipe, a device) is written to as it is.
    """
    file = file.resolve()
    try:
        if file.exists() and not file.is_file():
            with file.open("wb") as stream:
                yield stream
            return
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as partial:
            try:
                yield partial.file
            except BaseException:
                Path(partial.name).unlink()
                raise
        umask = os.umask(0)
        os.umask(umask)
        Path(partial.name).chmod(stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o666 & ~umask)
        Path(partial.name).replace(file)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileRefused(f"{file} cannot be written: {error.strerror}.") from error
