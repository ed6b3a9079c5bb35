"""The command `citable webhooks`: how far each has come, for whoever is woken at night."""

import click

from db.deliveries import last_failures
from db.migrations import require_migrated
from db.pool import Pool, reading
from db.webhooks import has_key_in_force, webhooks
from schemas.webhooks import WebhookStatus
from service.cli.database import with_database
from service.console import say, show_webhooks


@click.command("webhooks")
def webhooks_command() -> None:
    """List webhooks: how far each has come, what waits, what fails."""

    async def work(pool: Pool) -> None:
        await require_migrated(pool)
        async with reading(pool) as connection:
            found = await webhooks(connection, None)
            owners = {webhook.owner for webhook in found}
            keyless = {owner for owner in owners if not await has_key_in_force(connection, owner)}
            why = await last_failures(connection)
        if not found:
            say("there are no webhooks: partners create them, with POST /v1/webhooks")
            return
        show_webhooks(found, keyless, why)
        if any(webhook.status is WebhookStatus.DISABLED for webhook in found):
            say('a disabled webhook goes on where it stopped: PATCH /v1/webhooks/{id} with {"status": "active"}')

    with_database(work)
