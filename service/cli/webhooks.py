"""The command `citable webhooks`: how far each has come, for whoever is woken at night."""

import click

from db.migrations import require_migrated
from db.pool import Pool, reading
from db.webhooks import has_key_in_force, webhooks
from service.cli.database import with_database
from service.console import say, show_webhooks


@click.command("webhooks")
def webhooks_command() -> None:
    """Say who is told of changes, and how far that has come: every webhook, what waits, and what fails."""

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        async with reading(pool) as connection:
            found = await webhooks(connection, None)
            owners = {webhook.owner for webhook in found}
            keyless = {owner for owner in owners if not await has_key_in_force(connection, owner)}
        if not found:
            say("there are no webhooks: partners create them, with POST /v1/webhooks")
            return
        show_webhooks(found, keyless)

    with_database(work)
