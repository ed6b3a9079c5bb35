"""The command `citable`: arguments in, one call each."""

import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from db.keys import issue_key, keys, revoke_key
from db.log import log_head
from db.migrations import migrate, require_migrated
from db.pool import Pool, reading, writing
from schemas.failures import AlreadyExists, Failure, Fault, FileRefused, NotFound
from schemas.fields import Line
from schemas.keys import KeyName, NewKey, Role
from service.cli_webhooks import webhooks_command
from service.console import progress, say, say_failure, show_keys
from service.database import with_database
from service.release import VERSION
from service.settings import settings_from_environment
from service.transfer import export_log, import_claims, restore_log

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="citable")
def citable() -> None:
    """The API for AI statistics that people quote."""


@citable.command("run")
def run_command() -> None:
    """Start everything and serve: embedded servers unless yours are set, migrations, the curated claims."""
    from service.serving import run_everything

    run_everything(settings_from_environment())


@citable.command("serve")
def serve_command() -> None:
    """Serve HTTP on a database that is migrated."""
    from service.serving import run, serve_only, servers_of

    settings = settings_from_environment()
    with servers_of(settings) as (database_url, redis_url):
        run(serve_only(settings, database_url, redis_url))
    say("stopped")


@citable.command("work")
def work_command() -> None:
    """Deliver changes to webhooks, beside other workers and whoever serves."""
    from service.serving import run, servers_of, work_only

    settings = settings_from_environment()
    with servers_of(settings, redis=False, create=False) as (database_url, _):
        run(work_only(settings, database_url))
    say("stopped")


@citable.command("migrate")
def migrate_command() -> None:
    """Bring the database up to this release."""

    async def work(pool: Pool) -> None:
        count = await migrate(pool, say)
        say(f"{count} migrations applied" if count else "the database is up to date")

    with_database(work, create=True)


@citable.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--by",
    default="import",
    show_default=True,
    callback=lambda *given: _typed(Line, *given),
    help="Who made the new versions.",
)
def import_command(file: Path, by: str) -> None:
    """Make claims read as FILE has them (NDJSON; - is standard input). All of it or nothing; twice adds nothing."""

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        with _opened(file) as lines, progress("reading", _size(file)) as bar, progress("storing", None) as stored:
            imported = await import_claims(pool, lines, by, bar, stored)
        say(f"{imported.new} new, {imported.changed} changed, {imported.unchanged} unchanged")

    with_database(work)


@citable.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
def export_command(file: Path) -> None:
    """Write the whole log, every version a line, to FILE or standard output."""

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


@citable.command("restore")
@click.argument("file", type=FILE)
def restore_command(file: Path) -> None:
    """Put an exported log into an empty database, exactly as it was, every line checked."""

    async def work(pool: Pool) -> None:
        await migrate(pool)
        size = _size(file)
        with ExitStack() as stack:
            lines = stack.enter_context(_opened(file, seekable=True))
            bar = stack.enter_context(progress("checking and restoring", size and 2 * size))
            head = await restore_log(pool, lines, bar, lambda: say("indexing what was restored"))
        say(f"{head.position} versions restored, as they were")

    with_database(work, create=True)


@citable.group("keys", invoke_without_command=True)
@click.pass_context
def keys_command(context: click.Context) -> None:
    """Say who can do what: every API key, its role, and when it was last used."""
    if context.invoked_subcommand is not None:
        return

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        async with reading(pool) as connection:
            found = await keys(connection)
        if not found:
            say("there are no keys yet: `citable keys issue --role admin --name …` makes one")
            return
        show_keys(found)

    with_database(work)


@keys_command.command("issue")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help="What it may do.")
@click.option(
    "--name", required=True, callback=lambda *given: _typed(KeyName, *given), help="Who holds it: versions name them."
)
def issue_command(role: str, name: str) -> None:
    """Issue a key, and print its secret, this once."""

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        async with writing(pool) as connection:
            issued = await issue_key(connection, NewKey(name=name, role=Role(role)), "console")
        if issued is None:
            raise AlreadyExists([Fault(f"A key in force is called {name} already: revoke it first.")])
        say(f"key {issued.id}: {name}, {role}. Its secret, on standard output, is kept nowhere and not shown again")
        click.echo(issued.secret)

    with_database(work)


@keys_command.command("revoke")
@click.argument("id")
def revoke_command(id: str) -> None:
    """Revoke the key with this ID, at once and everywhere."""

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        async with writing(pool) as connection:
            key = await revoke_key(connection, id, "console")
        if key is None:
            raise NotFound(f"There is no key {id}. `citable keys` lists those there are.")
        say(f"key {id} of {key.name} is revoked")

    with_database(work)


citable.add_command(webhooks_command)


@citable.command("openapi")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="openapi/openapi.json")
def openapi_command(file: Path) -> None:
    """Write the contract (OpenAPI 3.1) to FILE."""
    from service.app import ENDPOINTS
    from service.contract.document import contract_of
    from service.contract.examples import recorded

    contract = contract_of(ENDPOINTS, recorded())
    file.write_text(json.dumps(contract, indent=2, ensure_ascii=False) + "\n")
    say(f"{file} is written")


def run_command_line() -> int:
    """Runs the command; returns its exit status. A failure is a sentence and 1, never a traceback."""
    try:
        citable(standalone_mode=False)
    except Failure as failure:
        say_failure(failure)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


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


def _typed(kind: Any, _: click.Context, __: click.Parameter, value: str) -> str:
    """A value of one of our kinds of text."""
    try:
        return str(msgspec.convert(value, kind))
    except msgspec.ValidationError as error:
        most = msgspec.json.schema(kind)["maxLength"]
        raise click.BadParameter(f"it is one line of at most {most} characters.") from error
