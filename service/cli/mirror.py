"""`citable mirror` and `citable promote`: a local copy of another Citable's log."""

import click

from db.log import log_head
from db.migrations import require_migrated
from db.mirrors import mirror, mirrored
from db.pool import Pool, reading, writing
from schemas.failures import MirrorRefused
from service.cli.database import with_database
from service.cli.opening import opened_settings
from service.console import say


@click.command("mirror")
@click.argument("url")
@click.option("--once", is_flag=True, help="Copy what there is, and end: neither follow nor serve.")
def mirror_command(url: str, once: bool) -> None:
    """Copy the log of the Citable at URL, follow it, serve it here.

    Every version is checked. Started again, it goes on where it was. Nobody can write to a mirror.
    """
    from service.serving import run_mirror

    if not url.startswith(("https://", "http://")):
        raise click.BadParameter("it is an address: https://…", param_hint="URL")
    run_mirror(opened_settings(), url, once=once)


@click.command("promote")
def promote_command() -> None:
    """Make a mirror a log of its own, which can be written to.

    Stop `citable mirror` first, and start `citable run` afterwards: the log no longer follows.
    """

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        async with reading(pool) as connection:
            origin, position = await mirrored(connection), (await log_head(connection)).position
        if origin is None:
            raise MirrorRefused("This database is no mirror: its log is its own.")
        async with writing(pool) as connection:
            await mirror(connection, None)
        say(f"the log is its own from position {position} on, and no longer follows {origin}: `citable run` serves it")

    with_database(work)
