"""/v1/webhooks: who is told of changes, and where; its owner's own, and nobody else's."""

import re

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from db.keys import keys, revoke_key
from db.pool import reading, writing
from schemas.keys import Role
from tests.cast import key_for
from tests.routes.hooks import address, hook, unhook
from tests.web.asking import assert_problem
from tests.web.writing import PATCH, Writer, assert_refused
from tests.work.receivers import connects, receiving
from tests.work.spellings import SPELLINGS, spelled

FIELDS = {
    "id", "owner", "url", "description", "kinds", "severities", "topics", "claims", "status", "disabled_reason",
    "disabled_at", "position", "behind", "held", "failures", "paused_until", "last_success_at", "created_at",
    "created_by",
}  # fmt: skip


@pytest.fixture
async def partner(hooked) -> Writer:
    """A partner of the test's own, who has no webhooks yet."""
    name = f"Partner of {address()}"
    return Writer(hooked.api, name, await key_for(hooked.api.runtime.pool, name, Role.PARTNER))


async def change(writer, webhook, **patch):
    return await writer.send("PATCH", f"/v1/webhooks/{webhook}", patch, PATCH)


async def test_a_new_webhook_begins_at_the_head_and_shows_its_secret_once(hooked, partner):
    url = address()
    answer = await partner.send("POST", "/v1/webhooks", {"url": url})
    created = answer.json()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["location"] == f"/v1/webhooks/{created['id']}"
    secret = created.pop("secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert set(created) == FIELDS
    assert (created["url"], created["status"], created["owner"]) == (url, "active", partner.name)
    assert (created["position"], created["behind"], created["held"]) == (await hooked.position(), 0, 0)
    assert {created[name] for name in ("kinds", "severities", "topics", "claims", "paused_until")} == {None}
    got, listed = await partner.ask("GET", answer.headers["location"]), await partner.ask("GET", "/v1/webhooks")
    assert got.json() == created
    assert listed.json() == {"items": [created]}
    assert secret not in got.text + listed.text
    await hooked.published()
    assert (await partner.ask("GET", answer.headers["location"])).json()["behind"] == 1


async def test_it_says_which_changes_and_from_where_on(hooked, partner):
    about = {"kinds": ["correction", "retraction"], "severities": ["major"], "topics": ["ports"], "claims": ["a", "b"]}
    created = await hook(partner, **about, after=0, description="For the desk.")
    assert {name: created[name] for name in about} == about
    assert (created["position"], created["behind"]) == (0, await hooked.position())
    head = await hooked.position()
    refused = await partner.send("POST", "/v1/webhooks", {"url": address(), "after": head + 1})
    assert_refused(refused, 400, "#/after")


@pytest.mark.parametrize("name", SPELLINGS)
async def test_an_address_that_is_not_public_is_refused_at_its_place_and_nobody_is_connected_to(name, desk):
    with connects() as seen:
        answer = await desk.partner.send("POST", "/v1/webhooks", {"url": spelled(name)})
    problem = assert_refused(answer, 400, "#/url")
    assert len(problem["errors"]) == 1
    assert [at for at in seen if at[-1] != desk.api.port and isinstance(at, tuple)] == []
    assert (await desk.partner.ask("GET", "/v1/webhooks")).json() == {"items": []}


async def test_a_name_that_does_not_resolve_is_refused_and_says_so(desk):
    answer = await desk.partner.send("POST", "/v1/webhooks", {"url": "https://nobody-has-this.invalid/hooks"})
    assert "cannot be looked up" in assert_refused(answer, 400, "#/url")["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("about", "pointer"),
    [
        ({"url": None}, "#/url"),
        ({"url": "ftp://news.example"}, "#/url"),
        ({"kinds": []}, "#/kinds"),
        ({"kinds": ["deleted"]}, "#/kinds/0"),
        ({"severities": ["huge"]}, "#/severities/0"),
        ({"topics": ["Not a slug"]}, "#/topics/0"),
        ({"topics": [f"topic-{n}" for n in range(21)]}, "#/topics"),
        ({"claims": [f"claim-{n}" for n in range(101)]}, "#/claims"),
        ({"claims": "cranes"}, "#/claims"),
        ({"description": "De\nsk"}, "#/description"),
        ({"after": -1}, "#/after"),
        ({"status": "disabled"}, "#/status"),
        ({"secret": "mine"}, "#/secret"),
        ({"owner": "someone"}, "#/owner"),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused_with_where(about, pointer, hooked):
    answer = await hooked.partner.send("POST", "/v1/webhooks", {"url": address(), **about})
    assert_refused(answer, 400, pointer)


async def test_an_owner_has_an_address_once_and_another_may_have_it_too(hooked, partner):
    one, other = await hook(partner), await hook(partner)
    again = await partner.send("POST", "/v1/webhooks", {"url": one["url"]})
    assert assert_refused(again, 409, "#/url")["type"] == "/problems/already-exists"
    assert_refused(await change(partner, other["id"], url=one["url"]), 409, "#/url")
    assert (await change(partner, one["id"], url=one["url"])).status_code == 200
    theirs = await hook(hooked.partner, url=one["url"])
    await unhook(hooked.partner, theirs["id"])


async def test_an_owner_has_twenty_and_no_more(partner):
    made = [await hook(partner) for _ in range(20)]
    refused = await partner.send("POST", "/v1/webhooks", {"url": address()})
    assert_refused(refused, 422, rule="webhooks_are_few")
    await unhook(partner, made[0]["id"])
    await hook(partner)


async def test_a_secret_is_never_kept_to_be_repeated(hooked, partner):
    body, key = {"url": address()}, '"once"'
    assert_problem(await partner.send("POST", "/v1/webhooks", body, Idempotency_Key=key), 400, "Idempotency-Key")
    id = (await hook(partner))["id"]
    for path in ("secret", "test", "deliveries/1/redelivery"):
        answer = await partner.ask("POST", f"/v1/webhooks/{id}/{path}", Idempotency_Key=key)
        assert_problem(answer, 400, "Idempotency-Key")


async def test_a_patch_changes_what_it_names_and_nothing_else(partner):
    before = await hook(partner, topics=["ports"], severities=["major"], description="One.")
    url = address()
    answer = await change(partner, before["id"], url=url, topics=None, kinds=["update"])
    after = answer.json()
    assert answer.status_code == 200
    unsaid = {name: before[name] for name in FIELDS - {"url", "topics", "kinds"}}
    assert after == {**unsaid, "url": url, "topics": None, "kinds": ["update"]}
    assert (await change(partner, before["id"])).json() == after
    assert (await change(partner, before["id"], description=None)).json() == {**after, "description": None}
    for patch, pointer in (({"url": None}, "#/url"), ({"status": None}, "#/status"), ({"id": "x"}, "#/id")):
        assert_refused(await change(partner, before["id"], **patch), 400, pointer)
    assert_refused(await change(partner, before["id"], url="http://10.0.0.1/"), 400, "#/url")
    assert (await partner.ask("GET", f"/v1/webhooks/{before['id']}")).json() == {**after, "description": None}


async def test_a_webhook_is_disabled_and_made_active_again_where_it_stopped(hooked, partner):
    id = (await hook(partner))["id"]
    disabled = (await change(partner, id, status="disabled")).json()
    assert (disabled["status"], disabled["disabled_reason"]) == ("disabled", "owner")
    assert disabled["disabled_at"] is not None
    assert (await change(partner, id, status="disabled", description="Still.")).json()["disabled_at"] == disabled[
        "disabled_at"
    ]
    await hooked.published()
    active = (await change(partner, id, status="active")).json()
    assert (active["status"], active["disabled_reason"], active["disabled_at"]) == ("active", None, None)
    assert (active["position"], active["behind"]) == (disabled["position"], 1)


async def test_a_webhook_goes_on_after_another_position(hooked, partner):
    head = await hooked.position()
    id = (await hook(partner))["id"]
    again = (await change(partner, id, after=3)).json()
    assert (again["position"], again["behind"]) == (3, head - 3)
    assert_refused(await change(partner, id, after=await hooked.position() + 1), 400, "#/after")


async def test_others_are_not_told_that_there_is_one_and_admins_manage_all(hooked, partner):
    mine = await hook(partner, url=address())
    id = mine["id"]
    for stranger in (hooked.partner, hooked.editor, hooked.verifier):
        assert id not in (await stranger.ask("GET", "/v1/webhooks")).text
        answers = [await stranger.ask(method, f"/v1/webhooks/{id}{path}") for method, path in (
            ("GET", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/test"), ("GET", "/deliveries"),
            ("POST", "/deliveries/1/redelivery"), ("PUT", "/acknowledgements/1"),
        )]  # fmt: skip
        answers.append(await change(stranger, id, status="disabled"))
        nobody_s = await stranger.ask("GET", "/v1/webhooks/000000000000")
        for answer in answers:
            assert_problem(answer, 404)
            assert answer.json()["detail"].replace(id, "0" * 12) == nobody_s.json()["detail"]
    assert id in (await hooked.admin.ask("GET", "/v1/webhooks")).text
    changed = (await change(hooked.admin, id, description="Looked after.")).json()
    assert changed == {**{name: mine[name] for name in FIELDS}, "description": "Looked after."}
    await unhook(hooked.admin, id)
    assert_problem(await partner.ask("GET", f"/v1/webhooks/{id}"), 404)
    assert_problem(await partner.ask("DELETE", f"/v1/webhooks/{id}"), 404)


async def test_whoever_gets_another_key_of_their_name_keeps_their_webhooks(hooked, partner):
    mine = await hook(partner)
    pool = hooked.api.runtime.pool
    async with reading(pool) as connection:
        (key,) = [key for key in await keys(connection) if key.name == partner.name and key.revoked_at is None]
    async with writing(pool) as connection:
        await revoke_key(connection, key.id, "a test")
    assert_problem(await partner.ask("GET", f"/v1/webhooks/{mine['id']}"), 401)
    successor = Writer(hooked.api, partner.name, await key_for(pool, partner.name.upper(), Role.PARTNER))
    assert (await successor.ask("GET", f"/v1/webhooks/{mine['id']}")).json()["id"] == mine["id"]


async def test_a_name_that_only_looks_the_same_is_another_owner_s(hooked):
    """Postgres lets two keys in force bear these names, which Python's case folding takes for one."""
    pool = hooked.api.runtime.pool
    one, other = [Writer(hooked.api, name, await key_for(pool, name, Role.PARTNER)) for name in ("Straße", "STRASSE")]
    theirs = await hook(one)
    assert_problem(await other.ask("GET", f"/v1/webhooks/{theirs['id']}"), 404)
    assert (await other.ask("GET", "/v1/webhooks")).json() == {"items": []}
    await unhook(one, theirs["id"])


async def test_while_secrets_rotate_receivers_may_know_either(partner):
    async with receiving() as receiver:
        mine = await hook(partner, url=receiver.url)
        secrets = [mine["secret"]]
        for _ in range(2):
            answer = await partner.ask("POST", f"/v1/webhooks/{mine['id']}/secret")
            assert answer.status_code == 201
            assert set(answer.json()) == {"secret", "previous_expires_at"}
            secrets.append(answer.json()["secret"])
            assert (await partner.ask("POST", f"/v1/webhooks/{mine['id']}/test")).json()["outcome"] == "delivered"
    first, second = receiver.received
    assert first.verified(secrets[0]) == first.verified(secrets[1])
    assert second.verified(secrets[1]) == second.verified(secrets[2])
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(second.body, second.headers)


async def test_what_is_no_webhook_s_id_is_said_at_its_place(hooked):
    for id in ("Desk", "0" * 11, "0" * 13, "A" * 12):
        assert_problem(await hooked.partner.ask("GET", f"/v1/webhooks/{id}"), 400, "id")


async def test_put_is_known_where_there_is_something_to_put(hooked):
    path = "/v1/webhooks/000000000000/acknowledgements/1"
    options = await hooked.partner.ask("OPTIONS", path)
    assert options.headers["allow"] == "PUT, OPTIONS"
    assert_problem(await hooked.partner.ask("GET", path), 405)
    assert_problem(await hooked.partner.ask("PUT", "/v1/webhooks/000000000000"), 405)
