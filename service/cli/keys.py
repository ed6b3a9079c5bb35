"""`citable keys`: who can do what."""

import click

from db.keys import issue_key, keys, revoke_key
from db.migrations import require_migrated
from db.pool import Pool, reading, writing
from schemas.failures import AlreadyExists, Fault, NotFound
from schemas.keys import KeyName, NewKey, Role
from service.cli.arguments import typed
from service.cli.database import with_database
from service.console import say, show_keys


@click.group("keys", invoke_without_command=True)
@click.pass_context
def keys_command(context: click.Context) -> None:
    """List API keys: who has each, what it may do, when it was used."""
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
    "--name", required=True, callback=lambda *given: typed(KeyName, *given), help="Who holds it: versions name them."
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
