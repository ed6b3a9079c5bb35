"""The command `citable`: what starts something is here, and each resource's commands are beside it."""

import json
import os
import sys
from pathlib import Path

import click

from db.migrations import migrate
from db.pool import Pool
from schemas.failures import Failure
from service.cli.check import check_command
from service.cli.database import with_database
from service.cli.keys import keys_command
from service.cli.mirror import mirror_command, promote_command
from service.cli.opening import close, opened_settings
from service.cli.transfer import export_command, import_command, restore_command
from service.cli.webhooks import webhooks_command
from service.console import say, say_failure
from service.interrupts import run
from service.release import VERSION
from service.servers import servers_of


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="citable")
def citable() -> None:
    """The API for AI statistics that people quote."""


@citable.command("run")
def run_command() -> None:
    """Start everything, load the curated claims, and serve.

    PostgreSQL and Valkey are the embedded ones, unless yours are set; the database is migrated.
    """
    from service.serving import run_everything

    run_everything(opened_settings())


@citable.command("serve")
def serve_command() -> None:
    """Serve HTTP, and nothing else, on a database that is migrated."""
    from service.serving import serve_only

    settings = opened_settings()
    with servers_of(settings) as (database_url, redis_url):
        run(serve_only(settings, database_url, redis_url))
    say("stopped")


@citable.command("work")
def work_command() -> None:
    """Deliver changes to webhooks, and nothing else.

    `citable run` and `citable mirror` do so, too; beside `citable serve`, run as many as you like.
    """
    from service.serving import work_only

    settings = opened_settings()
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


for command in (check_command, import_command, export_command, restore_command, keys_command, webhooks_command,
                mirror_command, promote_command):  # fmt: skip
    citable.add_command(command)


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
    finally:
        close()
    return 0
