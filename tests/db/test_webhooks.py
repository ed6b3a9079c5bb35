"""Webhooks in the database: whose they are, what they are signed with, and what cannot be stored."""

import re

import pytest

from db.keys import issue_key, revoke_key
from db.pool import reading, writing
from db.webhooks import (
    hold_webhook,
    insert_webhook,
    remove_webhook,
    rotate_secret,
    secrets_of,
    webhook_by_id,
    webhooks,
)
from schemas.failures import RuleBroken
from schemas.keys import NewKey, Role
from schemas.webhooks import MOST_WEBHOOKS, NewWebhook
from tests.given import draft, published

URL = "https://news.example/hooks"


async def created(pool, owner="News", **about):
    """A new webhook; its owner gets a key if there is none of that name."""
    async with writing(pool) as connection:
        await issue_key(connection, NewKey(name=owner, role=Role.PARTNER), "a test")
        return await insert_webhook(connection, NewWebhook(**{"url": URL, **about}), owner)


async def tried(pool, statement, *values):
    async with writing(pool) as connection:
        await connection.execute(statement, *values)


async def test_a_new_webhook_begins_at_the_head_of_the_log_or_where_it_says(pool):
    await published(pool, draft(), draft(id="other"))
    assert (await created(pool)).position == 2
    early = await created(pool, url=f"{URL}/early", after=1)
    assert (early.position, early.behind, early.held) == (1, 1, 0)


async def test_an_owner_has_an_address_once_whatever_the_case_of_their_name(pool):
    assert await created(pool) is not None
    assert await created(pool) is None
    async with writing(pool) as connection:
        assert await insert_webhook(connection, NewWebhook(url=URL), "NEWS") is None
    assert await created(pool, "Others") is not None
    async with reading(pool) as connection:
        assert [found.owner for found in await webhooks(connection, "nEWS")] == ["News"]
        assert [found.owner for found in await webhooks(connection, None)] == ["News", "Others"]


async def test_an_owner_has_so_many_and_no_more(pool):
    for number in range(MOST_WEBHOOKS):
        await created(pool, url=f"{URL}/{number}")
    with pytest.raises(RuleBroken) as refused:
        await created(pool)
    assert refused.value.rule == "webhooks_are_few"
    assert await created(pool, "Others") is not None


async def test_the_secret_before_the_newest_is_valid_for_another_day_and_none_before_it(pool):
    webhook = await created(pool)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", webhook.secret)
    secrets = [webhook.secret]
    for _ in range(3):
        async with writing(pool) as connection:
            await hold_webhook(connection, webhook.id)
            secrets.insert(0, (await rotate_secret(connection, webhook.id)).secret)
        async with reading(pool) as connection:
            assert await secrets_of(connection, webhook.id) == secrets[:2]
    await tried(pool, "update webhook_secret set expires_at = clock_timestamp() where expires_at is not null")
    async with reading(pool) as connection:
        assert await secrets_of(connection, webhook.id) == secrets[:1]


async def test_a_deleted_webhook_leaves_nothing(pool):
    webhook = await created(pool)
    await published(pool, draft())
    await tried(pool, "insert into webhook_acknowledgement values ($1, 1, default, 'News')", webhook.id)
    await tried(pool, "insert into webhook_held values ($1, 'a', 1, 1, now(), now())", webhook.id)
    async with writing(pool) as connection:
        assert await remove_webhook(connection, webhook.id)
    async with writing(pool) as connection:
        assert not await remove_webhook(connection, webhook.id)
        assert await webhook_by_id(connection, webhook.id) is None
        for table in ("webhook_secret", "webhook_held", "webhook_delivery", "webhook_acknowledgement"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0


ROW = {"id": "0" * 12, "owner": "News", "url": URL, "starts_after": 0, "position": 0, "created_by": "News"}
BREAKING = [
    ("webhook_id_is_hexadecimal", {"id": "one"}),
    ("webhook_names_are_readable", {"owner": " "}),
    ("webhook_names_are_readable", {"created_by": "Ne\nws"}),
    ("webhook_names_are_readable", {"description": ""}),
    ("webhook_url_is_of_the_web", {"url": "file:///etc/passwd"}),
    ("webhook_url_is_of_the_web", {"url": "https://news.example/\r\nHost: other"}),
    ("webhook_kinds_are_known", {"kinds": ["deletion"]}),
    ("webhook_kinds_are_known", {"kinds": [None]}),
    ("webhook_severities_are_known", {"severities": ["huge"]}),
    ("webhook_filters_are_slugs", {"topics": ["Not a slug"]}),
    ("webhook_filters_are_slugs", {"claims": ["a", None]}),
    ("webhook_filters_are_bounded", {"kinds": []}),
    ("webhook_filters_are_bounded", {"topics": [f"t{n}" for n in range(21)]}),
    ("webhook_status_is_known", {"status": "asleep"}),
    ("webhook_is_disabled_for_a_reason", {"status": "disabled"}),
    ("webhook_is_disabled_for_a_reason", {"disabled_reason": "owner"}),
    ("webhook_counts_from_nothing", {"position": -1}),
    ("webhook_counts_from_nothing", {"failures": -1}),
    ("webhook_lease_has_an_end", {"leased_by": "8e03978e-40d5-43e8-bc93-6894a57f9324"}),
]


@pytest.mark.parametrize(("rule", "changed"), BREAKING)
async def test_the_database_refuses_a_webhook_that_is_none(rule, changed, pool):
    row = {**ROW, **changed}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    with pytest.raises(RuleBroken) as refused:
        await tried(pool, f"insert into webhook ({', '.join(row)}) values ({places})", *row.values())
    assert refused.value.rule == rule


ATTEMPT = {"kind": "test", "attempt": 1, "outcome": "delivered", "latency_ms": 1}


BREAKING_OTHERS = [
    ("webhook_secret_is_of_256_bits", "webhook_secret", {"secret": "whsec_short"}),
    ("held_is_a_change", "webhook_held", {"claim": "a", "position": 0, "attempts": 1}),
    ("acknowledgement_is_of_a_change", "webhook_acknowledgement", {"position": 0, "acknowledged_by": "News"}),
    ("delivery_kind_is_known", "webhook_delivery", {**ATTEMPT, "kind": "guess", "position": 1, "claim": "a",
                                                "version": 1}),
    ("delivery_outcome_is_known", "webhook_delivery", {**ATTEMPT, "outcome": "lost", "error": "No."}),
    ("delivery_is_of_a_change", "webhook_delivery", {**ATTEMPT, "kind": "change"}),
    ("delivery_is_of_a_change", "webhook_delivery", {**ATTEMPT, "position": 1, "claim": "a", "version": 1}),
    ("delivery_says_why_not", "webhook_delivery", {**ATTEMPT, "outcome": "failed"}),
    ("delivery_says_why_not", "webhook_delivery", {**ATTEMPT, "error": "No."}),
    ("delivery_is_measured", "webhook_delivery", {**ATTEMPT, "attempt": 0}),
    ("delivery_is_measured", "webhook_delivery", {**ATTEMPT, "status": 99}),
]  # fmt: skip
OF_WEBHOOKS = {"webhooks_are_few", *(rule for rule, *_ in [*BREAKING, *BREAKING_OTHERS])}
"""Every rule of webhooks."""


@pytest.mark.parametrize(("rule", "table", "row"), BREAKING_OTHERS)
async def test_the_database_refuses_what_cannot_be_said_of_one(rule, table, row, pool):
    webhook = await created(pool)
    times = {"webhook_held": ("first_attempt_at", "next_attempt_at"), "webhook_delivery": ("attempted_at",)}
    row = {"webhook": webhook.id, **row}
    stamps = times.get(table, ())
    places = [*(f"${number}" for number in range(1, len(row) + 1)), *("now()" for _ in stamps)]
    with pytest.raises(RuleBroken) as refused:
        await tried(pool, f"insert into {table} ({', '.join([*row, *stamps])}) values ({', '.join(places)})",
                    *row.values())  # fmt: skip
    assert refused.value.rule == rule


async def test_a_webhook_outlives_its_owner_s_key(pool):
    webhook = await created(pool)
    async with writing(pool) as connection:
        for id in await connection.fetch("select id from api_key"):
            await revoke_key(connection, id["id"], "a test")
        assert await webhook_by_id(connection, webhook.id) is not None
