"""What a worker tells its operator of, besides what went wrong in it."""

from tests.work.receivers import answering, receiving
from tests.work.working import until


async def test_an_operator_is_told_of_a_webhook_that_is_disabled(shop, caplog):
    async with receiving(answer=answering(410)) as receiver, shop.working():
        webhook = await shop.webhook(receiver.url)
        await shop.write("cranes")
        await until(lambda: caplog.records, "it is said")
    said = f"webhook {webhook.id} of {webhook.owner} is disabled: its endpoint answered 410"
    assert [record.getMessage() for record in caplog.records] == [said]
