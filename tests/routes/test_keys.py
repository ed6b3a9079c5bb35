"""/v1/keys: issued once, listed for ever, revoked at once and everywhere."""

import pytest
from redis.asyncio import Redis

from service.telemetry import tolerated
from tests.cast import cast_of
from tests.serving import serving
from tests.web.asking import assert_problem


@pytest.fixture(scope="module")
async def two(cluster):
    """Two processes' worth of API on one database, and an admin's fields."""
    name = await cluster.new_database("curated")
    redis_url = f"{cluster.servers.redis_url}?db=5"
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
    async with serving(cluster.url(name), redis_url) as one, serving(cluster.url(name), redis_url) as other:
        yield one, other, (await cast_of(one.runtime.pool))["admin"]
    await cluster.drop(name)


async def issue(api, admin, **new):
    return await api.client.post("/v1/keys", json=new, headers=admin)


async def test_a_new_key_works_at_once_and_its_secret_is_shown_once(two):
    one, other, admin = two
    response = await issue(one, admin, name="Desk of the north", role="editor")
    key = response.json()
    assert response.status_code == 201
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["location"] == f"/v1/keys/{key['id']}"
    secret = key.pop("secret")
    assert secret.startswith(f"ctb_{key['id']}_")
    listed = (await other.client.get("/v1/keys", headers=admin)).json()["items"]
    assert key in listed
    assert secret not in str(listed)
    assert (await one.client.get(response.headers["location"], headers=admin)).json() == key
    used = await other.client.post("/v1/claims", headers={"Authorization": f"Bearer {secret}"})
    assert_problem(used, 415)


async def test_a_revoked_key_is_refused_by_the_next_request_everywhere(two):
    one, other, admin = two
    key = (await issue(one, admin, name="Briefly", role="verifier")).json()
    holder = {"Authorization": f"Bearer {key['secret']}"}
    for api in two[:2]:
        assert_problem(await api.client.post("/v1/claims", headers=holder), 415)
    revoked = await one.client.delete(f"/v1/keys/{key['id']}", headers=admin)
    for api in two[:2]:
        assert_problem(await api.client.post("/v1/claims", headers=holder), 401)
    assert revoked.json()["revoked_by"] == "Admin"
    again = await other.client.delete(f"/v1/keys/{key['id']}", headers=admin)
    assert again.json()["revoked_at"] == revoked.json()["revoked_at"]
    successor = await issue(other, admin, name="Briefly", role="editor")
    assert successor.status_code == 201


async def test_a_name_in_force_is_taken_whatever_its_case(two):
    one, _, admin = two
    await issue(one, admin, name="Night shift", role="editor")
    problem = assert_problem(await issue(one, admin, name="NIGHT SHIFT", role="admin"), 409)
    assert problem["type"] == "/problems/already-exists"
    assert problem["errors"][0]["pointer"] == "#/name"


@pytest.mark.parametrize(
    ("new", "pointer"),
    [
        ({"name": "A"}, "#/role"),
        ({"role": "editor"}, "#/name"),
        ({"name": "A", "role": "boss"}, "#/role"),
        ({"name": "", "role": "editor"}, "#/name"),
        ({"name": " A", "role": "editor"}, "#/name"),
        ({"name": "A\u202e", "role": "editor"}, "#/name"),
        ({"name": "A" * 101, "role": "editor"}, "#/name"),
        ({"name": "A", "role": "editor", "secret": "mine"}, "#/secret"),
    ],
)
async def test_a_key_that_cannot_be_is_refused_with_where(new, pointer, two):
    one, _, admin = two
    assert [e["pointer"] for e in assert_problem(await issue(one, admin, **new), 400)["errors"]] == [pointer]


async def test_a_secret_is_never_kept_to_be_repeated(two):
    one, _, admin = two
    headers = {**admin, "Idempotency-Key": '"once"'}
    assert_problem(await issue(one, headers, name="Twice", role="editor"), 400, "Idempotency-Key")


async def test_what_is_no_key_is_not_found(two):
    one, _, admin = two
    for method in ("GET", "DELETE"):
        assert_problem(await one.client.request(method, "/v1/keys/000000000000", headers=admin), 404)
        assert_problem(await one.client.request(method, "/v1/keys/Desk", headers=admin), 400, "id")


async def test_the_last_use_is_noted_without_a_write_for_each_request(two):
    one, _, admin = two
    key = (await issue(one, admin, name="Busy", role="editor")).json()
    holder = {"Authorization": f"Bearer {key['secret']}"}
    for _ in range(20):
        await one.client.post("/v1/claims", headers=holder)
    await one.runtime.uses.close()
    first = (await one.client.get(f"/v1/keys/{key['id']}", headers=admin)).json()["last_used_at"]
    assert first is not None
    for _ in range(20):
        await one.client.post("/v1/claims", headers=holder)
    await one.runtime.uses.close()
    assert (await one.client.get(f"/v1/keys/{key['id']}", headers=admin)).json()["last_used_at"] == first


async def test_a_note_of_a_use_that_fails_is_counted_and_tried_again(two, monkeypatch):
    one, _, admin = two
    key = (await issue(one, admin, name="Unlucky", role="editor")).json()
    holder = {"Authorization": f"Bearer {key['secret']}"}

    async def failing(*_):
        raise RuntimeError("a mistake of ours")

    before = tolerated["a note of a key's use"]
    with monkeypatch.context() as broken:
        broken.setattr("service.uses.key_was_used", failing)
        assert_problem(await one.client.post("/v1/claims", headers=holder), 415)
        await one.runtime.uses.close()
    assert tolerated["a note of a key's use"] == before + 1
    assert_problem(await one.client.post("/v1/claims", headers=holder), 415)
    await one.runtime.uses.close()
    assert (await one.client.get(f"/v1/keys/{key['id']}", headers=admin)).json()["last_used_at"] is not None
