"""API keys in the database: what is kept of them, and that it stays."""

import hashlib

import pytest

from db.keys import issue_key, key_in_force, keys, revoke_key
from db.pool import reading, writing
from schemas.failures import RuleBroken
from schemas.keys import NewKey, Role, Secret


async def issued(pool, name="Desk", role=Role.EDITOR):
    async with writing(pool) as connection:
        return await issue_key(connection, NewKey(name=name, role=role), "a test")


async def tried(pool, statement, *values):
    async with writing(pool) as connection:
        await connection.execute(statement, *values)


async def test_of_a_secret_only_its_digest_is_kept(pool):
    key = await issued(pool)
    async with pool.acquire() as connection:
        rows = await connection.fetch("select to_jsonb(k)::text as row, digest from api_key k")
        everything = " ".join(row["row"] for row in rows)
    assert key.secret.startswith(f"ctb_{key.id}_")
    assert key.secret.removeprefix(f"ctb_{key.id}_") not in everything
    assert [row["digest"] for row in rows] == [hashlib.sha256(key.secret.encode()).digest()]


async def test_a_secret_does_not_print_itself():
    secret = Secret.generate()
    assert secret.text not in f"{secret!r} {secret}"
    assert Secret.read(secret.text).key == secret.key
    assert Secret.read(secret.text).matches(secret.digest)
    assert not Secret.read(secret.text).matches(Secret.generate().digest)


@pytest.mark.parametrize(
    "text", ["", "ctb_", "ctb_0123456789ab_short", "ghp_" + "a" * 60, f"ctb_0123456789ab_{'a' * 43}\n"]
)
async def test_what_is_no_secret_by_its_form_is_none(text):
    assert Secret.read(text) is None


async def test_one_key_in_force_bears_a_name_whatever_its_case(pool):
    first = await issued(pool)
    assert await issued(pool, "DESK", Role.ADMIN) is None
    async with writing(pool) as connection:
        await revoke_key(connection, first.id, "a test")
    second = await issued(pool)
    async with reading(pool) as connection:
        assert [key.id for key in await keys(connection)] == [second.id, first.id]
        assert await key_in_force(connection, first.id) is None
        assert (await key_in_force(connection, second.id)).name == "Desk"


async def test_a_revoked_key_stays_revoked_by_whom_it_was(pool):
    key = await issued(pool)
    async with writing(pool) as connection:
        first = await revoke_key(connection, key.id, "Anna")
    async with writing(pool) as connection:
        assert await revoke_key(connection, key.id, "Ben") == first
        assert await revoke_key(connection, "0" * 12, "Ben") is None
    assert first.revoked_by == "Anna"


@pytest.mark.parametrize(
    ("rule", "statement"),
    [
        ("key_is_kept", "delete from api_key"),
        ("key_is_kept", "truncate api_key"),
        ("key_stays_as_issued", "update api_key set role = 'admin'"),
        ("key_stays_as_issued", "update api_key set name = 'Someone else'"),
        ("key_stays_as_issued", "update api_key set digest = sha256('mine')"),
        ("key_stays_as_issued", "update api_key set revoked_at = null, revoked_by = null"),
    ],
)
async def test_what_a_key_could_do_is_not_changed_afterwards(rule, statement, pool):
    key = await issued(pool)
    async with writing(pool) as connection:
        await revoke_key(connection, key.id, "a test")
    with pytest.raises(RuleBroken) as refused:
        await tried(pool, statement)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("key_id_is_hexadecimal", ("Desk-1", "Desk", "editor", bytes(32))),
        ("key_name_is_readable", ("0" * 12, "De\nsk", "editor", bytes(32))),
        ("key_name_is_readable", ("0" * 12, "", "editor", bytes(32))),
        ("key_name_is_readable", ("0" * 12, " Desk", "editor", bytes(32))),
        ("role_is_known", ("0" * 12, "Desk", "boss", bytes(32))),
        ("key_digest_is_sha256", ("0" * 12, "Desk", "editor", b"secret")),
    ],
)
async def test_the_database_refuses_a_key_that_is_none(rule, row, pool):
    with pytest.raises(RuleBroken) as refused:
        await tried(pool, "insert into api_key (id, name, role, digest, issued_by) values ($1, $2, $3, $4, 'x')", *row)
    assert refused.value.rule == rule


async def test_a_key_is_revoked_by_someone(pool):
    await issued(pool)
    with pytest.raises(RuleBroken) as refused:
        await tried(pool, "update api_key set revoked_at = clock_timestamp()")
    assert refused.value.rule == "revoked_by_someone"
